#!/usr/bin/env python3
"""What a real agent costs at rest: memory and CPU with what runs on this host anyway, and with N sleepers more.

Usage: bench/agent_rest.py [SLEEPERS=10000] [SECONDS=60]     as root; WEIR_BINARY as in the tests
CPU is what the kernel counted for the agent's process (user and system) over SECONDS. It is the agent's share of one
core only on a quiet host: on a busy one, every exec of the others is work for the agent, so execs are counted too.
"""
import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test/e2e/support"))

from world import World, wait_until  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def forks_so_far():
    return next(int(line.split()[1]) for line in Path("/proc/stat").read_text().splitlines()
                if line.startswith("processes "))


def memory(pid):
    rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return ", ".join(f"{name} {int(rows[name].split()[0]) / 1024:.1f} MB" for name in ("VmRSS", "VmHWM", "RssAnon"))


def measure(what, pid, seconds):
    cpu, forks, began = cpu_seconds(pid), forks_so_far(), time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - began
    print(f"{what}: {100 * (cpu_seconds(pid) - cpu) / took:.2f} % of a core over {took:.0f} s "
          f"({(forks_so_far() - forks) / took:.1f} forks/s on the host), load {os.getloadavg()[0]:.1f}; {memory(pid)}",
          flush=True)


class Sleepers:
    """Children in one process group, ended together."""

    def __init__(self, count):
        self.pids = []
        for _ in range(count):
            self.pids.append(os.posix_spawn("/bin/sleep", ["sleep", "3600"], {},
                                            setpgroup=self.pids[0] if self.pids else 0))

    def end(self):
        os.killpg(self.pids[0], signal.SIGKILL)
        for pid in self.pids:
            os.waitpid(pid, 0)


def live_instances(world):
    return sum(workload["count"] for workload in world.workloads())


def main(sleepers=10000, seconds=60):
    if os.geteuid():
        sys.exit("agent_rest needs root: the agent sees others' programs only then")
    world, group = World(), None
    try:
        world.start_server()
        world.environment()
        agent = world.start_agent("host")
        time.sleep(15)  # settling is work, not rest
        measure("agent on this host", agent.pid, float(seconds))
        group = Sleepers(int(sleepers))
        wait_until(lambda: live_instances(world) > int(sleepers), 180, "all sleepers are reported")
        print(f"{sleepers} sleepers reported; {memory(agent.pid)}", flush=True)
        measure(f"agent with {sleepers} more", agent.pid, float(seconds))
        agent.end()
        again = world.start_agent("host")
        wait_until(lambda: live_instances(world) > int(sleepers), 60, "all sleepers are reported again")
        time.sleep(15)
        measure(f"agent started with {sleepers} there", again.pid, float(seconds))
    finally:
        if group:
            group.end()
        world.close()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started ends too
    sys.exit(main(*sys.argv[1:]))
