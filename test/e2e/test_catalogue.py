"""The shipped rules: a bundle in one command, what the gate then says is missing, and the evidence that supplies it."""
import json

from world import WorldCase, sha256_of

COMMIT = "c0ffee" * 6 + "c0de"
PASSED = '<testsuite tests="1"><testcase name="a"/></testsuite>'
SCHEMA = {"type": "object", "required": ["lines"], "properties": {"lines": {"type": "integer"}}}
RULE = """package coverage

deny contains {"msg": sprintf("%d %% of the lines, wanted 80", [input.lines]), "place": "lines"} if input.lines < 80
"""
TYPED = """
apiVersion: weir/v1
kind: Policy
rules:
  - id: covered
    message: Eight lines of ten are covered by tests
    require:
      attestation: {type: "custom:coverage"}
"""


def provenance(digest):
    return {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1",
            "subject": [{"name": "app", "digest": {"sha256": digest.removeprefix("sha256:")}}],
            "predicate": {"buildDefinition": {
                "buildType": "https://ci.example/build",
                "resolvedDependencies": [{"uri": "git+https://forge.example/app", "digest": {"gitCommit": COMMIT}}]},
                "runDetails": {"builder": {"id": "https://ci.example/runner"}}}}


SBOM = {"bomFormat": "CycloneDX", "specVersion": "1.5",
        "components": [{"type": "library", "name": "left", "version": "1", "purl": "pkg:npm/left@1"}]}
SARIF = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "scanner", "version": "1"}}, "results": []}]}
REVIEW = {"change": "https://forge.example/app/pull/7", "commit": COMMIT, "author": "ann",
          "approvals": [{"reviewer": "ben", "commit": COMMIT}]}


