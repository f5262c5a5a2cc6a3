"""Every write has a receipt that foreign code can check, and no crash loses one."""
import base64
import shutil
import subprocess

import foreign_proof
from world import WEIR, WorldCase, wait_until


class Ledger(WorldCase):
    agent = False

    def test_a_receipt_is_checked_by_foreign_code(self):
        world = self.world
        answer = world.api.put("flows/receipt", {"description": "one entry"})
        receipt = answer["receipt"]
        leaf = base64.b64decode(receipt["entry"])
        self.assertEqual(receipt["leaf_hash"], "sha256:" + foreign_proof.leaf_hash(leaf).hex())
        vkey = world.weir("ledger", "vkey").strip()
        origin, size, root = foreign_proof.signed_text(receipt["checkpoint"], vkey).splitlines()[:3]
        self.assertTrue(origin)
        self.assertEqual(foreign_proof.root_of(receipt["index"], int(size), foreign_proof.leaf_hash(leaf),
                                               [base64.b64decode(h) for h in receipt["proof"]]),
                         base64.b64decode(root))

    def test_the_proof_of_any_entry_is_checked_by_foreign_code(self):
        world = self.world
        for number in range(20):
            world.api.put(f"flows/proof-{number}", {})
        vkey = world.weir("ledger", "vkey").strip()
        size = world.ledger_size()
        for index in {0, 1, size // 2, size - 1}:
            leaf = base64.b64decode(world.api.get(f"ledger/entries/{index}")["leaf"])
            proof = world.weir("ledger", "proof", index)
            self.assertEqual(foreign_proof.check(proof, vkey, leaf)[0], index)
            with self.assertRaises(AssertionError):
                foreign_proof.check(proof, vkey, leaf + b"x")

    def test_the_same_request_again_gets_the_same_receipt_and_another_body_is_refused(self):
        world, key = self.world, {"Idempotency-Key": "once"}
        first = world.api.ask("PUT", "flows/once", {"description": "a"}, headers=key)
        size = world.ledger_size()
        again = world.api.ask("PUT", "flows/once", {"description": "a"}, headers=key)
        self.assertEqual(again["receipt"]["index"], first["receipt"]["index"])
        self.assertEqual(world.ledger_size(), size)
        self.assertEqual(world.api.send("PUT", "flows/once", {"description": "b"}, headers=key).status, 409)
        self.assertEqual(world.ledger_size(), size)

    def test_rebuilding_the_tables_changes_nothing(self):
        world = self.world
        for number in range(5):
            program = world.program()
            world.recorded(program, flow=f"rebuilt-{number}")
            world.weir("approve", program, "--environment", "host", "--reason", "released")
        before = self.tables()
        world.server.end()
        world.weir("ledger", "rebuild", "--data", world.data, token="unused")
        world.verify_ledger()
        world.start_server()
        self.assertEqual(self.tables(), before)

    def tables(self):
        api = self.world.api
        return {path: api.get(path + "?limit=1000") for path in ("flows", "artifacts", "approvals", "environments")}

    def test_following_events_names_what_changed(self):
        import http.client
        world = self.world
        connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=20)
        self.addCleanup(connection.close)
        connection.request("GET", "/v1/orgs/default/events", headers={"Authorization": "Bearer " + world.token})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers["Content-Type"].startswith("text/event-stream"))
        index = world.api.put("flows/followed", {})["receipt"]["index"]
        while True:
            line = answer.readline().decode()
            self.assertTrue(line, "the stream ended")
            if line.startswith("data:") and __import__("json").loads(line[5:])["index"] >= index:
                break


class Backup(WorldCase):
    agent = False

    def test_a_copy_of_the_data_of_a_stopped_server_is_a_whole_ledger(self):
        world = self.world
        world.api.put("flows/kept", {})
        world.server.end()
        copy = world.directory / "copy"
        shutil.copytree(world.data, copy)
        subprocess.run([WEIR, "ledger", "verify", "--data", copy], check=True, capture_output=True)
        world.start_server()
        wait_until(world.is_ready)
