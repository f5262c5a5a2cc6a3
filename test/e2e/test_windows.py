"""Windows and freezes: what starts while its environment is shut is an alarm, whoever approved it."""
import json

from world import WorldCase, wait_until


class Windows(WorldCase):
    def approved(self, name):
        program = self.world.program()
        digest = self.world.recorded(program, flow=name, trail="t1")
        self.world.weir("approve", program, "--environment", "host", "--reason", "released")
        return program, digest

    def reasons(self, digest):
        for workload in self.world.api.get("environments/host/workloads")["workloads"]:
            if digest in workload["digests"]:
                return [reason["code"] for reason in workload["reasons"]]
        return []

    def test_what_starts_inside_a_freeze_alarms_though_it_is_approved_until_it_is_adopted(self):
        world = self.world
        program, digest = self.approved("frozen")
        before, before_digest = self.approved("before")
        world.run(before, "600")
        wait_until(lambda: self.reasons(before_digest) == ["approved"], 20, "what ran before is approved")
        world.weir("freeze", "host", "--for", "4h", "--incident", "https://status.example/7")
        world.weir("window", "state", "--environment", "host", code=1)
        world.run(program, "600")
        alert = world.alert(digest=digest, cause="started-in-freeze", seconds=20)
        self.assertEqual(alert["severity"], "high")
        self.assertEqual(self.reasons(digest), ["started-in-freeze", "approved"])
        self.assertEqual(self.reasons(before_digest), ["approved"])
        world.weir("thaw", "host", "--reason", "over")
        world.weir("window", "state", "--environment", "host")
        self.assertEqual(self.reasons(digest)[0], "started-in-freeze")
        world.weir("env", "adopt", "host", "--reason", "looked at it")
        wait_until(lambda: world.api.get(f"alerts/{alert['id']}")["state"] == "resolved", 20, "it is resolved")
        later, later_digest = self.approved("later")
        world.run(later, "600")
        wait_until(lambda: self.reasons(later_digest) == ["approved"], 20, "what starts after it is approved")

    def test_an_override_lets_start_what_a_window_shuts(self):
        world = self.world
        shut, shut_digest = self.approved("shut")
        lifted, lifted_digest = self.approved("lifted")
        world.weir("window", "create", "closed", "--kind", "deny", "--from", "2020-01-01", "--until", "4h",
                   "--environment", "ho*", "--override-for", "1h")
        world.run(shut, "600")
        world.alert(digest=shut_digest, cause="started-outside-window", seconds=20)
        world.weir("window", "override", "closed", "--environment", "host", "--for", "30m", "--reason", "hotfix")
        world.run(lifted, "600")
        wait_until(lambda: self.reasons(lifted_digest) == ["approved"], 20, "what is lifted is approved")
        world.weir("window", "remove", "closed", code=1)
        world.weir("window", "remove", "closed", "--confirm")

    def test_a_batch_goes_on_after_a_bad_line(self):
        line = {"rrule": "FREQ=DAILY", "start": "2026-01-01T09:00:00", "duration": "PT1H", "timezone": "Europe/Berlin",
                "at": "2026-07-01T07:30:00Z"}
        lines = [line, line | {"timezone": "Mars/Base"}, line | {"rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, line]
        out = self.world.weir("window", "check", "--batch", code=1,
                              input="".join(json.dumps(each) + "\n" for each in lines))
        answers = [json.loads(each) for each in out.splitlines()]
        self.assertEqual(answers[0], {"open": True, "closes": "2026-07-01T08:00:00.000000Z",
                                      "opens": "2026-07-02T07:00:00.000000Z"})
        self.assertEqual([each.get("error", {}).get("field") for each in answers], [None, "timezone", "rrule", None])
