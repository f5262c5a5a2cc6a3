"""Disks that are full, read-only or damaged: found, said, survived; nothing accepted is lost."""
import base64
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import unittest
from pathlib import Path

from receiver import Receiver
from world import Process, World, WEIR, needs_root, wait_until


class Damaged(unittest.TestCase):
    """A ledger whose file is changed behind the server's back is never served as if it were whole."""

    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(shutil.rmtree, cls.world.directory, ignore_errors=True)
        cls.world.start_server()
        for number in range(400):
            cls.world.api.put(f"flows/f{number}", {"description": "x" * 200})
        cls.leaves = [(index, base64.b64decode(cls.world.api.get(f"ledger/entries/{index}")["leaf"]))
                      for index in (40, 99, 398)]
        cls.world.server.end()
        cls.world.server = None
        cls.whole = {p.relative_to(cls.world.data): p.read_bytes() for p in cls.world.data.rglob("*") if p.is_file()}

    def setUp(self):
        shutil.rmtree(self.world.data)
        for path, data in self.whole.items():
            (self.world.data / path).parent.mkdir(parents=True, exist_ok=True)
            (self.world.data / path).write_bytes(data)
            (self.world.data / path).chmod(0o600)

    def database(self):
        files = [p for p in self.world.data.rglob("*") if p.is_file() and p.read_bytes()[:15] == b"SQLite format 3"]
        return max(files, key=lambda p: p.stat().st_size)

    def verify(self, *options):
        return subprocess.run([WEIR, "ledger", "verify", "--data", self.world.data, *options], capture_output=True,
                              text=True)

    def test_the_whole_one_verifies(self):
        self.assertEqual(self.verify().returncode, 0)

    def test_a_truncated_file_does_not_verify(self):
        database = self.database()
        size = database.stat().st_size
        for keep in (0, 100, size // 2, size - 4096, size - 1):
            with self.subTest(keep=keep):
                self.setUp()
                os.truncate(database, keep)
                done = self.verify()
                self.assertNotEqual(done.returncode, 0, done.stdout)
                self.assertTrue(done.stderr.strip() or "NOT sound" in done.stdout, done)

    def test_a_ledger_that_is_gone_is_not_begun_anew(self):
        database = self.database()
        for keep in (None, 0, 1, 99):
            with self.subTest(keep=keep):
                self.setUp()
                database.unlink() if keep is None else os.truncate(database, keep)
                before = {p: p.read_bytes() for p in self.world.data.rglob("*") if p.is_file() and p.name != "lock"}
                done = subprocess.run([WEIR, "serve", "--listen", f"127.0.0.1:{self.world.port}", "--data",
                                       self.world.data], capture_output=True, text=True, timeout=20,
                                      env=os.environ | self.world.clean_variables())
                self.assertEqual(done.returncode, 5, done.stderr)
                self.assertIn("put it back from a copy and run `weir ledger verify`", done.stderr)
                after = {p: p.read_bytes() for p in self.world.data.rglob("*") if p.is_file() and p.name != "lock"}
                self.assertEqual(after, before)

    def test_a_first_start_that_was_cut_short_begins_again(self):
        data = self.world.data
        for left in (["default.key"], ["default.key", "default.db"]):
            with self.subTest(left=left):
                self.setUp()
                for path in list(data.rglob("*")):
                    if path.is_file() and path.name not in left:
                        path.unlink()
                (data / "default.key").rename(data / "default.key.unused")
                if "default.db" in left:  # the entry was written, and the key not yet called used
                    (data / "admin.token").write_bytes(self.whole[Path("admin.token")])
                self.world.start_server()
                self.assertEqual(self.world.api.send("GET", "me").status, 200)
                self.assertEqual(sorted(p.name for p in data.glob("*.key*")), ["default.key"])
                self.world.server.end()
                self.world.server = None
                self.assertEqual(self.verify().returncode, 0)

    def test_other_keys_beside_a_ledger_are_none_of_its(self):
        self.setUp()
        (self.world.data / "tls.key").write_text("-----BEGIN PRIVATE KEY-----\n" + "M" * 64 + "\n")
        self.world.start_server()
        self.assertEqual(self.world.api.send("GET", "me").status, 200)
        self.world.server.end()
        self.world.server = None
        self.assertEqual(self.verify().returncode, 0)

    def test_a_flipped_bit_in_an_entry_is_found(self):
        database = self.database()
        data = self.whole[database.relative_to(self.world.data)]
        for index, leaf in self.leaves:
            at = data.find(leaf)
            self.assertGreater(at, 0, "the leaf stands in the file as it is")
            flipped = bytearray(data)
            flipped[at + len(leaf) // 2] ^= 0x40
            database.write_bytes(bytes(flipped))
            with self.subTest(at=at):
                done = self.verify("--output", "json")
                self.assertEqual(done.returncode, 1, done.stderr)
                report = json.loads(done.stdout)
                self.assertIn("page", report["damage"])
                lost = [each for each in report["named"] if "can't be read" in each["what"]]
                self.assertTrue(any(each["first"] <= index <= each["last"] for each in lost), report)
                self.assertLess(sum(each["last"] - each["first"] + 1 for each in lost), 60, "others are still read")

    def test_a_bit_flipped_anywhere_is_found_or_harmless(self):
        import random
        database, dice = self.database(), random.Random(7)
        data = self.whole[database.relative_to(self.world.data)]
        for _ in range(40):
            flipped = bytearray(data)
            at = dice.randrange(len(flipped))
            flipped[at] ^= 1 << dice.randrange(8)
            database.write_bytes(bytes(flipped))
            done = self.verify()
            with self.subTest(at=at):
                self.assertIn(done.returncode, (0, 1, 2, 5), done.stderr)
                self.assertNotIn("Aborted", done.stderr)

    def test_a_server_on_a_damaged_ledger_says_what_to_do(self):
        database = self.database()
        os.truncate(database, database.stat().st_size // 2)
        server = Process([WEIR, "serve", "--listen", f"127.0.0.1:{self.world.port}", "--data", self.world.data],
                         self.world.directory / "damaged.log", env=self.world.clean_variables())
        self.addCleanup(server.end)

        def refuses():
            if not server.runs():
                return server.child.returncode != 0
            try:
                return self.world.api.send("PUT", "flows/after", {}).status >= 500
            except OSError:
                return False
        wait_until(refuses, 20, "the server refuses to write")
        self.assertIn("ledger verify", server.text())


class DamagedBeforeItsEyes(unittest.TestCase):
    """Damage while the server runs becomes an alert: in the answers, in the webhook, in the log, in readiness."""

    def test_a_flipped_bit_is_found_by_a_read_and_told_everywhere(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        world = World()
        self.addCleanup(shutil.rmtree, world.directory, ignore_errors=True)
        world.start_server()
        self.addCleanup(world.server.end)
        world.api.put("channels/ops", {"kind": "webhook", "url": receiver.url})
        for number in range(400):
            world.api.put(f"flows/f{number}", {"description": "x" * 200})
        leaf = base64.b64decode(world.api.get("ledger/entries/200")["leaf"])
        database = next(p for p in world.data.iterdir() if p.suffix == ".db")
        wait_until(lambda: leaf in database.read_bytes(), 20, "the log is moved into the file")
        with open(database, "r+b") as file:
            at = file.read().find(leaf) + len(leaf) // 2
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 0x40]))
        wait_until(lambda: world.api.send("GET", "ledger/entries/200").status == 500, 30, "a read meets it")
        wait_until(lambda: any(a["cause"] == "ledger-damaged" for a in world.api.get("alerts")["alerts"]), 20, "alert")
        self.assertEqual(world.api.send("PUT", "flows/after", {}).status, 500)
        wait_until(lambda: receiver.about("ledger-damaged"), 20, "the webhook is told")
        told = receiver.about("ledger-damaged")[0].event["data"]
        self.assertEqual(told["severity"], "critical")
        self.assertIn("weir ledger verify", told["story"]["remedy"])
        ready = world.api.send("GET", "/readyz")
        self.assertEqual((ready.status, ready.json["status"]), (503, "damaged"))
        self.assertIn("weir ledger verify", ready.json["remedy"])
        overview = world.api.get("overview")
        self.assertEqual(overview["sentence"][0]["text"], "The ledger is damaged; nothing is recorded any more.")
        self.assertIn("page", overview["trust"]["ledger"]["damage"])
        self.assertIn("writes have stopped", world.server.text())

    def test_what_the_finder_of_vulnerabilities_alone_meets_is_told_as_well(self):
        world = World()
        self.addCleanup(shutil.rmtree, world.directory, ignore_errors=True)
        world.start_server()
        self.addCleanup(world.server.end)
        wait_until(lambda: world.api.get("overview")["trust"]["ledger"].get("checked_at"), 60, "the scrub rests")
        world.weir("flow", "create", "shop")
        world.weir("trail", "begin", "t1", "--flow", "shop")
        program, bill = world.program("shop"), world.directory / "bill.json"
        bill.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []}))
        world.weir("attest", "artifact", program, "--flow", "shop", "--trail", "t1", "--name", "shop")
        database = next(p for p in world.data.iterdir() if p.suffix == ".db")
        log = database.with_name(database.name + "-wal")
        wait_until(lambda: not log.exists() or log.stat().st_size == 0, 20, "the log is moved into the file")
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as tables:
            page, = tables.execute("SELECT rootpage FROM sqlite_master WHERE name='bill_read'").fetchone()
        with open(database, "r+b") as file:
            file.seek(page * 4096 - 100)
            byte = file.read(1)[0]
            file.seek(page * 4096 - 100)
            file.write(bytes([byte ^ 0x40]))
        world.weir("attest", "sbom", program, "--file", bill, "--flow", "shop", "--trail", "t1", "--name", "sbom")
        wait_until(lambda: any(a["cause"] == "ledger-damaged" for a in world.api.get("alerts")["alerts"]), 20, "alert")
        self.assertEqual(world.api.send("PUT", "flows/after", {}).status, 500)
        self.assertIn("vulnerabilities: ", world.server.text())


