"""The deployment bill of materials: of a real program that runs, checked offline, refused when altered, growing."""
import base64
import json
import re
import signal

from world import WorldCase, sha256_of, wait_until

BILL = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
    {"type": "library", "name": "zlib", "version": "1.3.1", "purl": "pkg:deb/debian/zlib@1.3.1"}]}
OLD_BILL = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
    {"type": "library", "name": "zlib", "version": "1.2.13", "purl": "pkg:deb/debian/zlib@1.2.13"}]}


class Dbom(WorldCase):
    def released(self, trail, commit, bill):
        """A program of the name `payments`, with its evidence, approved and declared."""
        world = self.world
        (world.directory / "bin" / trail).mkdir(parents=True)
        program = world.program(f"{trail}/payments")
        world.weir("trail", "begin", trail, "--flow", "payments", "--commit", commit, "--author", "lena")
        world.weir("attest", "artifact", program, "--flow", "payments", "--trail", trail, "--name", "payments",
                   "--commit", commit)
        file = world.directory / f"{trail}.cdx.json"
        file.write_text(json.dumps(bill))
        world.weir("attest", "sbom", program, "--file", file, "--flow", "payments", "--trail", trail, "--name", "sbom")
        world.weir("approve", program, "--environment", "host", "--reason", "released")
        world.weir("deploy", program, "--environment", "host")
        return program, file

    def lines(self, document):
        return {section: {line["kind"]: line for line in document[section]}
                for section in ("what", "how", "where", "when", "who")}

    def document(self, program, *options):
        envelope = self.world.weir_json("dbom", program, "--environment", "host", *options)
        return json.loads(base64.b64decode(envelope["payload"]))["predicate"]

    def test_a_deployment_tells_its_story_proves_it_and_goes_on(self):
        world = self.world
        world.weir("flow", "create", "payments")
        old, _ = self.released("t1", "c0ffee1", OLD_BILL)
        program, bill = self.released("t2", "c0ffee2", BILL)
        child = world.run(program, "600")
        wait_until(lambda: "observed" in self.lines(self.document(program))["when"], 30, "it is observed")
        file, vkey = world.directory / "payments.dbom.json", world.directory / "vkey"
        world.weir("dbom", program, "--environment", "host", "--output", "json", "--file", file)
        vkey.write_text(world.weir("ledger", "vkey"))
        document = self.document(program)
        lines = self.lines(document)
        self.assertRegex(document["sentence"], r"^payments runs in host as approved\.$")
        self.assertEqual(lines["what"]["commit"]["name"], "c0ffee2")
        self.assertEqual(lines["who"]["author"]["name"], "lena")
        self.assertEqual(lines["where"]["workload"]["state"], "approved")
        self.assertEqual(lines["how"]["approval"]["basis"], "payload")
        self.assertEqual([c["was"] for c in document["difference"]["changed"]], ["1.2.13"])
        self.assertEqual(document["components"]["items"][0]["name"], "zlib")
        self.assertNotIn("token_digest", json.dumps(document))

        verified = world.weir_json("dbom", "verify", file, "--vkey", vkey, "--sbom", bill)
        self.assertEqual((verified["genuine"], verified["faults"]), (True, []))
        self.refused(file, vkey)
        self.shown(program)

        before = self.now()
        child.end(signal.SIGKILL)
        wait_until(lambda: "ended" in self.lines(self.document(program))["when"], 30, "its end is in it")
        self.assertRegex(self.document(program)["sentence"], r"^payments ran in host until ")
        then = self.document(program, "--at", before)
        self.assertNotIn("ended", self.lines(then)["when"])
        self.assertRegex(then["sentence"], r"^payments runs in host as approved\.$")

    def now(self):
        return self.world.api.get("me")["server"]["time"]

    def refused(self, file, vkey):
        """A byte of the envelope, and one of a line inside it."""
        world, text = self.world, file.read_text()
        broken = world.directory / "broken.json"
        broken.write_text(text.replace("e30", "e31", 1) if "e30" in text else text[:50] + "A" + text[51:])
        world.weir("dbom", "verify", broken, "--vkey", vkey, code=1)
        envelope = json.loads(text)
        payload = base64.b64decode(envelope["payload"]).replace(b'"name":"lena"', b'"name":"ella"')
        envelope["payload"] = base64.b64encode(payload).decode()
        broken.write_text(json.dumps(envelope, separators=(",", ":"), sort_keys=True))
        said = json.loads(world.weir("dbom", "verify", broken, "--vkey", vkey, "--output", "json", code=1))
        self.assertTrue([f for f in said["faults"] if re.match(r"predicate\.who\[\d+\]$", f["place"])
                         and "the author 'ella'" in f["what"]], said)
        self.assertTrue([f for f in said["faults"] if f["place"].startswith("signatures")], said)

    def shown(self, program):
        page = self.world.weir("dbom", program, "--environment", "host", "--output", "html")
        self.assertIn("<h2>What</h2>", page)
        self.assertNotIn("<script", page)
        self.assertIn("payments runs in host as approved.", self.world.weir("dbom", program, "--environment", "host"))

    def test_what_to_go_back_to_is_always_told(self):
        world = self.world
        place = ("--environment", "host")

        def built(trail):
            (world.directory / "bin" / trail).mkdir(parents=True)
            program = world.program(f"{trail}/courier")
            world.recorded(program, flow="courier", trail=trail)
            return program

        def target(program):
            return world.weir_json("gate", program, *place, code=None)["rollback"]

        one = built("r1")
        world.weir("approve", one, *place)
        self.assertIsNone(target(one)["artifact"])
        self.assertIn("ran in host before", target(one)["why"])
        world.run(one, "600")
        world.workload(sha256_of(one), verdict="approved")
        two = built("r2")
        self.assertEqual((target(two)["name"], target(two)["artifact"]), ("courier", sha256_of(one)))
        world.weir("approve", two, *place)
        self.assertIn(f"rollback: to courier {sha256_of(one)}", world.weir("gate", two, *place, "--explain"))
        self.assertIn(f"rollback: to courier {sha256_of(one)}", world.weir("deploy", two, *place))
        declared = [each for each in world.api.get("deployments?rollback=true")["deployments"]
                    if each["artifact"] == sha256_of(two)]
        self.assertEqual(declared[0]["rollback_target"]["artifact"], sha256_of(one))
        document = self.document(two)
        lines = self.lines(document)["what"]
        self.assertEqual((lines["rollback"]["state"], lines["rollback"]["basis"]), ("active", "payload"))
        self.assertEqual(lines["replaces"]["digest"], sha256_of(one))  # nobody declared it: it ran
        approval = [each["id"] for each in world.api.get("approvals")["approvals"]
                    if each["artifact"] == sha256_of(one)][0]
        world.weir("revoke", approval)
        self.assertIn("revoked", target(two)["why"])
        self.assertEqual(self.lines(self.document(two))["what"]["rollback"]["name"], "none")

    def test_an_issued_document_is_kept_byte_for_byte(self):
        world = self.world
        world.weir("flow", "create", "payments")
        program, _ = self.released("t3", "c0ffee3", BILL)
        first = world.weir("dbom", program, "--environment", "host", "--issue", "--output", "json")
        entry = world.ledger_size() - 1
        again = world.api.get(f"ledger/entries/{entry}")
        while again["type"] != "dbom-issued":
            entry -= 1
            again = world.api.get(f"ledger/entries/{entry}")
        kept = world.api.get(f"dboms/{again['payload']['artifact']}?issued={entry}")["envelope"]
        self.assertEqual(json.loads(first), kept)
        self.assertEqual(self.lines(self.document(program))["when"]["issued"]["entries"], [entry])

    def test_what_nobody_knows_has_none(self):
        program = self.world.program()
        self.world.weir("dbom", program, "--environment", "host", code=1)
        self.world.weir("dbom", program, "--environment", "nowhere", code=1)
