"""People decide: groups, approval requests, exceptions, break-glass, with the real binary and a real workload."""
from world import Client, WorldCase, seconds_of, sha256_of, wait_until


class Consent(WorldCase):
    @classmethod
    def prepare(cls):
        super().prepare()
        cls.tokens = {}
        for name, role in (("dev", "recorder"), ("bob", "approver"), ("cid", "approver"), ("sue", "auditor")):
            cls.tokens[name] = cls.world.weir("account", "create", name, "--person", "--role", role).strip()
        cls.tokens["ci"] = cls.world.weir("account", "create", "ci", "--service", "--role", "recorder").strip()
        cls.world.weir("group", "create", "security", "--member", "sue", "--description", "looks at risks")

    def weir(self, who, *arguments, **options):
        return self.world.weir(*arguments, token=self.tokens[who], **options)

    def weir_json(self, who, *arguments, **options):
        return self.world.weir_json(*arguments, token=self.tokens[who], **options)

    def asked(self, digest, *more):
        return self.weir_json("dev", "approval", "request", digest, "--environment", "host", *more)["approval_request"]

    def approvals(self, digest):
        return [a for a in self.world.api.get(f"approvals?artifact={digest}")["approvals"] if a["state"] == "active"]

    def test_groups_are_of_people(self):
        self.assertEqual(self.weir_json("dev", "group", "list")[0]["members"], ["sue"])
        self.world.weir("group", "create", "robots", "--member", "ci", code=2)

    def test_two_people_of_whom_one_is_of_the_group_allow_a_program(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="consented", trail="t1")
        request = self.asked(digest, "--approvals", "2", "--groups", "security", "--reason", "release")
        self.assertEqual((request["state"], request["needed"]), ("open", 2))
        self.assertIsNone(request["difference"]["before"])
        number = str(request["id"])
        self.weir("dev", "approval", "consent", number, code=3)
        self.weir("ci", "approval", "consent", number, code=3)
        self.weir("bob", "approval", "consent", number)
        self.weir("bob", "approval", "consent", number, code=1)
        self.assertEqual(self.approvals(digest), [])
        done = self.weir_json("sue", "approval", "consent", number, "--note", "looked at")["approval_request"]
        self.assertEqual(done["state"], "approved")
        self.assertEqual([a["request"] for a in self.approvals(digest)], [request["id"]])
        world.run(program, "600")
        world.workload(digest, verdict="approved", seconds=20)

    def test_a_request_shows_how_it_differs_from_what_runs(self):
        world = self.world
        old, new = world.program("service"), world.program("service-2")
        old_digest = world.recorded(old, flow="differs", trail="t1")
        world.weir("approve", old_digest, "--environment", "host")
        world.run(old, "600")
        world.workload(old_digest, verdict="approved", seconds=20)
        world.weir("trail", "begin", "t2", "--flow", "differs", "--commit", "c0ffee")
        world.weir("attest", "artifact", new, "--flow", "differs", "--trail", "t2", "--name", "service")
        digest = sha256_of(new)
        difference = self.asked(digest)["difference"]
        self.assertEqual(difference["before"]["digest"], old_digest)
        self.assertEqual(difference["after"]["commit"], "c0ffee")
        self.assertIsNone(difference["vulnerabilities"])

    def test_a_request_expires_by_itself_and_its_link_with_it(self):
        world = self.world
        digest = world.recorded(world.program(), flow="expires", trail="t1")
        request = self.asked(digest, "--expires", "3s")
        stranger = Client(world.port, tls=world.tls)
        token = request["link"].split("#")[1]
        self.assertEqual(stranger.get(f"approval-links/{token}")["id"], request["id"])
        self.assertEqual(stranger.send("GET", f"approval-links/{token[:-1]}_").status, 403)
        ended = wait_until(lambda: world.api.get(f"approval-requests/{request['id']}")["ended_at"], 10, "it expires")
        self.assertLess(seconds_of(ended) - seconds_of(request["expires_at"]), 1.0)
        self.assertEqual(stranger.send("GET", f"approval-links/{token}").status, 403)
        self.weir("bob", "approval", "consent", str(request["id"]), code=1)

    def test_a_request_is_withdrawn_or_refused(self):
        digest = self.world.recorded(self.world.program(), flow="withdrawn", trail="t1")
        first, second = str(self.asked(digest)["id"]), str(self.asked(digest)["id"])
        self.weir("bob", "approval", "withdraw", first, code=3)
        self.weir("dev", "approval", "withdraw", first)
        self.weir("bob", "approval", "refuse", second, "--note", "not today")
        self.assertEqual([r["state"] for r in self.weir_json("dev", "approval", "requests", "--artifact", digest)],
                         ["refused", "withdrawn"])

    def test_an_exception_explains_a_workload_until_it_ends(self):
        world = self.world
        program = world.program()
        world.run(program, "600")
        digest = sha256_of(program)
        workload = world.workload(digest, verdict="unknown", seconds=20)
        alert = world.alert(digest=digest, seconds=20)
        asked = self.weir_json("dev", "exception", "request", "--workload", workload["id"], "--environment", "host",
                               "--owner", "platform", "--reason", "a trial", "--compensating-control", "no network",
                               "--until", "8s")["exception"]
        number = str(asked["id"])
        self.weir("dev", "exception", "grant", number, "--scope", asked["scope_digest"], code=3)
        self.weir("bob", "exception", "grant", number, "--scope", "sha256:" + "0" * 64, code=1)
        self.weir("bob", "exception", "grant", number, "--scope", asked["scope_digest"])
        explained = world.workload(digest, verdict="explained")
        self.assertEqual([r["code"] for r in explained["reasons"]], ["excepted", "unknown-digest"])
        wait_until(lambda: world.api.get(f"alerts/{alert['id']}")["state"] == "resolved", 10, "it is resolved")
        world.workload(digest, verdict="unknown", seconds=20)
        shown = self.weir_json("dev", "exception", "show", number)
        self.assertEqual((shown["state"], shown["ended"]), ("ended", "time"))
        self.assertLess(seconds_of(shown["ended_at"]) - seconds_of(shown["until"]), 1.0)

    def test_an_exception_is_not_asked_for_longer_than_a_year(self):
        digest = self.world.recorded(self.world.program(), flow="long", trail="t1")
        asking = ("exception", "request", "--rule", "no-such-rule", "--artifact", digest, "--environment", "host",
                  "--owner", "o", "--reason", "r", "--compensating-control", "c")
        self.weir("dev", *asking, "--until", "366d", code=2)
        self.weir("dev", *asking, "--until", "2020-01-01", code=2)
        self.weir("dev", *asking, "--until", "30d")

    def test_broken_glass_lets_in_and_alarms_until_another_person_looked(self):
        world = self.world
        program = world.program()
        digest = sha256_of(program)
        opening = ("break-glass", program, "--environment", "host", "--reason", "outage", "--ticket", "INC-7")
        self.weir("dev", *opening, "--for", "1h", code=3)
        self.weir("bob", *opening, "--for", "25h", code=2)
        answer = self.weir_json("bob", *opening, "--for", "1h")
        number = str(answer["break_glass"]["id"])
        self.assertEqual(answer["receipt"]["index"], answer["break_glass"]["id"])
        self.assertEqual([a["break_glass"] for a in self.approvals(digest)], [answer["break_glass"]["id"]])
        world.run(program, "600")
        world.workload(digest, verdict="approved", seconds=20)
        alert = world.alert(cause="break-glass")
        self.assertEqual((alert["severity"], alert["state"]), ("critical", "open"))
        self.weir("bob", "break-glass", "review", number, "--note", "fine", code=3)
        self.weir("cid", "break-glass", "review", number, "--note", "it was the outage of the day")
        wait_until(lambda: world.api.get(f"alerts/{alert['id']}")["state"] == "resolved", 10, "it is resolved")
        self.assertEqual(self.weir_json("cid", "break-glass", "list")[0]["reviewed_by"], "cid")
