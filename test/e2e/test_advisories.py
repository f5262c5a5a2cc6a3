"""The store of advisories: from a bucket over HTTP to findings, while it is updated, and after it was cut off."""
import functools
import http.server
import json
import os
import random
import subprocess
import tempfile
import threading
import time
import unittest
import zipfile
from pathlib import Path

from world import WEIR


def record(number, package, fixed, **more):
    affected = {"package": {"ecosystem": "npm", "name": package},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}
    return {"id": f"A-{number}", "modified": "2024-01-01T00:00:00Z", "affected": [affected]} | more


def write_zip(path, records):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for each in records:
            archive.writestr(each["id"] + ".json", json.dumps(each))


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Advisories(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.place = Path(kept.name)
        self.store = self.place / "store"
        self.bill = self.place / "bill.json"
        components = [{"name": "x", "purl": f"pkg:npm/x{i}@1.0.0"} for i in range(20)]
        self.bill.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components}))

    def weir(self, *words, code=0):
        done = subprocess.run([WEIR, *map(str, words), "--output", "json"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def found(self, place):
        findings = self.weir("sbom", "scan", self.bill, "--advisories", place)[0]["findings"]
        return [(each["advisory"], each["fixed"]) for each in findings]

    def bucket(self):
        handler = functools.partial(Quiet, directory=str(self.place / "bucket"))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    def test_a_bucket_fills_a_store_and_a_scan_needs_neither(self):
        url = self.bucket()
        write_zip(self.place / "bucket/npm/all.zip", [record(1, "x1", "2.0.0"), record(2, "x2", "0.5.0")])
        first = self.weir("advisories", "update", url, "--ecosystem", "npm", "--store", self.store)
        self.assertEqual(first["feeds"][0]["added"], 2)
        self.assertEqual(self.found(self.store), [("A-1", "2.0.0")])
        self.assertEqual(self.found(url), [("A-1", "2.0.0")])
        again = self.weir("advisories", "update", url, "--ecosystem", "npm", "--store", self.store)
        self.assertEqual(again["feeds"][0]["state"], "unchanged")
        (self.place / "bucket/npm/all.zip").unlink()
        gone = self.weir("advisories", "update", url, "--ecosystem", "npm", "--store", self.store, code=1)
        self.assertEqual(gone["feeds"][0]["state"], "failed")
        self.assertEqual(self.found(self.store), [("A-1", "2.0.0")])

    def test_a_bill_of_500_mb_is_refused_without_being_read(self):
        with open(self.bill, "r+b") as bill:
            bill.truncate(500 * 1000 * 1000)
        write_zip(self.place / "feed.zip", [record(1, "x1", "2.0.0")])
        words = [WEIR, "sbom", "scan", self.bill, "--advisories", self.place / "feed.zip", "--output", "json"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            answer = json.loads(process.stdout.read())
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 1)
        self.assertIn("is larger than", answer[0]["error"])
        self.assertLess(used.ru_maxrss, 100 * 1024)

    def test_an_update_that_is_killed_leaves_the_store_before_it_or_after_it(self):
        feed = self.place / "feed.zip"
        chance = random.Random(7)
        many = [record(i, f"y{i}", "2.0.0") for i in range(100, 3000)]
        write_zip(feed, many + [record(1, "x1", "2.0.0")])
        self.weir("advisories", "update", feed, "--store", self.store)
        held = {"2.0.0"}
        for turn in range(3, 13):
            write_zip(feed, [record(i, f"y{i}", f"{turn}.0.0") for i in range(100, 3000)] +
                      [record(1, "x1", f"{turn}.0.0")])
            process = subprocess.Popen([WEIR, "advisories", "update", str(feed), "--store", str(self.store)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + chance.random() * 0.3
            while process.poll() is None and time.monotonic() < deadline:
                self.assertIn(self.found(self.store)[0][1], held | {f"{turn}.0.0"})
            process.kill()
            process.wait()
            (_, fixed), = self.found(self.store)
            self.assertIn(fixed, held | {f"{turn}.0.0"})
            held = {fixed}
        self.weir("advisories", "update", feed, "--store", self.store)
        self.assertEqual(self.found(self.store), [("A-1", "12.0.0")])
        files = [each.name for each in self.store.iterdir()]
        self.assertFalse([name for name in files if name.count(".") > 1 or "incoming" in name], files)


if __name__ == "__main__":
    unittest.main()
