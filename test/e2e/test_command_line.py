"""The command line: what scripts may rely on."""
import hashlib
import json
import re
import shutil
import subprocess
import unittest
import uuid
from pathlib import Path

from world import Process, WEIR, World, WorldCase, free_port, sha256_of, wait_until

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
WORKLOAD = {"id", "kind", "name", "host", "service", "digests", "started_at", "count", "verdict", "reasons"}
ALERT = {"id", "incident", "state", "severity", "cause", "environment", "workload", "started_at", "opened_at"}


class CommandLine(WorldCase):
    def test_exit_codes(self):
        world = self.world
        world.weir("whoami")
        world.weir("whoami", "--no-such-option", code=2)
        world.weir("no-such-command", code=2)
        world.weir("env", "show", "nothing", code=1)
        world.weir("whoami", token="weir_" + "C" * 40, code=3)
        world.weir("whoami", env={"WEIR_URL": f"http://127.0.0.1:{free_port()}"}, code=4)

    def test_an_answer_that_cannot_be_written_is_no_success(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([WEIR, "version", "--output", "json"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 5)
        self.assertIn("standard output", done.stderr)

    def test_help_is_there_for_every_command(self):
        text = subprocess.run([WEIR, "--help"], capture_output=True, text=True, check=True).stdout
        for command in ("serve", "agent", "approve", "deploy", "demo", "env", "ledger"):
            self.assertIn(command, text)
        for command in (["serve"], ["approve"], ["env", "show"], ["attest", "junit"]):
            done = subprocess.run([WEIR, *command, "--help"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0)
            self.assertIn("weir " + " ".join(command), done.stdout)

    def test_completion_scripts_are_valid(self):
        for shell in ("bash", "zsh", "fish"):
            script = subprocess.run([WEIR, "completion", shell], capture_output=True, text=True, check=True).stdout
            self.assertIn("approve", script)
            if shutil.which(shell):
                subprocess.run([shell, "-n"], input=script, text=True, check=True)

    def test_the_json_of_an_environment_keeps_its_shape(self):
        world = self.world
        program = world.program()
        world.run(program, "600")
        workload = world.workload(sha256_of(program), seconds=20)
        shown = world.weir_json("env", "show", "host")
        self.assertEqual(set(shown), {"environment", "snapshot", "at", "workloads"})
        self.assertRegex(shown["at"], TIME)
        self.assertEqual(set(workload), WORKLOAD)
        self.assertRegex(workload["started_at"], TIME)
        self.assertEqual(set(workload["reasons"][0]), {"code", "message", "entry"})
        alert = [a for a in world.weir_json("alerts") if sha256_of(program) in a["workload"]["digests"]][0]
        self.assertEqual(set(alert), ALERT)
        self.assertEqual(set(alert["workload"]), WORKLOAD)
        self.assertRegex(alert["opened_at"], TIME)

    def test_fingerprint_prints_the_bare_digest(self):
        program = self.world.program()
        self.assertEqual(self.world.weir("fingerprint", program).strip(),
                         hashlib.sha256(program.read_bytes()).hexdigest())

    def test_a_directory_fingerprint_binds_names_depth_and_modes(self):
        root = self.world.directory / "tree"
        (root / "a").mkdir(parents=True)
        (root / "a/run.sh").write_text("x")
        def digest():
            return self.world.weir("fingerprint", root).strip()
        first = digest()
        self.assertEqual(digest(), first)
        (root / "a/run.sh").chmod(0o755)
        executable = digest()
        (root / "a/run.sh").rename(root / "run.sh")
        moved = digest()
        self.assertEqual(len({first, executable, moved}), 3)

    def test_clear_text_is_refused_off_loopback(self):
        done = subprocess.run([WEIR, "serve", "--listen", f"0.0.0.0:{free_port()}", "--data",
                               self.world.directory / "off-loopback"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 2)
        self.assertIn("refused to serve clear text", done.stderr)

    def test_a_role_may_only_what_it_may(self):
        world = self.world
        token = world.weir_json("account", "create", "ci", "--service", "--role", "recorder")["token"]
        program = world.program()
        world.recorded(program, flow="roles", trail="t1")
        world.weir("flow", "create", "by-ci", token=token)
        world.weir("approve", program, "--environment", "host", token=token, code=3)
        world.weir("account", "create", "other", "--service", "--role", "admin", token=token, code=3)

    def test_snapshots_differences_and_the_log_of_an_environment(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="diff", trail="t1")
        world.weir("approve", program, "--environment", "host", "--reason", "released")
        before = world.weir_json("env", "show", "host")["at"]
        world.run(program, "600")
        world.workload(digest, verdict="approved", seconds=25)
        after = world.weir_json("env", "show", "host")["at"]
        difference = world.weir_json("env", "diff", f"host@{before}", f"host@{after}")
        self.assertIn(digest, json.dumps(difference["started"]))
        # What starts is numbered after the changes of a tenth of a second have been gathered.
        wait_until(lambda: len(world.weir_json("env", "log", "host")) >= 2, 10, "two snapshots are logged")
        first = world.weir_json("env", "log", "host")[-1]
        self.assertEqual(world.weir_json("env", "show", f"host#{first['number']}")["at"], first["from"])
        self.assertEqual(world.weir_json("env", "show", f"host@{first['from']}")["snapshot"], first["number"])
        self.assertEqual(world.weir_json("env", "show", "host@2020-01-01T00:00:00Z")["snapshot"], 0)


class Pipeline(WorldCase):
    agent = False

    def test_evidence_fulfils_the_template_of_a_flow(self):
        world = self.world
        template = world.directory / "flow.yml"
        template.write_text("artifacts:\n  - name: app\n    attestations:\n      - {name: unit, type: test}\n"
                            "      - {name: bill, type: sbom}\n")
        world.weir("flow", "create", "golden", "--template", template)
        world.weir("trail", "begin", "r1", "--flow", "golden", "--commit", "1" * 40)
        program = world.program("app")
        world.weir("attest", "artifact", program, "--flow", "golden", "--trail", "r1", "--name", "app")
        self.assertEqual(sorted(self.missing("golden", "r1")), ["bill (sbom) of app", "unit (test) of app"])
        junit = world.directory / "junit.xml"
        junit.write_text('<testsuite tests="2"><testcase name="a"/><testcase name="b"/></testsuite>')
        world.weir("attest", "junit", program, "--flow", "golden", "--trail", "r1", "--name", "unit", "--file", junit)
        sbom = world.directory / "bom.json"
        sbom.write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
            {"type": "library", "name": "zlib", "version": "1.2.13", "purl": "pkg:deb/debian/zlib@1.2.13"}]}))
        world.weir("attest", "sbom", program, "--flow", "golden", "--trail", "r1", "--name", "bill", "--file", sbom)
        self.assertEqual(self.missing("golden", "r1"), [])
        found = world.api.get(f"attestations?artifact={sha256_of(program)}")["attestations"]
        unit = [a for a in found if a["name"] == "unit"][0]
        self.assertEqual((unit["compliant"], unit["summary"]["passed"]), (True, 2))

    def missing(self, flow, trail):
        names = self.world.api.get(f"flows/{flow}/trails/{trail}")["missing"]
        return [n if isinstance(n, str) else n["name"] for n in names]

    def test_a_file_that_claims_other_counts_than_its_cases_is_no_evidence(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="claiming", trail="t1")
        junit = world.directory / "claiming.xml"
        junit.write_text('<testsuite tests="99" failures="99"><testcase name="a"/></testsuite>')
        world.weir("attest", "junit", program, "--flow", "claiming", "--trail", "t1", "--name", "u", "--file", junit)
        found = world.api.get(f"attestations?artifact={digest}")["attestations"][0]
        self.assertEqual((found["compliant"], found["summary"]["total"]), (None, 1))

    def test_failed_tests_do_not_comply(self):
        world = self.world
        program = world.program()
        digest = world.recorded(program, flow="failing", trail="t1")
        junit = world.directory / "failing.xml"
        junit.write_text('<testsuite><testcase name="a"><failure>no</failure></testcase></testsuite>')
        world.weir("attest", "junit", program, "--flow", "failing", "--trail", "t1", "--name", "unit", "--file", junit)
        self.assertFalse(world.api.get(f"attestations?artifact={digest}")["attestations"][0]["compliant"])

    def test_record_does_it_in_one_step_and_twice_changes_nothing(self):
        world = self.world
        out = world.directory / "out"
        out.mkdir()
        program = world.program("recorded")
        (out / "junit.xml").write_text('<testsuite><testcase name="a"/></testsuite>')
        (out / "bom.json").write_text(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": []}))
        variables = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": "2" * 40,
                     "GITHUB_RUN_ID": "17", "GITHUB_SERVER_URL": "https://git.example", "GITHUB_REF_NAME": "main",
                     "GITHUB_WORKFLOW": "release", "GITHUB_RUN_ATTEMPT": "1"}
        world.weir("record", program, "--evidence", f"{out}/**", env=variables)
        wait_until(lambda: "findings-changed" in [entry["type"] for entry in world.api.get(
            "ledger/entries?from=0&limit=1000")["entries"]], 10, "the bill is read")
        size = world.ledger_size()
        world.weir("record", program, "--evidence", f"{out}/**", env=variables)
        self.assertEqual(world.ledger_size(), size)
        artifact = world.api.get(f"artifacts/{sha256_of(program)}")
        self.assertEqual(artifact["commit"], "2" * 40)
        self.assertEqual(sorted(a["type"] for a in artifact["attestations"]), ["sbom", "test"])


    def test_a_test_that_fails_passes_and_fails_again_has_failed(self):
        world = self.world
        out = world.directory / "swaying"
        out.mkdir()
        program = world.program("swaying")
        step = ["record", program, "--evidence", f"{out}/*.xml", "--flow", "swaying", "--trail", "t1"]
        told = []
        for outcome in ("<failure/>", "", "<failure/>", "<failure/>"):
            (out / "junit.xml").write_text(f'<testsuite><testcase name="a">{outcome}</testcase></testsuite>')
            world.weir(*step)
            attested = world.api.get("attestations?flow=swaying")["attestations"]
            told.append((len(attested), attested[0]["compliant"]))
        self.assertEqual(told, [(1, False), (2, True), (3, False), (3, False)])

    def test_an_artifact_that_is_recorded_again_after_another_is_the_trails_again(self):
        world = self.world
        one, other = world.program("one"), world.program("other")
        sizes = []
        for program in (one, other, one, one):
            world.weir("record", program, "--name", "app", "--flow", "to-and-fro", "--trail", "t1")
            held = world.api.get("flows/to-and-fro/trails/t1")["artifacts"]
            self.assertEqual([a["digest"] for a in held], [sha256_of(program)])
            sizes.append(world.ledger_size())
        self.assertEqual(sizes[-1], sizes[-2], "the same step again")

    def test_what_is_said_to_be_of_a_kind_is_identified_as_such(self):
        world = self.world
        layout = world.directory / "layout"
        blobs = layout / "blobs/sha256"
        blobs.mkdir(parents=True)
        manifest = json.dumps({"schemaVersion": 2, "layers": [], "config": {
            "mediaType": "application/vnd.example", "digest": "sha256:" + "0" * 64, "size": 1}}).encode()
        digest = hashlib.sha256(manifest).hexdigest()
        (blobs / digest).write_bytes(manifest)
        (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [
            {"digest": "sha256:" + digest, "size": len(manifest)}]}))
        archive = Path(shutil.make_archive(str(world.directory / "archive"), "tar", layout))
        world.weir("flow", "create", "kinds")
        world.weir("trail", "begin", "t1", "--flow", "kinds")

        def recorded(path, *options, code=0):
            said = world.weir("attest", "artifact", path, "--flow", "kinds", "--trail", "t1", "--name", "app", *options,
                              "--output", "json", code=code)
            return json.loads(said)["artifact"] if code == 0 else said
        self.assertEqual(recorded(archive)["digest"], "sha256:" + digest)
        as_file = recorded(archive, "--kind", "file")
        self.assertEqual((as_file["digest"], as_file["kind"]), (sha256_of(archive), "file"))
        self.assertNotEqual(recorded(layout, "--kind", "directory")["digest"], "sha256:" + digest)
        recorded(world.program(), "--kind", "image", code=1)
        self.assertEqual(recorded(digest, "--kind", "image")["kind"], "image")


