"""One verdict: what policies ask for, what the gate answers, what that means for what runs, and deciding it again."""
import base64
import json

from world import WorldCase, wait_until

TESTED = """
apiVersion: weir/v1
kind: Policy
rules:
  - id: tests-pass
    message: Unit tests must have passed
    who: developers of the service
    fix: Run the tests in the pipeline and attest the JUnit file
    require:
      attestation: {type: test, name: unit-tests}
"""
KOSLI = """
_schema: https://docs.kosli.com/schemas/policy/v1
artifacts:
  provenance: {required: true}
  attestations:
    - {type: junit, name: unit-tests}
"""
SMALL = """package small

deny contains "too many artifacts of this name run" if count(input.running) > 100
"""
PASSED = '<testsuite tests="1"><testcase name="a"/></testsuite>'
FAILED = '<testsuite tests="1"><testcase name="a"><failure message="no"/></testcase></testsuite>'


class Gate(WorldCase):
    def environment(self, policy, name, mode="enforce"):
        world = self.world
        world.environment(name)
        file = world.directory / f"{name}.yaml"
        file.write_text(policy)
        world.weir("policy", "create", name, file)
        world.weir("policy", "attach", name, "--environment", name, "--mode", mode)
        return name

    def gate(self, what, environment, code):
        return self.world.weir_json("gate", what, "--environment", environment, code=code)

    def attest_tests(self, program, flow, result):
        file = self.world.directory / f"{flow}.xml"
        file.write_text(result)
        self.world.weir("attest", "junit", program, "--flow", flow, "--trail", "t1", "--name", "unit-tests", "--file",
                        file)

    def results(self, answer):
        return {rule["id"]: rule["result"] for rule in answer["rules"]}

    def test_what_is_missing_is_undecided_and_the_next_question_sees_the_evidence(self):
        environment = self.environment(TESTED, "tested")
        program = self.world.program()
        self.world.recorded(program, flow="gate-a", trail="t1")
        first = self.gate(program, environment, 1)
        self.assertEqual(first["verdict"], "undecided")
        self.assertEqual(self.results(first)["tests-pass"], "no-evidence")
        self.assertEqual(first["missing"][0]["who"], "developers of the service")
        self.attest_tests(program, "gate-a", FAILED)
        self.assertEqual(self.gate(program, environment, 1)["verdict"], "deny")
        self.attest_tests(program, "gate-a", PASSED)
        allowed = self.gate(program, environment, 0)
        self.assertEqual(allowed["verdict"], "allow")
        self.assertTrue(allowed["rules"][0]["evidence"])
        self.assertGreater(allowed["decision"], first["decision"])
        self.assertEqual(self.gate(program, environment, 0)["decision"], allowed["decision"], "nothing new, no entry")

    def test_a_change_that_a_rule_approves_is_deployed_in_one_step(self):
        world = self.world
        environment = self.environment(TESTED + "approve_by_rule: {classes: [standard]}\n", "by-rule")
        program = world.program()
        digest = world.recorded(program, flow="gate-rule", trail="t1")
        deploy = ["deploy", program, "--environment", environment]
        self.assertNotIn("expected", world.weir(*deploy, "--class", "standard", code=1), "the tests are missing")
        self.attest_tests(program, "gate-rule", PASSED)
        world.weir(*deploy, code=1)
        world.weir(*deploy, "--class", "standard")
        approvals = world.weir_json("approvals", "--environment", environment)
        self.assertEqual([(a["artifact"], a["by_rule"], a["change"]) for a in approvals],
                         [(digest, "by-rule", "standard")])
        deployed = world.weir_json("deployments", "--environment", environment)
        self.assertEqual([d["artifact"] for d in deployed], [digest])
        world.weir(*deploy, code=1)  # it is for standard changes alone

    def test_a_policy_is_tried_on_what_runs_though_nobody_decided_on_it(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="gate-runs", trail="t1")
        world.weir("approve", program, "--environment", "host", "--reason", "released")
        world.run(program, "600")
        world.workload(digest, verdict="approved", seconds=25)
        file = world.directory / "nothing.yaml"
        file.write_text(TESTED.replace("unit-tests", "nobody-has-this"))
        world.weir("policy", "create", "nothing", file)
        found = world.weir_json("policy", "simulate", "nothing", "--environment", "host")
        self.assertIn((digest, 0, "undecided"), [(f["artifact"], f["decision"], f["is"]) for f in found["flips"]])
        attach = ["policy", "attach", "nothing", "--environment", "host", "--mode", "enforce"]
        world.weir(*attach, code=1)
        self.assertEqual(world.workload(digest)["verdict"], "approved")
        world.weir(*attach, "--confirm")
        wait_until(lambda: world.alerts(cause="policy-not-met"), 20, "what runs is judged by it")
        world.weir("policy", "detach", "nothing", "--environment", "host")

    def test_a_decision_is_made_again_from_what_it_rested_on(self):
        environment = self.environment(TESTED, "replayed")
        program = self.world.program()
        self.world.recorded(program, flow="gate-b", trail="t1")
        self.attest_tests(program, "gate-b", PASSED)
        decision = str(self.gate(program, environment, 0)["decision"])
        self.assertTrue(self.world.weir_json("decision", "replay", decision)["same"])
        bundle = self.world.weir_json("decision", "export", decision)
        bundle["decision"]["record"]["verdict"] = "deny"
        file = self.world.directory / "altered.json"
        file.write_text(json.dumps(bundle))
        self.assertFalse(self.world.weir_json("decision", "replay", file, code=1)["same"])

    def test_a_decision_and_a_policy_are_checked_offline_with_the_public_key_alone(self):
        world = self.world
        self.environment(TESTED, "offline")
        program = world.program()
        world.recorded(program, flow="offline", trail="t1")
        decision = world.weir_json("gate", program, "--environment", "offline", code=1)["decision"]
        vkey, vsa, signed = (world.directory / name for name in ("vkey", "vsa.json", "policy.json"))
        vkey.write_text(world.weir("ledger", "vkey"))
        vsa.write_text(world.weir("decision", "export", str(decision), "--vsa"))
        signed.write_text(world.weir("policy", "show", "offline", "--signed"))
        nowhere = {"env": {"WEIR_URL": "http://127.0.0.1:1"}}
        said = world.weir_json("decision", "verify", vsa, "--vkey", vkey, **nowhere)
        self.assertEqual((said["genuine"], said["verdict"], said["decision"]), (True, "undecided", decision))
        self.assertEqual(world.weir_json("policy", "verify", signed, "--vkey", vkey, **nowhere)["name"], "offline")
        document = json.loads(vsa.read_text())
        payload = base64.b64decode(document["payload"]).replace(b"undecided", b"allow")
        vsa.write_text(json.dumps(document | {"payload": base64.b64encode(payload).decode()}, separators=(",", ":")))
        refused = world.weir_json("decision", "verify", vsa, "--vkey", vkey, code=1)
        self.assertEqual((refused["genuine"], refused["place"]), (False, "signatures[0].sig"))
        world.weir("policy", "verify", vsa, "--vkey", vkey, code=1)
        self.assertTrue(world.api.get(f"decisions/{decision}/replay")["same"])

    def test_names_that_nothing_has_are_refused_with_the_nearest(self):
        world = self.world
        world.environment("typos")
        file = world.directory / "typo.yaml"
        file.write_text(TESTED.replace("type: test", "type: tset"))
        world.weir("policy", "create", "typo", file, code=2)
        world.weir("policy", "propose", "typo", file, code=2)
        file.write_text(TESTED.replace("type: test", "type: 'custom:load'"))
        world.weir("policy", "create", "typo", file, code=1)
        (world.directory / "load.json").write_text('{"type":"object"}')
        world.weir("attestation-type", "create", "load", "--schema", world.directory / "load.json")
        world.weir("policy", "create", "typo", file)
        program = world.program()
        world.weir("gate", program, "--environment", "typos", "--class", "nromal", code=2)
        world.weir("deploy", program, "--environment", "typos", "--class", "nromal", code=2)
        window = ("window", "create", "typos", "--kind", "deny", "--override-for", "2h", "--cron", "0 0 * * *",
                  "--duration", "1h", "--timezone", "UTC")
        world.weir(*window, "--override-role", "nobody", code=2)
        world.weir(*window, "--override-role", "approver")

    def test_a_policy_in_shadow_is_recorded_and_decides_nothing(self):
        environment = self.environment(TESTED, "shadowed", "shadow")
        program = self.world.program()
        self.world.recorded(program, flow="gate-c", trail="t1")
        self.world.weir("approve", program, "--environment", environment)
        answer = self.gate(program, environment, 0)
        self.assertEqual(self.results(answer)["tests-pass"], "no-evidence")

    def test_nothing_set_is_no_pass(self):
        self.world.environment("bare")
        program = self.world.program()
        self.assertEqual(self.gate(program, "bare", 1)["verdict"], "undecided")
        self.world.weir("approve", program, "--environment", "bare")
        self.assertEqual(self.gate(program, "bare", 0)["verdict"], "allow")

    def test_a_policy_of_kosli_is_accepted_as_it_is(self):
        environment = self.environment(KOSLI, "foreign")
        program = self.world.program()
        self.world.recorded(program, flow="gate-d", trail="t1")
        self.gate(program, environment, 1)
        self.attest_tests(program, "gate-d", PASSED)
        self.gate(program, environment, 0)

    def test_a_policy_in_rego_decides_too(self):
        self.world.environment("rego")
        file = self.world.directory / "small.rego"
        file.write_text(SMALL)
        self.world.weir("policy", "create", "small", file)
        self.world.weir("policy", "attach", "small", "--environment", "rego", "--mode", "enforce")
        self.gate(self.world.program(), "rego", 0)

    def test_what_runs_and_no_longer_meets_the_policy_alarms_at_once_with_the_rule(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="gate-e", trail="t1")
        self.attest_tests(program, "gate-e", PASSED)
        world.weir("approve", program, "--environment", "host")
        world.run(program, "600")
        world.workload(digest, verdict="approved")
        file = world.directory / "running.yaml"
        file.write_text(TESTED)
        world.weir("policy", "create", "running", file)
        world.weir("policy", "attach", "running", "--environment", "host", "--mode", "enforce")
        try:
            self.attest_tests(program, "gate-e", FAILED)
            alert = world.alert(digest=digest, cause="policy-not-met", seconds=5)
            self.assertIn("tests-pass", alert["story"]["why"])
            self.attest_tests(program, "gate-e", PASSED)
            world.workload(digest, verdict="approved")
            wait_until(lambda: world.api.get(f"alerts/{alert['id']}")["state"] == "resolved", 5, "it is resolved")
        finally:
            world.weir("policy", "detach", "running", "--environment", "host")
