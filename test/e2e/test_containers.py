"""Real containers of podman and docker, each engine with a root of its own."""
import os
import tarfile
import time
import unittest

from engines import BUSYBOX, Docker, Podman, image_tree, needs
from registry import Registry
from world import WorldCase, needs_root, seconds_of, sha256_of, wait_until


CONTAINED = """
apiVersion: weir/v1
kind: Policy
rules:
  - id: contained
    message: No workload may be more than its container
    require:
      workload: {privileged: false, host_pid: false}
"""


class ContainerCases:
    """What holds for every engine."""

    engine = None
    too_much = ("--privileged", "privileged", "privileged")  # option, setting, word

    @classmethod
    def prepare(cls):
        world = cls.world
        cls.runtime = cls.engine(world)
        world.environment(kind="docker")
        world.start_agent("host", f"--{cls.runtime.kind}", str(cls.runtime.socket))

    def test_an_unapproved_container_alarms_in_less_than_a_second(self):
        world = self.world
        image = self.runtime.import_image("local/unknown")
        name = self.runtime.start("local/unknown")
        alert = world.alert(digest=image, state="open", seconds=15)
        self.assertEqual(alert["workload"]["kind"], "container")
        self.assertIn(alert["cause"], ("unknown-digest", "not-approved-here"))
        self.assertLess(seconds_of(alert["opened_at"]) - seconds_of(alert["started_at"]), 1.0)
        self.assertEqual(world.workload(image, seconds=10)["verdict"], "unknown")
        self.runtime.remove(name)
        wait_until(lambda: not world.workloads(digest=image), 15, "it is no longer shown")
        self.assertEqual(world.alerts(digest=image)[0]["state"], "open", "an execution alert outlives its workload")

    def test_an_approved_container_is_approved_and_its_processes_do_not_alarm(self):
        world = self.world
        image = self.runtime.import_image("local/approved")
        world.weir("flow", "create", "images")
        world.weir("trail", "begin", "t1", "--flow", "images")
        world.weir("attest", "artifact", image, "--flow", "images", "--trail", "t1", "--name", "approved")
        world.weir("approve", image, "--environment", "host", "--reason", "released")
        before = time.time()
        self.runtime.start("local/approved")
        self.assertEqual(world.workload(image, verdict="approved", seconds=15)["kind"], "container")
        about = [a for a in world.alerts(state="open") if image in str(a)
                 or (a["started_at"] and seconds_of(a["started_at"]) >= before and "busybox" in a["workload"]["name"])]
        self.assertEqual(about, [])

    def test_one_that_is_more_than_its_container_does_not_meet_the_rule_and_says_so_at_once(self):
        world = self.world
        file = world.directory / "contained.yaml"
        file.write_text(CONTAINED)
        world.weir("policy", "create", "contained", file)
        world.weir("policy", "attach", "contained", "--environment", "host", "--mode", "enforce")
        self.addCleanup(world.weir, "policy", "detach", "contained", "--environment", "host")
        image = self.runtime.import_image("local/contained")
        world.weir("flow", "create", "contained")
        world.weir("trail", "begin", "t1", "--flow", "contained")
        world.weir("attest", "artifact", image, "--flow", "contained", "--trail", "t1", "--name", "contained")
        world.weir("approve", image, "--environment", "host", "--reason", "released")
        boxed = self.runtime.start("local/contained", options=("--user", "1000"))
        workload = world.workload(image, verdict="approved", seconds=15)
        settings = self.settings_of(workload)
        names = ("privileged", "run_as_root", "host_network", "host_pid", "host_mounts")
        self.assertEqual([settings[name] for name in names], [False, False, False, False, []])
        self.runtime.remove(boxed)
        began = time.time()
        option, setting, word = self.too_much
        self.runtime.start("local/contained", options=(option, "--volume", "/etc:/host-etc:ro"))
        workload = world.workload(image, verdict="unapproved", seconds=15)
        self.assertLess(time.time() - began, 10)
        self.assertEqual(workload["reasons"][0]["code"], "policy-not-met", workload)
        self.assertIn("contained", workload["reasons"][0]["message"])
        settings = self.settings_of(workload)
        self.assertEqual((settings[setting], settings["host_mounts"], settings["run_as_root"]),
                         (True, ["/etc"], True))
        alert = world.alert(digest=image, cause="policy-not-met", state="open", seconds=10)
        self.assertIn("contained", str(alert))
        shown = world.weir("dbom", image, "--environment", "host")
        self.assertRegex(shown, f"settings: .*{word}")
        self.assertIn("runs as root", shown)
        self.assertIn("mounts /etc", shown)

    def settings_of(self, workload):
        shown = self.world.api.get("environments/host/workloads")["workloads"]
        return next(each["settings"] for each in shown if each["id"] == workload["id"])

    def test_a_file_that_the_image_does_not_hold_is_foreign_content(self):
        world = self.world
        image = self.runtime.import_image("local/foreign")
        self.runtime.start("local/foreign", "/bin/sh", "-c",
                           "/bin/busybox cp /bin/busybox /sleep; echo x >>/sleep; /sleep 600")
        world.workload(image, seconds=15)
        wait_until(lambda: [a for a in world.alerts() if a["cause"] == "foreign-content"
                            and "/sleep" in a["workload"]["name"]], 15, "an alert about foreign content")


