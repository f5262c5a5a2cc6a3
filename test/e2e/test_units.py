"""systemd's services, by a real systemd: process 1 of a container that shows this host's programs, an agent in it."""
import os
import shutil
import subprocess
import unittest

from engines import run
from world import WEIR, Process, WorldCase, needs_root, sha256_of, wait_until

NEEDED = {"podman": shutil.which("podman"), "runc": shutil.which("runc"), "dpkg": shutil.which("dpkg"),
          "perl": os.path.exists("/usr/bin/perl"), "systemd": os.access("/lib/systemd/systemd", os.X_OK),
          "dbus-daemon": os.access("/usr/bin/dbus-daemon", os.X_OK)}
missing = [name for name, there in NEEDED.items() if not there]


class Machine:
    """A container whose process 1 is systemd. /usr and dpkg's lists are this host's, all else is its own."""

    def __init__(self, world):
        self.home = world.directory / "machine"
        self.root = self.home / "rootfs"
        for folder in ("etc", "var/lib/dpkg", "run", "tmp", "proc", "sys", "dev", "root", "usr", "weir"):
            (self.root / folder).mkdir(parents=True)
        for link in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
            if os.path.islink("/" + link):
                (self.root / link).symlink_to("usr/" + link)
        for name in ("passwd", "group"):
            shutil.copy(f"/etc/{name}", self.root / "etc")
        self.base = ["podman", "--root", self.home / "storage", "--runroot", self.home / "run", "--tmpdir",
                     self.home / "tmp", "--cgroup-manager", "cgroupfs"]
        self.id = run([*self.base, "run", "-d", "--systemd=always", "--privileged", "--runtime", "runc",
                       "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096", "--network=host",
                       "-v", "/usr:/usr:ro", "-v", "/var/lib/dpkg:/var/lib/dpkg:ro",
                       "-v", f"{WEIR.resolve().parent}:/weir:ro", "-v", f"{world.directory}:{world.directory}",
                       "--rootfs", self.root, "/lib/systemd/systemd", "--unit=dbus.service"]).splitlines()[-1]
        world.closers.append(lambda: run([*self.base, "rm", "-f", "-t", "0", self.id]))
        wait_until(lambda: self.answers("systemctl", "is-active", "dbus"), 60, "systemd's bus is up")

    def answers(self, *command):
        return subprocess.run([*map(str, self.base), "exec", self.id, *command], capture_output=True).returncode == 0

    def inside(self, *command):
        return run([*self.base, "exec", self.id, *command])

    def start_agent(self, world):
        state = world.directory / "agent"
        state.mkdir()
        (state / "join.token").write_text(world.api.post("environments/host/join-tokens", {})["token"])
        world.children.append(Process(
            [*self.base, "exec", self.id, f"/weir/{WEIR.name}", "agent", "--server", world.url, "--environment",
             "host", "--state", state, "--token-file", state / "join.token"], world.directory / "agent.log"))
        wait_until(lambda: [r for r in world.reporters() if r["state"] == "live" and r["sources"]], 60,
                   "the agent is live")


@needs_root
@unittest.skipIf(missing, f"needs {' '.join(missing)}")
class Units(WorldCase):
    agent = False

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.machine = Machine(cls.world)
        cls.machine.start_agent(cls.world)

    def unit(self, name, verdict=None):
        def there():
            return [w for w in self.world.workloads() if w["kind"] == "unit" and w["name"] == name + ".service"
                    and (verdict is None or w["verdict"] == verdict)]
        return wait_until(there, 20, f"{name}.service with verdict {verdict}")[0]

    def alerts_of(self, name):
        return [a for a in self.world.alerts(state="open") if a["workload"]["name"] == name + ".service"]

    def start(self, name, *command):
        self.machine.inside("systemd-run", "--quiet", f"--unit={name}", *command)

    def test_a_packaged_service_is_explained_and_its_start_alarms_nobody(self):
        bus = self.unit("dbus")
        self.assertEqual(bus["verdict"], "explained")
        self.assertIn("package dbus", bus["reasons"][0]["message"])
        self.start("packaged", "/usr/bin/sleep", "600")
        self.assertEqual(self.unit("packaged", "explained")["reasons"][0]["code"], "explained-by-package")
        self.start("by-name", "sleep", "601")
        self.unit("by-name", "explained")
        self.start("own", str(self.world.program()), "600")
        self.unit("own", "unknown")
        wait_until(lambda: self.alerts_of("own"), 20, "the alert of the unit that no package brought")
        self.assertEqual(self.alerts_of("packaged") + self.alerts_of("by-name"), [])

    def test_an_approved_script_that_is_rewritten_alarms_at_its_next_start(self):
        world = self.world
        script = world.directory / "job.pl"
        script.write_text("sleep 600;\n")
        approved = world.recorded(script, flow="jobs", trail="t1")
        world.weir("approve", script, "--environment", "host", "--reason", "released")
        self.start("job", "/usr/bin/perl", str(script))
        self.assertEqual(self.unit("job", "approved")["digests"], [approved])
        script.write_text("# rewritten\nsleep 600;\n")
        self.machine.inside("systemctl", "restart", "job")
        self.assertEqual(self.unit("job", "changed")["digests"], [sha256_of(script)])
        wait_until(lambda: self.alerts_of("job"), 20, "the alert of the rewritten script")

    def test_text_given_to_a_shell_is_an_unseen_program(self):
        self.start("text", "/bin/sh", "-c", "sleep 600; true")
        unit = self.unit("text")
        self.assertEqual((unit["digests"], unit["reasons"][0]["code"]), ([], "program-unseen"))
