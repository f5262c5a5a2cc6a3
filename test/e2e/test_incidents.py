"""Noise: what a host runs is adopted, then somebody builds real projects on it. Machines get every alert, people one
incident per origin, each with a scope rule that would silence it and ends."""
import datetime
import os
import shutil
import signal
import subprocess
import time
import unittest
from collections import Counter

from engines import Docker, Podman, needs
from projects import Builder, missing_tools
from world import ROOT, WorldCase, needs_root, seconds_of, sha256_of, wait_until

missing = missing_tools()


def in_seconds(seconds):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def adopt(world):
    """Adopts what runs, once all that ran at first sight is judged and told."""
    wait_until(lambda: world.alerts(cause="first-sight") or world.alerts(cause="first-sight-unseen"), 60,
               "the alert of the first sight")
    adopted = world.weir_json("env", "adopt", "host", "--reason", "it was here before")
    wait_until(lambda: not world.alerts(cause="first-sight", state="open"), 20, "the first sight's alert is resolved")
    return adopted


@needs_root
@unittest.skipIf(missing, f"needs {' '.join(missing)}")
class Builds(WorldCase):
    @classmethod
    def prepare(cls):
        super().prepare()
        adopt(cls.world)
        cls.builder = Builder(cls.world)

    def incidents(self):
        found = self.world.api.get("incidents?environment=host&limit=1000")["incidents"]
        return [i for i in found if i["origin"].get("user") == self.builder.name]

    def alerts(self):
        ours = {i["id"] for i in self.incidents()}
        return [a for a in self.world.alerts() if a["incident"] in ours]

    def build(self, folder, *steps):
        """Runs the steps in a session, and awaits the alert of the last program."""
        last = self.builder.program()
        self.builder.session(folder, *steps, last)
        self.world.alert(digest=sha256_of(last), seconds=60)

    def test_builds_of_three_kinds_are_at_most_three_incidents(self):
        builder = self.builder
        ripple, site, brook = (builder.c_project(), builder.npm_project(ROOT / "ui/package-lock.json"),
                               builder.python_package())
        self.build(ripple, "autoreconf --install", "./configure", "make", "make check")
        self.build(site, "npm install --package-lock-only --no-audit --no-fund", "npm ci --no-audit --no-fund",
                   "node_modules/.bin/esbuild --version", "test -x spring/spring")
        self.build(brook, "/usr/bin/python3 -m venv --system-site-packages ../env",
                   "../env/bin/pip install --no-build-isolation --no-index .",
                   "../env/bin/python -c 'import brook; assert brook.depth() == 42'")
        incidents, alerts = self.incidents(), self.alerts()
        print(f"        {len(alerts)} alerts in {len(incidents)} incidents: {Counter(a['cause'] for a in alerts)}")
        self.assertLessEqual(len(incidents), 3)
        self.check_alerts(alerts, [ripple / "configure", ripple / "config.status", ripple / "wave_test",
                                   ripple / "pool_test", ripple / "ripple", site / "spring/spring",
                                   site / "node_modules/esbuild/bin/esbuild", builder.home / "env/bin/pip"])
        for incident in incidents:
            self.check_suggestion(incident, [a for a in alerts if a["incident"] == incident["id"]])
        self.check_silence(ripple, incidents)

    def check_alerts(self, alerts, programs):
        """Machines see each content by its digest, once for its origin. What others ran when it was adopted (the same
        esbuild) is approved."""
        adopted = {a["artifact"] for a in self.world.api.get("approvals?environment=host&limit=1000")["approvals"]}
        seen = Counter((a["incident"], d) for a in alerts for d in a["workload"]["digests"][:1])
        self.assertEqual([which for which, count in seen.items() if count > 1], [])
        for program in programs:
            self.assertIn(sha256_of(program), {digest for _, digest in seen} | adopted, program)
        names = {os.path.basename(a["workload"]["name"]) for a in alerts}
        self.assertIn("conftest", names)

    def check_suggestion(self, incident, alerts):
        self.assertEqual((incident["open"], incident["alerts"]), (len(alerts), len(alerts)))
        self.assertEqual(incident["first"], min(alerts, key=lambda a: a["id"])["title"])
        suggestion = incident["suggestion"]
        rule = suggestion["rule"]
        days = (seconds_of(rule["expires_at"]) - time.time()) / 86400
        self.assertAlmostEqual(days, 7, delta=0.01)
        self.assertEqual((rule["effect"], rule["user"]), ("exclude", self.builder.name))
        below = rule["path"].removesuffix("**")
        rest = [a for a in alerts if not a["workload"]["name"].startswith(below)]
        self.assertEqual((suggestion["silences"], suggestion["of"]), (len(alerts) - len(rest), len(alerts)))
        self.assertLessEqual({a["cause"] for a in rest}, {"program-unseen"}, "only shells with -c and the like remain")
        self.assertGreater(suggestion["silences"], 0)

    def check_silence(self, ripple, incidents):
        """The suggested rule silences what it says, is shown as a blind spot, and ends."""
        world, builder = self.world, self.builder
        rule = max(incidents, key=lambda i: i["alerts"])["suggestion"]["rule"] | {"id": "builds", "reason": "builds"}
        world.api.put("environments/host/scopes", rule)

        def shown():
            return [s for r in world.reporters() for s in r["sources"] if "rule builds" in s.get("detail", "")]
        self.assertIn(builder.name, wait_until(shown, 30, "the rule is in force")[0]["blind"])
        known = {a["id"] for a in world.alerts()}
        below = rule["path"].removesuffix("**")
        outside = builder.program(builder.shared)
        builder.session(ripple, "make distclean", "./configure CFLAGS=-O1", "make check", builder.program(), outside)
        world.alert(digest=sha256_of(outside), seconds=60)
        news = [a for a in world.alerts() if a["id"] not in known and a["workload"]["name"].startswith(below)]
        self.assertEqual([a["title"] for a in news], [])

        world.api.put("environments/host/scopes", rule | {"expires_at": in_seconds(5)})

        def alarms_again():
            again = builder.program()
            builder.session(builder.home, again)
            outside = builder.program(builder.shared)
            builder.session(builder.home, outside)
            world.alert(digest=sha256_of(outside), seconds=30)
            return world.alerts(digest=sha256_of(again))
        wait_until(alarms_again, 60, "the rule has ended")


