"""Killed with -9 at any moment under load: nothing acknowledged is lost, and the ledger verifies.

WEIR_KILLS sets how often (200)."""
import os
import random
import signal
import threading
import time
import unittest

from world import Client, World, WEIR


class Load:
    """Writers that remember what was acknowledged."""

    def __init__(self, world, writers=4):
        self.world, self.acknowledged, self.lock = world, {}, threading.Lock()
        self.stopped, self.number, self.token = threading.Event(), 0, world.token
        self.threads = [threading.Thread(target=self.write, daemon=True) for _ in range(writers)]
        for thread in self.threads:
            thread.start()

    def write(self):
        client = Client(self.world.port, self.token)
        while not self.stopped.is_set():
            with self.lock:
                self.number += 1
                name = f"f{self.number}"
            try:
                answer = client.send("PUT", f"flows/{name}", {"description": name})
                if answer.status == 201:
                    with self.lock:
                        self.acknowledged[name] = answer.json["receipt"]["leaf_hash"], answer.json["receipt"]["index"]
            except (OSError, ValueError, __import__("http.client").client.HTTPException):
                time.sleep(0.002)  # the server is away, by intent

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


class KilledHard(unittest.TestCase):
    def test_nothing_acknowledged_is_lost(self):
        kills, dice = int(os.environ.get("WEIR_KILLS", "200")), random.Random(20261122)
        self.assertTrue(WEIR.exists(), f"{WEIR} is not there; make build")
        world = World()
        self.addCleanup(world.close)
        world.start_server()
        load = Load(world)
        for _ in range(kills):
            seen = len(load.acknowledged)
            until = time.monotonic() + dice.uniform(0.0, 0.08)
            while time.monotonic() < until or len(load.acknowledged) == seen:
                time.sleep(0.001)
            world.restart_server(signal.SIGKILL)
        load.stop()
        self.assertGreater(len(load.acknowledged), kills)
        self.check_all_there(world, load.acknowledged)
        world.server.end(signal.SIGKILL)
        world.verify_ledger()
        world.start_server()

    def check_all_there(self, world, acknowledged):
        hashes, start, size = {}, 0, world.ledger_size()
        while start < size:
            entries = world.api.get(f"ledger/entries?from={start}&limit=1000")["entries"]
            hashes |= {entry["index"]: entry["leaf_hash"] for entry in entries}
            start += len(entries)
        lost = {name: index for name, (leaf, index) in acknowledged.items() if hashes.get(index) != leaf}
        self.assertEqual(lost, {})
