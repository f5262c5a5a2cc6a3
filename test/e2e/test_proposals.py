"""Changes of policies are proposals: three people in three groups, with the real binary."""
from world import WorldCase

ROLES = ("security", "risk", "development")
TESTED = """apiVersion: weir/v1
kind: Policy
rules:
  - id: tests-pass
    message: Unit tests must have passed
    require:
      attestation: {type: test, name: unit-tests}
"""
SCANNED = TESTED.replace("tests-pass", "scanned").replace("type: test, name: unit-tests", "type: scan")
LENIENT = "apiVersion: weir/v1\nkind: Policy\nrules: []\n"


class Proposals(WorldCase):
    agent = False

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.tokens = {}
        for name, role in (("sue", "auditor"), ("rik", "auditor"), ("dan", "recorder"), ("eve", "recorder")):
            cls.tokens[name] = cls.world.weir("account", "create", name, "--person", "--role", role).strip()
        cls.tokens["ci"] = cls.world.weir("account", "create", "ci", "--service", "--role", "recorder").strip()
        for group, members in zip(ROLES, (("sue", "dan"), ("rik", "sue"), ("dan", "eve"))):
            cls.world.weir("group", "create", group, *(f"--member={each}" for each in members))

    def setUp(self):
        super().setUp()
        self.world.weir("policy", "roles", *ROLES)

    def weir(self, who, *arguments, **options):
        return self.world.weir(*arguments, token=self.tokens[who], **options)

    def file(self, name, text):
        path = self.world.directory / f"{name}.yaml"
        path.write_text(text)
        return path

    def proposed(self, policy, text, who="dan"):
        made = self.world.weir_json("policy", "propose", policy, self.file(policy, text), "--description", "why not",
                                    token=self.tokens[who])
        return str(made["proposal"]["id"])

    def shown(self, number, who="sue"):
        return self.world.weir_json("policy", "proposal", number, token=self.tokens[who])

    def agreed(self, *command):
        """What dan proposes instead of doing it, and everybody consents to."""
        made = self.world.weir_json(*command, "--propose", "--reason", "as said", token=self.tokens["dan"])
        number = str(made["proposal"]["id"])
        self.weir("sue", "policy", "consent", number, "--role", "security")
        self.weir("eve", "policy", "consent", number)
        return self.weir("rik", "policy", "consent", number)

    def enforced(self, name, text):
        """A policy that decides in an environment of its own."""
        self.world.environment(name)
        self.world.weir("policy", "create", name, self.file(name, text))
        self.agreed("policy", "attach", name, "--environment", name, "--mode", "enforce")

    def test_a_change_is_in_force_when_every_role_has_consented(self):
        self.enforced("change", TESTED)
        self.world.weir("policy", "create", "change", self.file("change-2", SCANNED), code=1)
        number = self.proposed("change", SCANNED)
        self.weir("dan", "policy", "consent", number, "--role", "development", code=3)
        self.weir("ci", "policy", "consent", number, code=3)
        self.weir("eve", "policy", "comment", number, "the scanner runs since May")
        self.weir("sue", "policy", "consent", number, code=2)  # she is of two roles
        self.weir("sue", "policy", "consent", number, "--role", "security")
        self.weir("sue", "policy", "consent", number, "--role", "risk", code=3)
        self.weir("eve", "policy", "consent", number)
        shown = self.shown(number)
        self.assertEqual(shown["open_roles"], ["risk"])
        self.assertIn("-  - id: tests-pass\n", shown["difference"])
        self.assertIn("+  - id: scanned\n", shown["difference"])
        self.assertEqual(self.world.api.get("policies/change")["version"], 1)
        self.assertIn("in force as version 2", self.weir("rik", "policy", "consent", number, "--comment", "agreed"))
        policy = self.world.api.get("policies/change")
        self.assertEqual((policy["version"], policy["proposal"]), (2, int(number)))
        self.assertEqual([voice["actor"] for voice in self.shown(number)["voices"]], ["eve", "sue", "eve", "rik"])

    def test_what_would_flip_is_shown_before_anybody_consents(self):
        self.enforced("flips", LENIENT)
        program = self.world.program()
        self.world.recorded(program, flow="flips", trail="t1")
        self.world.weir("approve", program, "--environment", "flips")
        self.world.weir("gate", program, "--environment", "flips")
        number = self.proposed("flips", TESTED)
        simulation = self.shown(number)["simulation"]
        self.assertEqual((simulation["decisions"], simulation["to_fail"]), (1, 1))
        self.assertEqual(simulation["flips"][0]["environment"], "flips")
        text = self.weir("sue", "policy", "proposal", number)
        self.assertIn("of 1 decisions 1 would no longer pass", text)
        self.assertIn("it lets nothing through", text)
        self.assertIn("you may consent as security, risk", text)
        self.weir("sue", "policy", "consent", number, "--role", "security")
        self.weir("eve", "policy", "consent", number)
        self.weir("rik", "policy", "consent", number, code=1)  # it would deny everything
        self.weir("rik", "policy", "consent", number, "--confirm")
        self.world.weir("gate", program, "--environment", "flips", code=1)

    def test_another_version_in_between_makes_it_outdated(self):
        self.world.weir("policy", "create", "between", self.file("between", TESTED))
        number = self.proposed("between", SCANNED)
        self.weir("eve", "policy", "consent", number)
        self.world.weir("policy", "create", "between", self.file("between-2", LENIENT))
        self.weir("rik", "policy", "consent", number, code=1)
        self.assertEqual(self.shown(number)["state"], "outdated")
        self.weir("dan", "policy", "propose", "between", self.file("between-3", SCANNED), "--base", "1", code=1)

    def test_it_is_refused_or_withdrawn(self):
        first, second = self.proposed("ended", TESTED), self.proposed("ended", SCANNED)
        self.weir("sue", "policy", "refuse", first, "--role", "risk", "--comment", "too soon")
        self.weir("eve", "policy", "withdraw", second, code=3)
        self.weir("dan", "policy", "withdraw", second)
        self.assertEqual([self.shown(each)["state"] for each in (first, second)], ["refused", "withdrawn"])
        self.assertIn("too soon", self.weir("eve", "policy", "proposal", first))
        rows = self.world.weir_json("policy", "proposals", "--policy", "ended", token=self.tokens["sue"])
        self.assertEqual(len(rows), 2)
        self.weir("eve", "policy", "roles", "risk", code=3)

    def test_nobody_changes_alone_what_is_enforced_nor_who_consents(self):
        self.enforced("alone", TESTED)
        place = ("alone", "--environment", "alone")
        for command in (("policy", "detach", *place), ("policy", "attach", *place, "--mode", "shadow"),
                        ("policy", "roles", "--none"), ("group", "create", "risk", "--member", "sue")):
            self.world.weir(*command, code=1)
        self.assertIn("policy alone in environment alone: warn",
                      self.agreed("policy", "attach", *place, "--mode", "warn"))
        self.world.weir("policy", "detach", *place)

    def test_a_bundle_that_would_decide_is_proposed_policy_by_policy(self):
        self.world.environment("bundled")
        take = ("policy", "bundle", "regulated", "--environment", "bundled", "--mode", "enforce")
        self.world.weir(*take, code=1)
        shipped = [each["name"] for each in self.world.weir_json("policy", "list") if each["name"].startswith("weir-")]
        self.assertEqual(shipped, [], "nothing of it was done")
        self.world.weir(*take[:-1], "warn")
        told = self.weir("dan", *take, "--propose", "--reason", "as audited")
        self.assertEqual(told.count("the consent of security, risk, development is missing"), 2)
        again = self.world.weir_json(*take, "--propose", token=self.tokens["dan"])["policies"]
        numbers = [str(each["proposal"]["id"]) for each in again]
        proposed = [str(each["id"]) for each in self.world.weir_json("policy", "proposals", "--state", "open")
                    if each["policy"].startswith("weir-")]
        self.assertEqual(sorted(proposed), sorted(numbers), "the same again is the proposal that is open")
        for number in numbers:
            self.weir("sue", "policy", "consent", number, "--role", "security")
            self.weir("eve", "policy", "consent", number)
            self.weir("rik", "policy", "consent", number)
        self.assertIn("counted already in bundled in mode enforce", self.world.weir(*take))

    def test_it_waits_in_the_queue_of_who_may_act(self):
        number = int(self.proposed("queued", TESTED))

        def waits(who):
            needs = self.world.api.with_token(self.tokens[who]).get("overview")["needs"]
            return number in [need["id"] for need in needs if need["kind"] == "proposal"]

        self.assertEqual([waits(who) for who in ("sue", "rik", "eve", "dan", "ci")], [True, True, True, False, False])
        self.weir("eve", "policy", "consent", str(number))
        self.assertFalse(waits("eve"))

    def test_the_story_survives_a_rebuild(self):
        number = self.proposed("kept", TESTED)
        self.weir("eve", "policy", "consent", number)
        before = self.shown(number)
        self.world.server.end()
        self.world.weir("ledger", "rebuild", "--data", self.world.data)
        self.world.start_server()
        self.assertEqual(self.shown(number), before)
