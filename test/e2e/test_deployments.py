"""The other direction: what was declared must be seen, and who watches must not fall silent."""
import os
import signal
import subprocess

from world import WorldCase, seconds_of, sha256_of, wait_until


class Deployments(WorldCase):
    def approved(self, name):
        program = self.world.program()
        digest = self.world.recorded(program, flow=name, trail="t1")
        self.world.weir("approve", program, "--environment", "host", "--reason", "released")
        return program, digest

    def state(self, digest):
        found = self.world.api.get("deployments?environment=host")["deployments"]
        return [d["state"] for d in found if d["artifact"] == digest]

    def test_a_deployment_that_is_not_seen_in_time_alarms_and_resolves_when_it_is(self):
        world = self.world
        program, digest = self.approved("missed")
        world.weir("deploy", program, "--environment", "host", "--within", "2s")
        alert = world.alert(digest=digest, cause="deployment-missed", seconds=10)
        waited = seconds_of(alert["opened_at"]) - seconds_of(
            [d for d in world.api.get("deployments?environment=host")["deployments"]
             if d["artifact"] == digest][0]["declared_at"])
        self.assertGreaterEqual(waited, 2.0)
        self.assertLess(waited, 4.0)
        self.assertEqual(self.state(digest), ["missed"])
        world.run(program, "600")
        wait_until(lambda: world.api.get(f"alerts/{alert['id']}")["state"] == "resolved", 20, "it is resolved")

    def test_a_deployment_is_observed_when_it_runs_and_alarms_when_it_is_gone(self):
        world = self.world
        program, digest = self.approved("observed")
        world.weir("deploy", program, "--environment", "host")
        self.assertEqual(self.state(digest), ["expected"])
        child = world.run(program, "600")
        wait_until(lambda: self.state(digest) == ["observed"], 20, "it is observed")
        child.end(signal.SIGKILL)
        world.alert(digest=digest, cause="deployment-gone", seconds=20)

    def test_fewer_than_declared_alarms(self):
        world = self.world
        program, digest = self.approved("short")
        world.weir("deploy", program, "--environment", "host", "--at-least", "2", "--within", "5s")
        world.run(program, "600")
        world.alert(digest=digest, cause="deployment-short", seconds=25)

    def test_an_artifact_that_is_not_approved_cannot_be_deployed(self):
        program = self.world.program()
        self.world.recorded(program, flow="unapproved", trail="t1")
        self.world.weir("deploy", program, "--environment", "host", code=1)


class Silence(WorldCase):
    agent = False

    def test_an_agent_that_is_killed_is_silent_and_comes_back(self):
        world = self.world
        agent = world.start_agent()
        agent.end(signal.SIGKILL)
        alert = world.alert(cause="reporter-silent", seconds=30)
        self.assertEqual(alert["state"], "open")
        self.assertIsNone(alert["workload"]["id"])
        self.assertEqual([r["state"] for r in world.reporters()], ["silent"])
        world.start_agent()
        wait_until(lambda: world.api.get(f"alerts/{alert['id']}")["state"] == "resolved", 10, "it is resolved")

    def test_what_ran_while_the_server_was_away_is_reported_with_its_time(self):
        world = self.world
        agent = world.start_agent("host", state="spooling")
        world.server.end(signal.SIGKILL)
        program = world.program(source="/bin/true")
        began = __import__("time").time()
        subprocess.run([program], check=True)
        world.start_server()
        alert = world.alert(digest=sha256_of(program), seconds=30)
        self.assertLess(abs(seconds_of(alert["started_at"]) - began), 1.0)
        self.assertTrue(agent.runs())


class Rollbacks(WorldCase):
    agent = False

    def test_go_back_to_what_was_approved_before_the_last_deployment_of_another(self):
        world = self.world
        earlier, later, last = (world.program() for _ in range(3))
        deploy = lambda program, *options, code=0: world.weir("deploy", program, "--environment", "host", *options,
                                                              code=code)
        for program in (earlier, later):
            world.weir("approve", program, "--environment", "host", "--reason", "released")
        deploy(earlier, "--rollback", code=1)
        deploy(earlier)
        deploy(later)
        deploy(last, "--rollback", code=1)
        world.weir("approve", last, "--environment", "host", "--reason", "released")
        deploy(last, "--rollback", code=1)
        world.weir("revoke", earlier, "--environment", "host", "--reason", "flawed")
        deploy(earlier, "--rollback", code=1)
        world.weir("approve", earlier, "--environment", "host", "--reason", "no other way")
        deploy(earlier, "--rollback")


class CopiedKey(WorldCase):
    agent = False

    def test_two_agents_with_one_key_alarm(self):
        world = self.world
        first = world.start_agent(state="original")
        os.system(f"cp -a {world.directory}/original {world.directory}/copy")
        first_id = world.reporters()[0]["id"]
        from world import Process, WEIR
        copy = Process([WEIR, "agent", "--server", world.url, "--environment", "host", "--state",
                        world.directory / "copy", "--token-file", world.directory / "copy/join.token"],
                       world.directory / "copy.log", env=world.clean_variables())
        world.children.append(copy)

        def alarmed():
            subprocess.run([world.program(source="/bin/true")], check=True)
            return [a for a in world.alerts() if a["cause"] in
                    ("reporter-replay", "reporter-gap", "reporter-backwards")]
        self.assertTrue(wait_until(alarmed, 30, "an alarm about the reporter"))
        self.assertIn(first_id, [r["id"] for r in world.reporters()])
        self.assertTrue(first.runs())