class Catalogue(WorldCase):
    agent = False

    def write(self, name, content):
        file = self.world.directory / name
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    def entries(self):
        return len(self.world.weir_json("ledger", "entries", "--limit", "1000"))

    def attest(self, kind, program, name, file, flow, *more):
        self.world.weir("attest", kind, program, "--flow", flow, "--trail", "t1", "--name", name, "--file", file, *more)

    def test_a_bundle_says_what_is_missing_until_it_is_supplied(self):
        world = self.world
        world.environment("staging")
        taken = world.weir_json("policy", "bundle", "starter", "--environment", "staging", "--mode", "enforce")
        self.assertEqual([(p["policy"], p["created"], p["attached"]) for p in taken["policies"]],
                         [("weir-starter", True, True)])
        program = world.program()
        first = world.weir_json("gate", program, "--environment", "staging", code=1)
        missing = {each["rule"]: each for each in first["missing"]}
        for rule in ("trail-recorded", "commit-known", "change-reviewed", "provenance-attested", "sbom-attested",
                     "tests-pass", "scan-executed", "no-secrets", "service-owned"):
            self.assertIn(rule, missing)
            self.assertTrue(missing[rule]["who"], rule)
            self.assertTrue(missing[rule]["fix"], rule)

        digest = sha256_of(program)
        world.weir("service", "create", "shop", "--team", "shop-team")
        world.weir("flow", "create", "shop", "--service", "shop")
        world.weir("trail", "begin", "t1", "--flow", "shop", "--commit", COMMIT, "--author", "ann")
        world.weir("attest", "artifact", program, "--flow", "shop", "--trail", "t1", "--name", "app", "--commit",
                   COMMIT, "--build-url", "https://ci.example/builds/7")
        self.attest("review", program, "review", self.write("review.json", REVIEW), "shop")
        self.attest("provenance", program, "provenance", self.write("provenance.json", provenance(digest)), "shop")
        self.attest("sbom", program, "sbom", self.write("sbom.json", SBOM), "shop")
        self.attest("junit", program, "unit", self.write("junit.xml", PASSED), "shop")
        partly = world.weir_json("gate", program, "--environment", "staging", code=1)
        self.assertEqual({each["rule"] for each in partly["missing"]},
                         {"scan-executed", "no-critical-vulnerabilities", "no-secrets", "scanned-this-month"})
        self.attest("sarif", program, "secrets", self.write("secrets.sarif", SARIF), "shop")
        allowed = world.weir_json("gate", program, "--environment", "staging", code=0)
        self.assertEqual(allowed["verdict"], "allow")

        trace = world.weir_json("policy", "explain", str(partly["decision"]), "--rule", "no-secrets")
        self.assertEqual(trace["rules"][0]["result"], "no-evidence")
        trace = world.weir_json("policy", "explain", str(allowed["decision"]), "--rule", "no-secrets")
        self.assertEqual(trace["rules"][0]["result"], "satisfied")
        seen = trace["rules"][0]["evidence"][0]
        self.assertEqual((seen["what"], seen["excluded"]), ("scan secrets", ""))
        self.assertTrue(all(fact["holds"] for fact in seen["facts"]))

    def test_taking_a_bundle_again_changes_nothing(self):
        world = self.world
        world.environment("again")
        world.weir("policy", "bundle", "hardened", "--environment", "again")
        before = self.entries()
        taken = world.weir_json("policy", "bundle", "hardened", "--environment", "again")
        self.assertEqual([(p["policy"], p["created"], p["attached"]) for p in taken["policies"]],
                         [("weir-starter", False, False), ("weir-regulated", False, False),
                          ("weir-hardened", False, False)])
        self.assertEqual(self.entries(), before)

    def test_what_was_changed_under_a_shipped_name_is_not_overwritten_unasked(self):
        world = self.world
        world.environment("mine")
        source = world.weir("policy", "bundle", "regulated", "--show")
        self.assertIn("name: weir-regulated", source)
        world.weir("policy", "create", "weir-regulated", self.write("mine.yaml", source + "# ours\n"))
        world.weir("policy", "bundle", "regulated", "--environment", "mine", code=1)
        world.weir("policy", "bundle", "regulated", "--environment", "mine", "--replace")
        shown = world.weir_json("policy", "show", "weir-regulated")
        self.assertNotIn("# ours", shown["source"])

    def test_lists_rules_with_their_controls_and_bundles(self):
        rules = self.world.weir_json("policy", "catalogue")
        self.assertGreaterEqual(len(rules), 60)
        self.assertTrue(all(rule["controls"] and rule["fix"] and rule["who"] for rule in rules))
        self.assertEqual([b["name"] for b in self.world.weir_json("policy", "bundle")],
                         ["starter", "regulated", "hardened"])
        self.assertEqual(json.loads(self.world.weir("policy", "schema"))["title"], "Weir policy")

    def test_a_type_of_ones_own_is_judged_by_its_rule(self):
        world = self.world
        world.environment("covered")
        schema, rule = self.write("schema.json", SCHEMA), self.write("coverage.rego", RULE)
        world.weir("attestation-type", "create", "coverage", "--schema", schema, "--rule",
                   self.write("broken.rego", "package a\ndeny contains 1 if nothing_like_this(1)\n"), code=2)
        policy = self.write("covered.yaml", TYPED)
        world.weir("policy", "create", "covered", policy, code=1)  # nothing can be attested of that type yet
        world.weir("attestation-type", "create", "coverage", "--schema", schema, "--rule", rule)
        world.weir("policy", "create", "covered", policy)
        world.weir("policy", "attach", "covered", "--environment", "covered", "--mode", "enforce")
        program = world.program()
        world.recorded(program, flow="covered", trail="t1")
        for lines, verdict, code in ((79, "deny", 1), (80, "allow", 0)):
            file = self.write("coverage.json", {"lines": lines})
            self.attest("custom", program, "coverage", file, "covered", "--type", "coverage")
            self.assertEqual(world.weir_json("gate", program, "--environment", "covered", code=code)["verdict"],
                             verdict)