@needs("podman")
class PodmanContainers(ContainerCases, WorldCase):
    engine = Podman


@needs("docker")
class DockerContainers(ContainerCases, WorldCase):
    engine = Docker
    too_much = ("--pid=host", "host_pid", "the host's processes")  # its daemon may lack what privileged wants


@needs_root
@unittest.skipUnless(os.path.exists(BUSYBOX), f"needs {BUSYBOX}")
class RootOfOnesOwn(WorldCase):
    def test_what_runs_below_it_is_outside_any_runtime_by_its_own_digest_even_if_approved(self):
        world = self.world
        root = world.directory / "root"
        with tarfile.open(image_tree(world)) as tar:
            tar.extractall(root)
        with open(root / "bin/busybox", "ab") as program:
            program.write(os.urandom(8))
        digest = sha256_of(root / "bin/busybox")
        world.api.post("approvals", {"artifact": digest, "environment": "host", "reason": "released"})
        world.run("unshare", "--mount", "--fork", "--kill-child", "chroot", root, "/bin/busybox", "sleep", "600")
        alert = world.alert(digest=digest, state="open", seconds=15)
        self.assertEqual((alert["cause"], alert["workload"]["kind"]), ("outside-runtime", "process"))
        self.assertLess(seconds_of(alert["opened_at"]) - seconds_of(alert["started_at"]), 2.0)


class RegistryCases:
    """What CI pushed to a registry and approved matches what the host reports, whatever digest its runtime knows."""

    def test_an_approved_index_covers_the_platform_that_runs(self):
        world = self.world
        reference, index, config = Registry(world).push_two_platforms("shop")
        pinned = reference.removesuffix(":v1") + "@" + index
        self.assertEqual("sha256:" + world.weir("fingerprint", pinned).strip(), index)
        world.weir("flow", "create", "shop")
        world.weir("trail", "begin", "t1", "--flow", "shop")
        world.weir("attest", "artifact", pinned, "--flow", "shop", "--trail", "t1", "--name", "shop")
        world.weir("approve", index, "--environment", "host", "--reason", "released")
        self.runtime.pull(reference)
        self.runtime.start(reference)

        def runs():
            return [w for w in world.workloads() if w["kind"] == "container" and {index, config} & set(w["digests"])]
        workload = wait_until(runs, 15, "the container is shown")[0]
        self.assertEqual(workload["verdict"], "approved", workload)
        self.assertEqual(world.alerts(digest=config, state="open"), [])


@needs("podman")
class PodmanRegistry(RegistryCases, WorldCase):
    engine = Podman
    prepare = ContainerCases.__dict__["prepare"]


@needs("docker")
class DockerRegistry(RegistryCases, WorldCase):
    engine = Docker
    prepare = ContainerCases.__dict__["prepare"]
