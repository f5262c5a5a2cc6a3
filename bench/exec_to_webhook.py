#!/usr/bin/env python3
"""From a start nobody approved to its alert in a webhook's hands: the real server, agent and receiver on loopback.

Usage: bench/exec_to_webhook.py [PROGRAMS=1000] [PER_SECOND=20] [CONTAINERS=30]     as root; WEIR_BINARY as in the tests
Programs are 1 MB each and differ in content. Time runs from just before the program is started (a container: from the
start that podman's runtime reports) until the receiver has read the whole message.
"""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test/e2e/support"))

from engines import Podman, run as run_tool  # noqa: E402
from receiver import Receiver  # noqa: E402
from world import World, seconds_of, wait_until  # noqa: E402

PROGRAM_BYTES = 1024 * 1024
KEPT = 100  # programs left on the disk: one that ended may still be read


def make_program(path):
    text = Path("/bin/true").read_bytes()
    text += os.urandom(PROGRAM_BYTES - len(text))
    path.write_bytes(text)
    path.chmod(0o755)
    return "sha256:" + hashlib.sha256(text).hexdigest()


def exec_all(world, programs, per_second):
    """When each digest was started."""
    folder = world.directory / "programs"
    folder.mkdir()
    began = {}
    following = time.monotonic() + 1
    for number in range(programs):
        path = folder / str(number)
        digest = make_program(path)
        following += 1 / per_second
        time.sleep(max(0.0, following - time.monotonic()))
        began[digest] = time.time()
        subprocess.run([path], check=True)
        if number >= KEPT:
            (folder / str(number - KEPT)).unlink()
    return began


def start_all(podman, containers):
    """When each image's container was started, by the runtime's own word."""
    began = {}
    for number in range(containers):
        image = podman.import_image(f"local/bench{number}")
        name = podman.start(f"local/bench{number}")
        told = json.loads(run_tool([*podman.base, "inspect", name]))[0]["State"]["StartedAt"]
        began[image] = nanoseconds_cut(told)
        podman.remove(name)
    return began


def nanoseconds_cut(text):
    """Seconds of RFC 3339 with up to nine digits, which fromisoformat does not read."""
    head, _, tail = text.partition(".")
    digits = "".join(c for c in tail[:9] if c.isdigit())[:6].ljust(6, "0")
    zone = tail.lstrip("0123456789") or "Z"
    return seconds_of(f"{head}.{digits}{zone}")


def arrivals(receiver, digests):
    """When the first message about each digest had arrived."""
    first = {}
    for delivery in list(receiver.deliveries):
        event = delivery.event
        if event["type"] != "dev.weir.alert.open":
            continue
        for digest in event["data"]["workload"]["digests"]:
            if digest in digests:
                first.setdefault(digest, delivery.at)
    return first


def say(what, began, first, limit):
    delays = sorted(1000 * (first[d] - began[d]) for d in began if d in first)
    at = lambda share: delays[int(share * (len(delays) - 1))]  # noqa: E731
    print(f"{what}: {len(delays)} of {len(began)} delivered; p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, "
          f"max {delays[-1]:.1f} ms (p99 at most {limit} ms is wanted)", flush=True)
    return len(delays) == len(began)


def await_all(receiver, began):
    wait_until(lambda: len(arrivals(receiver, began)) == len(began), 60, "every alert is delivered")


def main(programs=1000, per_second=20, containers=30):
    if os.geteuid():
        sys.exit("exec_to_webhook needs root: the agent sees others' programs only then")
    world, receiver = World(), Receiver()
    try:
        world.start_server()
        world.environment()
        podman = Podman(world) if containers and shutil.which("podman") else None
        world.start_agent("host", *(["--podman", str(podman.socket)] if podman else []))
        world.weir("channel", "add", "hook", "--url", receiver.url)
        began = exec_all(world, int(programs), float(per_second))
        await_all(receiver, began)
        whole = say(f"exec of an unknown 1 MB program -> webhook, {programs} at {per_second}/s", began,
                    arrivals(receiver, began), 100)
        if podman:
            began = start_all(podman, int(containers))
            await_all(receiver, began)
            whole &= say(f"container start (podman) -> webhook, {containers}", began, arrivals(receiver, began), 1000)
        return 0 if whole else 1
    finally:
        receiver.close()
        world.close()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends too
    sys.exit(main(*sys.argv[1:]))
