#!/usr/bin/env python3
"""What a full report of N workloads in parts costs a real server: taking it, and judging what is in it.

Usage: bench/full_report.py [N=150000]     WEIR_BINARY as in the tests; needs python3-cryptography
Three reports: all new, the same again, a tenth gone. Costs are processor time of the server, which a busy machine does
not change much: until the last part is answered, and until the server rests again. Threads are named by what they do.
"""
import base64
import hashlib
import json
import os
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test/e2e/support"))

from world import ORG, Client, World, wait_until  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
PART_BYTES = 1_000_000


def cpu_by_thread(pid):
    """Milliseconds of processor time per thread, the ended ones aside."""
    threads = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            name, rest = (task / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        fields = rest.split()
        threads[f"{name}/{task.name}"] = (int(fields[11]) + int(fields[12])) * 1000 // TICKS
    return threads


def cpu(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 // TICKS


def now():
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instance(number, began):
    name = f"/opt/services/service-{number}/bin/server"
    return {"id": f"0f1e2d3c-{number}-{1_700_000_000_000 + number}", "kind": "process", "name": name,
            "digests": ["sha256:" + hashlib.sha256(name.encode()).hexdigest()], "started_at": began,
            "package": {"name": "service", "version": "1.0"},
            "origin": {"user": "root", "unit": "app.service", "pid": number + 1, "directory": "/"}}


class Reporter:
    def __init__(self, world):
        self.world, self.key = world, Ed25519PrivateKey.generate()
        self.public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.client, self.sequence, self.previous, self.began = Client(world.port), 0, None, now()
        token = world.api.post("environments/host/join-tokens", {})["token"]
        self.send("reporters", {"environment": "host", "host": "bench", "public_key":
                                base64.b64encode(self.public).decode(), "token": token})

    def send(self, resource, document):
        body = json.dumps(document, separators=(",", ":")).encode()
        answer = self.client.send("POST", ORG + resource, raw=body, headers={
            "weir-reporter": hashlib.sha256(self.public).hexdigest(),
            "weir-signature": base64.b64encode(self.key.sign(body)).decode()})
        assert answer.status in (200, 201), answer
        return hashlib.sha256(body).hexdigest()

    def parts(self, numbers):
        part, size = [], 0
        for number in numbers:
            one = instance(number, self.began)
            part.append(one)
            size += len(json.dumps(one, separators=(",", ":"))) + 1
            if size > PART_BYTES:
                yield part
                part, size = [], 0
        if part:
            yield part

    def report(self, numbers):
        parts = list(self.parts(numbers))
        for number, started in enumerate(parts, 1):
            self.sequence += 1
            head = {"version": 1, "environment": "host", "host": "bench", "incarnation": "i", "sequence": self.sequence}
            if self.previous:
                head["previous"] = "sha256:" + self.previous
            head |= {"sent_at": now(), "full": True}
            if len(parts) > 1:
                head["part"] = number
            if len(parts) > 1 and number == len(parts):
                head["parts"] = number
            self.previous = self.send("reports", head | {"started": started})
        return len(parts)


def await_rest(pid):
    """Until half a second costs the server less than a hundredth of it, twice in a row."""
    quiet = 0
    while quiet < 2:
        before = cpu(pid)
        time.sleep(0.5)
        quiet = quiet + 1 if cpu(pid) - before <= 10 else 0


def main(count=150_000):
    world = World()
    try:
        world.start_server()
        world.environment()
        pid = world.server.pid
        reporter = Reporter(world)
        count = int(count)
        for what, numbers in (("all new", range(count)), ("nothing changed", range(count)),
                              ("a tenth gone", range(count - count // 10))):
            await_rest(pid)
            threads, before, began = cpu_by_thread(pid), cpu(pid), time.monotonic()
            parts = reporter.report(numbers)
            answered, took = cpu(pid) - before, time.monotonic() - began
            await_rest(pid)
            spent = {name: used - threads.get(name, 0) for name, used in cpu_by_thread(pid).items()}
            most = sorted(((used, name) for name, used in spent.items() if used > 0), reverse=True)[:5]
            resident = next(line.split()[1] for line in Path(f"/proc/{pid}/status").read_text().splitlines()
                            if line.startswith("VmRSS"))
            print(f"{len(numbers)} workloads in {parts} parts, {what}: answered after {took * 1000:.0f} ms "
                  f"({answered} ms of the server's CPU), at rest after {cpu(pid) - before} ms of CPU; "
                  f"{int(resident) / 1024:.0f} MB resident; {', '.join(f'{n} {u} ms' for u, n in most)}", flush=True)
        live = world.api.get("environments/host")
        print({k: live[k] for k in live if isinstance(live[k], (int, str))}, flush=True)
    finally:
        world.close()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
