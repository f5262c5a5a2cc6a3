"""Alerts reach a webhook signed, at least once, whatever the receiver does."""
import json
import subprocess
import time

from receiver import Receiver
from world import WorldCase, sha256_of, wait_until


class Delivery(WorldCase):
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.receiver = Receiver()
        cls.addClassCleanup(cls.receiver.close)
        cls.secret = cls.secret_in(cls.world.weir_json("channel", "add", "hook", "--url", cls.receiver.url))

    @staticmethod
    def secret_in(answer):
        text = json.dumps(answer)
        start = text.index("whsec_")
        return text[start:text.index('"', start)]

    def run_unknown(self):
        program = self.world.program(source="/bin/true")
        subprocess.run([program], check=True)
        return sha256_of(program)

    def delivered(self, digest, seconds=10, count=1):
        return wait_until(lambda: len(self.receiver.about(digest)) >= count and self.receiver.about(digest), seconds,
                          f"{count} deliveries about {digest}")

    def test_an_alert_is_a_signed_cloud_event_within_a_second_of_the_exec(self):
        began = time.time()
        digest = self.run_unknown()
        delivery = self.delivered(digest)[0]
        self.assertLess(delivery.at - began, 1.0)
        self.assertTrue(delivery.signed_by(self.secret))
        self.assertFalse(delivery.signed_by("whsec_" + "A" * 32))
        self.assertLess(abs(int(delivery.headers["webhook-timestamp"]) - began), 5)
        event = delivery.event
        self.assertEqual(event["specversion"], "1.0")
        self.assertEqual(event["type"], "dev.weir.alert.open")
        self.assertTrue(event["id"] and event["source"] and event["time"])
        self.assertIn(digest, event["data"]["workload"]["digests"])
        self.assertTrue(delivery.headers["content-type"].startswith("application/cloudevents+json"))

    def test_a_receiver_that_fails_gets_the_same_message_again(self):
        self.receiver.answers = [(503, {"Retry-After": "1"}), (500, {})]
        digest = self.run_unknown()
        tries = self.delivered(digest, 20, 3)
        self.assertEqual(len({d.headers["webhook-id"] for d in tries[:3]}), 1)
        self.assertGreaterEqual(tries[1].at - tries[0].at, 1.0)
        self.assertTrue(all(d.signed_by(self.secret) for d in tries))

    def test_a_test_message_reaches_the_receiver(self):
        before = len(self.receiver.deliveries)
        self.world.weir("channel", "test", "hook")
        wait_until(lambda: len(self.receiver.deliveries) > before, 10, "a test message")
        self.assertTrue(self.receiver.deliveries[-1].signed_by(self.secret))

    def test_while_keys_rotate_both_sign(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        first = self.secret_in(self.world.weir_json("channel", "add", "rotating", "--url", receiver.url))
        second = self.secret_in(self.world.weir_json("channel", "rotate", "rotating"))
        self.assertNotEqual(first, second)
        self.world.weir("channel", "test", "rotating")
        wait_until(lambda: receiver.deliveries, 10, "a message")
        self.assertTrue(receiver.deliveries[0].signed_by(first))
        self.assertTrue(receiver.deliveries[0].signed_by(second))
        self.world.weir("channel", "remove", "rotating")

    def test_deliveries_survive_a_restart_of_the_server(self):
        self.receiver.answers = [(503, {})] * 2
        digest = self.run_unknown()
        self.delivered(digest, 10, 1)
        self.world.restart_server()
        wait_until(lambda: [d for d in self.receiver.about(digest)] and not self.receiver.answers
                   and len(self.receiver.about(digest)) >= 2, 30, "delivered after the restart")