class Organizations(unittest.TestCase):
    """A data directory holds one organization; whoever names another is told so."""

    def serve(self, *options, env=None):
        server = Process([WEIR, "serve", "--listen", f"127.0.0.1:{self.world.port}", "--data", self.world.data,
                          "--output", "json", *options], self.world.directory / f"{uuid.uuid4().hex}.log",
                         env=self.world.clean_variables() | (env or {}))
        self.addCleanup(server.end)
        return server

    def test_the_name_is_taken_shown_and_kept(self):
        self.world = world = World()
        self.addCleanup(shutil.rmtree, world.directory, ignore_errors=True)
        server = self.serve("--org", "acme")
        said = json.loads(wait_until(lambda: server.text() if server.text().strip().endswith("}") else "", 20))
        self.assertEqual((said["organization"], said["url"]), ("acme", world.url))
        acme = {"WEIR_ORG": "acme"}
        self.assertEqual(world.weir_json("org", "show", env=acme)["name"], "acme")
        world.weir("org", "set", "--title", "Acme Ltd", env=acme)
        world.weir("org", "set", "--contact", "ops@acme.example", env=acme)
        shown = world.weir_json("org", "show", env=acme)
        self.assertEqual((shown["title"], shown["contact"]), ("Acme Ltd", "ops@acme.example"))
        world.weir("org", "show", code=1)
        server.end()
        for name, options, variables in (("flag", ["--org", "other"], {}), ("variable", [], {"WEIR_ORG": "other"})):
            with self.subTest(name):
                refused = self.serve(*options, env=variables)
                wait_until(lambda: not refused.runs(), 20)
                self.assertEqual(refused.child.returncode, 1)
                self.assertIn("holds the organization 'acme', not 'other'", refused.text())
        again = self.serve()
        wait_until(lambda: '"acme"' in again.text(), 20, "it serves what the directory holds")
        again.end()
        verified = subprocess.run([WEIR, "ledger", "verify", "--data", world.data], capture_output=True, text=True)
        self.assertEqual(verified.returncode, 0, verified.stderr)


if __name__ == "__main__":
    unittest.main()
