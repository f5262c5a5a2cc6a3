"""The main loop on processes of this host: recorded, approved, seen, judged, alarmed."""
import os
import signal
import subprocess
import sys
import time

from world import WorldCase, seconds_of, sha256_of, wait_until


class Processes(WorldCase):
    def test_an_approved_program_runs_approved_and_raises_no_alert(self):
        world = self.world
        program = world.program("approved")
        digest = world.recorded(program)
        world.weir("approve", program, "--environment", "host", "--reason", "released")
        world.run(program, "600")
        workload = world.workload(digest, verdict="approved", seconds=20)
        self.assertEqual(workload["kind"], "process")
        self.assertEqual(workload["name"], str(program))
        self.assertEqual(workload["reasons"][0]["code"], "approved")
        self.assertIsInstance(workload["reasons"][0]["entry"], int)
        self.assertEqual(world.alerts(digest=digest), [])

    def test_an_unknown_program_alarms_in_less_than_a_second(self):
        world = self.world
        program = world.program()
        digest = sha256_of(program)
        began = time.time()
        world.run(program, "600")
        alert = world.alert(digest=digest)
        seen = time.time()
        self.assertEqual((alert["cause"], alert["state"], alert["severity"]), ("unknown-digest", "open", "high"))
        self.assertLess(seen - began, 1.0)
        self.assertLess(abs(seconds_of(alert["started_at"]) - began), 0.5)
        self.assertLess(seconds_of(alert["opened_at"]) - seconds_of(alert["started_at"]), 1.0)
        self.assertEqual(alert["environment"], "host")
        self.assertEqual(alert["workload"]["name"], str(program))
        self.assertTrue(alert["story"]["remedy"])

    def test_a_program_that_lives_a_millisecond_is_seen(self):
        program = self.world.program(source="/bin/true")
        subprocess.run([program], check=True)
        alert = self.world.alert(digest=sha256_of(program))
        self.assertEqual(alert["cause"], "unknown-digest")

    def test_one_alert_for_many_runs_of_the_same_content(self):
        program = self.world.program(source="/bin/true")
        for _ in range(20):
            subprocess.run([program], check=True)
        digest = sha256_of(program)
        self.world.alert(digest=digest)
        last = self.world.program(source="/bin/true")
        subprocess.run([last], check=True)
        self.world.alert(digest=sha256_of(last), seconds=30)
        self.assertEqual(len(self.world.alerts(digest=digest)), 1)

    def test_a_recorded_program_without_approval_is_unapproved(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="other", trail="t1")
        world.run(program, "600")
        self.assertEqual(world.alert(digest=digest)["cause"], "not-approved-here")
        self.assertEqual(world.workload(digest, seconds=20)["verdict"], "unapproved")

    def test_a_later_approval_resolves_the_alert_but_the_run_stays_late(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="late", trail="t1")
        world.run(program, "600")
        world.alert(digest=digest, state="open")
        world.weir("approve", program, "--environment", "host", "--reason", "after the fact")
        world.alert(digest=digest, state="resolved")
        workload = world.workload(digest, verdict="late", seconds=20)
        self.assertEqual(workload["reasons"][0]["code"], "approval-after-start")
        self.assertEqual(world.alerts(digest=digest, state="open"), [])

    def test_a_revoked_approval_alarms_on_what_runs(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="revoked", trail="t1")
        approval = world.weir_json("approve", program, "--environment", "host", "--reason", "released")
        world.run(program, "600")
        world.workload(digest, verdict="approved", seconds=20)
        identifier = approval.get("approval", approval)["id"]
        world.weir("revoke", identifier, "--reason", "it was wrong")
        self.assertEqual(world.alert(digest=digest)["cause"], "approval-revoked")
        self.assertEqual(world.workload(digest)["verdict"], "revoked")

    def test_an_approval_that_ends_alarms_by_itself(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="expiring", trail="t1")
        world.weir("approve", program, "--environment", "host", "--until", "3s", "--reason", "a trial")
        world.run(program, "600")
        self.assertEqual(world.alert(digest=digest, seconds=15)["cause"], "approval-expired")
        self.assertEqual(world.workload(digest, seconds=20)["verdict"], "expired")

    def test_an_approval_that_has_not_begun_is_early(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="early", trail="t1")
        world.weir("approve", program, "--environment", "host", "--from", "1h", "--reason", "tonight")
        world.run(program, "600")
        self.assertEqual(world.alert(digest=digest)["cause"], "approval-not-yet-valid")

    def test_the_script_is_the_program_and_not_its_interpreter(self):
        world = self.world
        script = world.directory / "tool.sh"
        script.write_text("#!/bin/sh\n# %s\n/bin/sleep 600\n" % os.urandom(8).hex())
        script.chmod(0o755)
        world.run(script)
        alert = world.alert(digest=sha256_of(script))
        self.assertEqual(alert["workload"]["name"], str(script))

    def test_a_program_given_on_the_command_line_of_an_interpreter_is_unseen(self):
        # Perl: what shells are given by -c may have run before the agent came.
        self.world.run("/usr/bin/perl", "-e", "sleep 600")

        def unseen():
            return [a for a in self.world.alerts(cause="program-unseen") if "perl" in a["workload"]["name"]]
        alert = wait_until(unseen, 20, "an alert about perl")[0]
        self.assertEqual((alert["workload"]["verdict"], alert["workload"]["digests"]), ("unknown", []))

    def test_an_executable_that_lives_only_in_memory_is_seen(self):
        world = self.world
        program = world.program()
        code = ("import os,sys\nfd = os.memfd_create('ghost')\nos.write(fd, open(sys.argv[1], 'rb').read())\n"
                "os.execve(fd, ['ghost', '600'], {})\n")
        runner = world.directory / "ghost.py"
        runner.write_text(code)
        world.run(sys.executable, runner, program)
        alert = world.alert(digest=sha256_of(program))
        self.assertIn("memfd", str(alert["workload"]))

    def test_a_deleted_executable_is_seen(self):
        world = self.world
        program = world.program()
        digest = sha256_of(program)
        world.run(program, "600")
        program.unlink()
        world.alert(digest=digest)

    def test_a_packaged_program_is_explained_by_its_package(self):
        world = self.world
        world.run("/bin/sleep", "601")
        digest = sha256_of("/bin/sleep")
        workload = world.workload(digest, verdict="explained", seconds=25)
        self.assertEqual(workload["reasons"][0]["code"], "explained-by-package")
        self.assertIn("coreutils", workload["reasons"][0]["message"])

    def test_what_ended_is_no_longer_shown_and_still_known_at_its_moment(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="ends", trail="t1")
        world.weir("approve", program, "--environment", "host", "--reason", "released")
        child = world.run(program, "600")
        world.workload(digest, seconds=25)
        moment = world.weir_json("env", "show", "host")["at"]
        child.end(signal.SIGKILL)
        wait_until(lambda: not world.workloads(digest=digest), 10, "it is no longer shown")
        then = world.weir_json("env", "show", f"host@{moment}")["workloads"]
        self.assertEqual([w["verdict"] for w in then if digest in w["digests"]], ["approved"])

    def test_other_content_under_an_approved_name_is_changed(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="renewed", trail="t1")
        world.weir("approve", program, "--environment", "host", "--reason", "released")
        child = world.run(program, "600")
        world.workload(digest, seconds=25)
        child.end(signal.SIGKILL)
        program.unlink()
        program.write_bytes(world.program().read_bytes())
        program.chmod(0o755)
        world.run(program, "600")
        alert = world.alert(digest=sha256_of(program), seconds=25)
        self.assertEqual((alert["cause"], alert["workload"]["verdict"]), ("changed-content", "changed"))

    def test_the_past_keeps_the_verdicts_that_stood_then(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="past", trail="t1")
        world.run(program, "600")
        world.workload(digest, seconds=25)

        def shown(moment=""):
            told = world.weir_json("env", "show", f"host{moment}")
            return [w["verdict"] for w in told["workloads"] if digest in w["digests"]], told
        first = wait_until(lambda: shown()[0] == ["unapproved"] and shown()[1], 10, "it is judged")
        newest = wait_until(lambda: shown()[1]["snapshot"], 10, "a snapshot is taken")
        snapshot = wait_until(lambda: [n for n in range(newest, shown()[1]["snapshot"] + 1)
                                       if shown(f"#{n}")[0] == ["unapproved"]], 10, "one holds it")[0]
        world.weir("approve", program, "--environment", "host", "--reason", "released")
        wait_until(lambda: shown()[0] == ["late"], 10, "it is approved late")
        second = shown()[1]
        approval = world.weir_json("approvals", "--environment", "host")[0]["id"]
        world.weir("revoke", approval)
        wait_until(lambda: shown()[0] == ["revoked"], 10, "it is revoked")
        self.assertEqual(shown(f"@{first['at']}")[0], ["unapproved"], "not judged by what is known today")
        self.assertEqual(shown(f"@{second['at']}")[0], ["late"])
        self.assertEqual(shown(f"#{snapshot}")[0], ["unapproved"])
        self.assertEqual(world.api.send("GET", "environments/host/workloads?at=2999-01-01T00:00:00Z").status, 400)