class Adoption(WorldCase):
    agent = False

    @classmethod
    def prepare(cls):
        world = cls.world
        world.environment()
        cls.interpreter = world.program(source="/bin/dash")
        cls.script = world.directory / "service"
        cls.script.write_text(f"#!{cls.interpreter}\n# {os.urandom(8).hex()}\n/bin/sleep 600\n")
        cls.script.chmod(0o755)
        cls.program = world.program()
        world.run(cls.script)
        world.run(cls.program, "600")
        world.run("/usr/bin/perl", "-e", "sleep 600")
        world.start_agent()
        cls.adopted = adopt(world)

    def test_a_script_is_adopted_together_with_its_interpreter(self):
        for digest in (sha256_of(self.script), sha256_of(self.program)):
            workload = self.world.workload(digest, verdict="approved", seconds=20)
            self.assertEqual(workload["reasons"][0]["code"], "adopted")
        adopted = {a["artifact"] for a in self.world.api.get("approvals?environment=host&limit=1000")["approvals"]}
        self.assertIn(sha256_of(self.interpreter), adopted)
        self.assertEqual(self.adopted["adopted"], len(adopted))

    def test_a_new_start_of_what_was_adopted_raises_no_alert(self):
        world = self.world
        for arguments in ([self.script], [self.program, "600"]):
            world.run(*arguments)
        last = world.program(source="/bin/true")
        subprocess.run([last], check=True)
        world.alert(digest=sha256_of(last), seconds=30)
        for path in (self.script, self.program):
            self.assertEqual(world.alerts(digest=sha256_of(path)), [])
            wait_until(lambda: world.workload(sha256_of(path))["count"] == 2, 20, f"{path} runs twice")
            self.assertEqual(world.workload(sha256_of(path))["reasons"][0]["code"], "adopted")

    def test_an_unseen_program_is_skipped_with_a_scope_rule_that_ends_instead(self):
        world = self.world
        skipped = {s["name"]: s for s in self.adopted["skipped"]}
        perl = os.path.realpath("/usr/bin/perl")
        rule = skipped[perl]["scope"]
        self.assertEqual((rule["effect"], rule["path"], rule["user"]), ("exclude", perl, "root"))
        self.assertAlmostEqual((seconds_of(rule["expires_at"]) - time.time()) / 86400, 7, delta=0.01)
        alert = world.alert(cause="first-sight-unseen", state="open")
        self.assertIn("WHAT", world.weir("alerts"))
        self.assertIn(alert["title"], world.weir("alerts"))
        shown = [a for a in world.weir_json("alerts") if a["id"] == alert["id"]][0]
        self.assertIsNone(shown["workload"]["started_at"])
        for number, each in enumerate(s["scope"] for s in self.adopted["skipped"] if s["scope"]):
            world.api.put("environments/host/scopes", each | {"id": f"unseen-{number}"})
        if all(s["scope"] for s in self.adopted["skipped"]):
            wait_until(lambda: world.api.get(f"alerts/{alert['id']}")["state"] == "resolved", 30, "it is resolved")


class RuntimeCopies:
    """runc runs a sealed copy of itself for each container and each exec, whichever engine asks it to."""

    engine = None

    @classmethod
    def prepare(cls):
        super().prepare()
        world = cls.world
        cls.runtime = cls.engine(world)
        cls.image = cls.runtime.import_image()
        world.api.post("approvals", {"artifact": cls.image, "environment": "host", "reason": "released"})
        adopt(world)

    def test_a_container_runtime_that_runs_a_sealed_copy_of_itself_raises_no_alert(self):
        world = self.world
        # A host with much to do: what the runtime runs for a moment is often over before the agent looks.
        busy = [world.run("/bin/sh", "-c", "while :; do /bin/true; done") for _ in range(3)]
        names = [self.runtime.start() for _ in range(10)]
        for each in busy:
            each.end(signal.SIGKILL)
        wait_until(lambda: sum(w["count"] for w in world.workloads(digest=self.image)) == 10, 60, "ten containers run")
        for name in names[:5]:
            subprocess.run([*self.runtime.base, "exec", name, "/bin/busybox", "true"], check=True)
        last = world.program(source="/bin/true")
        subprocess.run([last], check=True)
        world.alert(digest=sha256_of(last), seconds=30)
        runc = sha256_of(shutil.which("runc"))
        ours = self.runtime.ids(names)  # what others run in containers on this host is not asked about
        origins = {i["id"]: i["origin"] for i in world.api.get("incidents?environment=host&limit=1000")["incidents"]}
        about = [a for a in world.alerts() if runc in a["workload"]["digests"] or a["workload"]["name"].startswith(
            ("/dev/fd/", "memfd:runc")) or ("/runc" in a["story"]["who"]
                                            and origins[a["incident"]].get("container") in ours)]
        self.assertEqual([(a["cause"], a["title"], a["story"]["why"]) for a in about], [])


@needs("podman")
class PodmanRuntimeCopies(RuntimeCopies, WorldCase):
    engine = Podman


@needs("docker")
class DockerRuntimeCopies(RuntimeCopies, WorldCase):
    engine = Docker