@needs_root
class Disks(unittest.TestCase):
    """A small file system of its own, as full or read-only as the test wants it."""

    def setUp(self):
        self.world = World()
        self.disk = self.world.directory / "disk"
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", self.disk], check=True)
        self.world.data = self.disk / "data"
        self.addCleanup(self.end)
        self.world.start_server()

    def end(self):
        if self.world.server.runs():
            self.world.server.end()
        subprocess.run(["umount", "--lazy", self.disk], check=True)
        shutil.rmtree(self.world.directory, ignore_errors=True)

    def write(self, name):
        return self.world.api.send("PUT", f"flows/{name}", {"description": name})

    def test_a_full_disk_refuses_writes_loses_nothing_and_recovers(self):
        world = self.world
        self.assertEqual(self.write("before").status, 201)
        filler = self.disk / "filler"
        descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(descriptor, b"\0" * 4096)
        except OSError:
            os.close(descriptor)
        answers = {name: self.write(name) for name in (f"full-{number}" for number in range(50))}
        refused = {name: answer for name, answer in answers.items() if answer.status != 201}
        self.assertTrue(refused, "the disk was never full")
        for answer in refused.values():
            self.assertEqual(answer.status, 503, answer.body)
            self.assertIn("the disk is full, nothing was recorded; make room", answer.json["error"]["message"])
        self.assertTrue(world.server.runs(), "it stays: what it holds can still be read")
        self.assertEqual(world.api.send("GET", "flows/before").status, 200)
        filler.unlink()
        wait_until(lambda: self.write("after").status == 201, 20, "writes work again")
        self.assertTrue(world.server.runs(), "nobody had to start it anew")
        for name, answer in {"before": None, **answers}.items():
            held = world.api.send("GET", f"flows/{name}").status
            self.assertEqual(held, 404 if name in refused else 200, f"{name} was answered {answer}")
        world.server.end()
        world.verify_ledger()

    def test_a_read_only_disk_refuses_writes_and_the_ledger_stays_whole(self):
        world = self.world
        self.assertEqual(self.write("before").status, 201)
        world.server.end()
        subprocess.run(["mount", "-o", "remount,ro", self.disk], check=True)
        server = Process([WEIR, "serve", "--listen", f"127.0.0.1:{world.port}", "--data", world.data],
                         world.directory / "read-only.log", env=world.clean_variables())
        self.addCleanup(server.end)

        def refuses():
            if not server.runs():
                return server.child.returncode != 0
            try:
                return self.write("read-only").status >= 500
            except OSError:
                return False
        wait_until(refuses, 20, "the server refuses to write")
        self.assertTrue(server.text().strip())
        server.end()
        subprocess.run(["mount", "-o", "remount,rw", self.disk], check=True)
        world.start_server()
        self.assertEqual(world.api.send("GET", "flows/before").status, 200)
        self.assertEqual(world.api.send("GET", "flows/read-only").status, 404)