class Scopes(WorldCase):
    def test_an_excluded_path_is_not_watched_and_the_rule_is_shown(self):
        world = self.world
        quiet = world.directory / "quiet"
        quiet.mkdir()
        world.weir("env", "scope", "add", "host", "--exclude", "--path", f"{quiet}/**", "--reason", "a trial")
        wait_until(lambda: world.weir_json("env", "scope", "list", "host"), 5)
        silent, loud = world.program(source="/bin/true"), world.program(source="/bin/true")
        moved = quiet / silent.name
        silent.rename(moved)

        def excluded():
            # The rule reaches the agent with its next answer: until then runs of new content still alarm.
            moved.write_bytes(moved.read_bytes() + os.urandom(8))
            subprocess.run([moved], check=True)
            loud.write_bytes(loud.read_bytes() + os.urandom(8))
            subprocess.run([loud], check=True)
            world.alert(digest=sha256_of(loud), seconds=30)
            return not world.alerts(digest=sha256_of(moved))
        wait_until(excluded, 60, "the rule is in force")


class FirstSight(WorldCase):
    agent = False

    @classmethod
    def prepare(cls):
        world = cls.world
        world.environment()
        cls.programs = [world.program() for _ in range(3)]
        for program in cls.programs:
            world.run(program, "600")
        world.start_agent()

    def test_what_already_ran_is_one_alert_and_adopting_it_resolves_it(self):
        world = self.world
        alert = world.alert(cause="first-sight", state="open")
        self.assertEqual(len(world.alerts(cause="first-sight")), 1)
        for program in self.programs:
            self.assertEqual(world.alerts(digest=sha256_of(program), cause="unknown-digest"), [])
            world.workload(sha256_of(program), verdict="unknown", seconds=25)
        adopted = world.weir_json("env", "adopt", "host", "--reason", "it was here before")
        self.assertGreaterEqual(adopted["adopted"], len(self.programs))
        if not adopted["skipped"]:  # what could not be seen cannot be adopted, and keeps the alert
            wait_until(lambda: world.api.get(f"alerts/{alert['id']}")["state"] == "resolved", 10, "it is resolved")
        for program in self.programs:
            workload = world.workload(sha256_of(program))
            self.assertIn(workload["verdict"], ("approved", "late"))
            self.assertIn("adopted", workload["reasons"][0]["message"])
        approval = world.api.get(f"approvals?environment=host&artifact={sha256_of(self.programs[0])}")["approvals"][0]
        self.assertTrue(approval["adopted"])
        days = (seconds_of(approval["until"]) - seconds_of(approval["recorded_at"])) / 86400
        self.assertAlmostEqual(days, 90, delta=0.01)
        self.assertGreaterEqual(world.api.get("environments/host")["adopted"], len(self.programs))
