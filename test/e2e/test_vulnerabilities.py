"""From an advisory to the running program: found, told once, asked for, withdrawn; nothing ends by mistake."""
import json
import time

from world import World, WorldCase, wait_until

PURL = "pkg:npm/left-pad@1.0.0"


def bill(*purls):
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
        {"type": "library", "name": purl.split("/")[-1].split("@")[0], "version": purl.split("@")[-1], "purl": purl}
        for purl in purls]}


def advisory(number, name, fixed, **more):
    return {"schema_version": "1.6.0", "id": number, "modified": "2026-11-01T00:00:00Z", "summary": f"{name} is flawed",
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected": [{"package": {"ecosystem": "npm", "name": name},
                          "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}], **more}


def entries(api, kind):
    """Every entry of that type; the ledger answers in pages."""
    found, at = [], 0
    while page := api.get(f"ledger/entries?from={at}&limit=1000")["entries"]:
        found += [each for each in page if each["type"] == kind]
        at = page[-1]["index"] + 1
    return found


class Vulnerabilities(WorldCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.advisories = cls.world.directory / "advisories"
        cls.advisories.mkdir()
        cls.says("unrelated", advisory("GHSA-0000-0000-0000", "unrelated", "9.9.9"))
        cls.world.start_server("--advisories", cls.advisories)
        cls.prepare()
        cls.world.weir("service", "create", "shop", "--team", "store-team")
        cls.world.weir("flow", "create", "shop", "--service", "shop")

    @classmethod
    def says(cls, name, record):
        beside = cls.advisories / f"{name}.tmp"
        beside.write_text(json.dumps(record))
        beside.rename(cls.advisories / f"{name}.json")

    def released(self, trail, commit, *purls, text=None):
        world = self.world
        (world.directory / "bin" / trail).mkdir(parents=True)
        program = world.program(f"{trail}/shop")
        world.weir("trail", "begin", trail, "--flow", "shop", "--commit", commit)
        world.weir("attest", "artifact", program, "--flow", "shop", "--trail", trail, "--name", "shop", "--commit",
                   commit)
        if purls or text:
            file = world.directory / f"{trail}.cdx.json"
            file.write_text(text or json.dumps(bill(*purls)))
            world.weir("attest", "sbom", program, "--file", file, "--flow", "shop", "--trail", trail, "--name", "sbom")
        return program

    def where(self, what, *options):
        return self.world.weir_json("vuln", "where", what, *options)

    def alerts(self, flaw, state="open"):
        return [a for a in self.world.api.get(f"alerts?state={state}&limit=1000")["alerts"]
                if a["cause"] == "vulnerable" and flaw in a["title"]]

    def test_an_advisory_finds_the_running_program_and_its_withdrawal_says_so(self):
        world = self.world
        program = self.released("t1", "c0ffee1", PURL, "pkg:npm/other@2.0.0")
        world.run(program, "600")
        wait_until(lambda: self.where(PURL)["running"], 30, "the component is seen running")
        self.assertEqual(self.alerts("CVE-2026-4242"), [])
        before = world.api.get("me")["server"]["time"]

        self.says("left", advisory("GHSA-1111-2222-3333", "left-pad", "1.3.0", aliases=["CVE-2026-4242"]))
        self.says("left-too", advisory("OTHER-2026-1", "left-pad", "1.3.0", aliases=["GHSA-1111-2222-3333"]))
        found = wait_until(lambda: self.alerts("CVE-2026-4242"), 20, "an alert")
        self.assertEqual(len(found), 1)
        self.assertIn("store-team", found[0]["title"])
        self.assertEqual(found[0]["severity"], "critical")

        for name in ("CVE-2026-4242", "GHSA-1111-2222-3333", "left-pad<1.3.0", "left-pad", PURL):
            answer = self.where(name)
            rows = [r for r in answer["running"] if r["component"] == PURL]
            self.assertEqual(len(rows), 1, (name, answer))
            self.assertEqual((rows[0]["team"], rows[0]["service"], rows[0]["environment"]),
                             ("store-team", "shop", "host"))
            self.assertEqual(rows[0]["first"]["commit"], "c0ffee1")
            self.assertRegex(answer["coverage"]["sentence"], r"^covers \d+ of \d+ running workloads")
            self.assertEqual(answer["coverage"]["running"] - answer["coverage"]["covered"],
                             len(answer["coverage"]["uncovered"]))
        row = self.where("CVE-2026-4242")["running"][0]
        self.assertEqual((row["cluster"], row["severity"], row["fixed"]), ("CVE-2026-4242", "critical", "1.3.0"))
        self.assertIsNone(row["fixed_release"])
        self.assertEqual(self.where("CVE-2026-4242", "--at", before)["running"], [])
        self.assertEqual(self.where("left-pad<1.0.0")["running"], [])
        told = world.weir("vuln", "where", "CVE-2026-4242")
        self.assertRegex(told, r"\Acovers \d+ of \d+ running workloads")

        self.released("t2", "c0ffee2", "pkg:npm/left-pad@1.3.0")
        fixed = wait_until(lambda: self.where("CVE-2026-4242")["running"][0]["fixed_release"], 10, "a fixed release")
        self.assertEqual(fixed["commit"], "c0ffee2")

        listed = [f for f in world.weir_json("vuln", "list", "--open", "--environment", "host")
                  if f["cluster"] == "CVE-2026-4242"]
        self.assertEqual([(f["component"], f["artifacts"]) for f in listed], [(PURL, 1)])
        self.assertEqual([c["version"] for c in world.weir_json("component", "search", "left-pad@1.3.0")], ["1.3.0"])
        self.restarted_says_nothing_twice()

        self.says("left", advisory("GHSA-1111-2222-3333", "left-pad", "1.3.0", aliases=["CVE-2026-4242"],
                                   withdrawn="2026-11-20T00:00:00Z"))
        self.says("left-too", advisory("OTHER-2026-1", "left-pad", "1.3.0", aliases=["GHSA-1111-2222-3333"],
                                       withdrawn="2026-11-20T00:00:00Z"))
        wait_until(lambda: not self.alerts("CVE-2026-4242"), 20, "the alert is resolved")
        ended = self.alerts("CVE-2026-4242", "resolved")
        self.assertEqual(len(ended), 1)
        self.assertIn("withdrawn", json.dumps(ended[0]))
        story = world.weir_json("vuln", "show", str(listed[0]["id"]))
        self.assertEqual(story["history"][0]["state"], "opened")
        self.assertEqual(story["history"][-1]["state"], "retracted")
        self.assertEqual(self.where("CVE-2026-4242")["running"], [])

    def restarted_says_nothing_twice(self):
        """Neither after a restart, nor when the derived index is lost or damaged."""
        world = self.world
        before = world.weir_json("vuln", "list")
        opened = [a["id"] for a in self.alerts("CVE-2026-4242")]
        index = world.data / "default.components"
        for harm in (lambda: None, lambda: index.unlink(), lambda: index.write_bytes(b"weir component index 1\nx" * 9)):
            world.server.end()
            harm()
            world.start_server("--advisories", self.advisories)
            self.assertEqual(world.weir_json("vuln", "list"), before)
            self.assertEqual([a["id"] for a in self.alerts("CVE-2026-4242")], opened)

    def test_a_bill_that_is_none_is_refused_and_what_has_none_is_named(self):
        with self.assertRaises(AssertionError) as refused:
            self.released("bad", "badbad1", text='{"bomFormat": "CycloneDX", "components": 7}')
        self.assertIn("'components' must be an array", str(refused.exception))
        program = self.world.directory / "bin" / "bad" / "shop"
        self.world.run(program, "600")

        def why():
            return [u["why"] for u in self.where("nothing-of-this-name")["coverage"]["uncovered"]
                    if u["name"] == str(program)]
        self.assertEqual(wait_until(why, 30, "it runs"), ["no SBOM"])

    def vex(self, flaw, product, status, **more):
        said = {"vulnerability": {"name": flaw}, "products": [{"@id": product}], "status": status, **more}
        return {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://acme.test/vex", "author": "Acme",
                "version": 1, "timestamp": "2026-01-01T00:00:00Z", "statements": [said]}

    def attests(self, program, trail, name, document):
        file = self.world.directory / f"{name}.json"
        file.write_text(json.dumps(document))
        return self.world.weir("attest", "vex", program, "--file", file, "--flow", "shop", "--trail", trail,
                               "--name", name)

    def test_a_statement_silences_the_finding_and_a_later_one_brings_it_back(self):
        world, flaw, purl = self.world, "CVE-2026-7777", "pkg:npm/silent@1.0.0"
        program = self.released("silent", "5ee5ee5", purl)
        world.run(program, "600")
        wait_until(lambda: self.where(purl)["running"], 30, "it is seen running")
        said = self.attests(program, "silent", "vex-1", self.vex(
            flaw, "pkg:npm/silent", "not_affected", justification="vulnerable_code_not_in_execute_path"))
        self.assertIn("compliant", said)
        self.says("silent", advisory("GHSA-silent", "silent", "1.3.0", aliases=[flaw]))
        self.says("loud", advisory("GHSA-loud", "silent", "1.3.0", aliases=["CVE-2026-7778"]))
        wait_until(lambda: self.alerts("CVE-2026-7778"), 20, "the other flaw is told")
        self.assertEqual(self.alerts(flaw), [])
        row = self.where(flaw)["running"][0]
        self.assertTrue(row["suppressed"])
        self.assertEqual((row["statement"]["status"], row["statement"]["justification"], row["statement"]["author"]),
                         ("not_affected", "vulnerable_code_not_in_execute_path", "Acme"))
        self.assertTrue(row["statement"]["attested_by"])
        listed = [f for f in world.weir_json("vuln", "list", "--open") if f["cluster"] in (flaw, "CVE-2026-7778")]
        self.assertEqual([f["cluster"] for f in listed], ["CVE-2026-7778", flaw], "what is suppressed comes last")
        self.assertEqual(listed[1]["suppressed"], 1)
        self.assertGreater(listed[0]["priority"]["points"], 0)
        self.assertEqual(len(listed[0]["priority"]["terms"]), 6)
        written = json.loads(world.weir("vuln", "vex", program, "--output", "openvex"))
        self.assertEqual({s["vulnerability"]["name"]: s["status"] for s in written["statements"]},
                         {flaw: "not_affected", "CVE-2026-7778": "affected"})
        csaf = json.loads(world.weir("vuln", "vex", program, "--output", "csaf", "--author", "Acme", "--namespace",
                                     "https://acme.test"))
        self.assertEqual(csaf["document"]["publisher"]["namespace"], "https://acme.test")
        self.assertEqual({v["cve"]: list(v["product_status"]) for v in csaf["vulnerabilities"]},
                         {flaw: ["known_not_affected"], "CVE-2026-7778": ["known_affected"]})
        world.server.end()
        world.start_server("--advisories", self.advisories)
        self.assertEqual(self.alerts(flaw), [])
        self.assertTrue(self.where(flaw)["running"][0]["suppressed"])
        before = world.api.get("me")["server"]["time"]

        later = self.vex(flaw, "pkg:npm/silent", "affected", action_statement="update")
        self.attests(program, "silent", "vex-2", {**later, "timestamp": "2026-02-01T00:00:00Z"})
        wait_until(lambda: self.alerts(flaw), 20, "it is told after all")
        self.assertFalse(self.where(flaw)["running"][0]["suppressed"])
        self.assertTrue(self.where(flaw, "--at", before)["running"][0]["suppressed"])
        story = world.weir_json("vuln", "show", str(listed[1]["id"]))
        self.assertEqual([s["statement"]["status"] for s in story["statements"]], ["not_affected", "affected"])
        self.assertIsNotNone(story["statements"][0]["until"])

    def test_what_is_exploited_is_told_as_such_and_the_backlog_counts(self):
        world, flaw, purl = self.world, "CVE-2026-8888", "pkg:npm/exploited@1.0.0"
        program = self.released("exploited", "badbad2", purl)
        world.run(program, "600")
        wait_until(lambda: self.where(purl)["running"], 30, "it is seen running")
        self.says("exploited", advisory("GHSA-exploited", "exploited", "1.3.0", aliases=[flaw]))
        wait_until(lambda: self.alerts(flaw), 20, "it is told")
        row = {"cveID": flaw, "vendorProject": "v", "product": "p", "vulnerabilityName": "n", "shortDescription": "s",
               "dateAdded": "2026-11-20", "requiredAction": "r", "dueDate": "2026-12-20",
               "knownRansomwareCampaignUse": "Unknown", "notes": ""}
        self.says("kev", {"title": "CISA", "catalogVersion": "2026.11.21", "dateReleased": "2026-11-21T00:00:00Z",
                          "count": 1, "vulnerabilities": [row]})
        (self.advisories / "epss.csv").write_text("#model_version:v2025.03.14,score_date:2026-11-21T00:00:00+0000\n"
                                                  f"cve,epss,percentile\n{flaw},0.5,0.9\n")

        def known():
            return next((r for r in self.where(flaw)["running"] if r["exploited"] and r["epss"]), None)
        row = wait_until(known, 20, "it is known to be exploited")
        self.assertEqual((row["exploited"], row["epss"]), ("2026-11-20", 0.5))
        finding = next(f for f in world.weir_json("vuln", "list", "--open") if f["cluster"] == flaw)
        exploited = next(t for t in finding["priority"]["terms"] if t["name"] == "exploited")
        self.assertEqual(exploited["points"], 15)
        backlog = world.weir_json("vuln", "backlog")
        self.assertEqual(backlog["exploited"], 1)
        before = world.api.get("me")["server"]["time"]
        world.weir("vuln", "sla", "--critical", "1ms")
        backlog = world.weir_json("vuln", "backlog")
        critical = next(r for r in backlog["severities"] if r["severity"] == "critical")
        self.assertEqual(critical["agreed_us"], 1000)
        self.assertGreaterEqual(critical["overdue"], 1)
        self.assertIn("high", world.weir("vuln", "sla"))
        then = world.weir_json("vuln", "backlog", "--at", before)
        critical = next(r for r in then["severities"] if r["severity"] == "critical")
        self.assertEqual((then["exploited"], then["overdue"], critical["agreed_us"]), (1, 0, 7 * 86_400_000_000))
        self.assertEqual(world.weir_json("vuln", "backlog", "--at", "2020-01-01T00:00:00Z")["open"], 0)

    def test_a_broken_or_vanished_feed_closes_nothing(self):
        world = self.world
        program = self.released("kept", "feed123", "pkg:npm/kept@1.0.0")
        world.run(program, "600")
        wait_until(lambda: self.where("pkg:npm/kept@1.0.0")["running"], 30, "it is seen running")
        self.says("kept", advisory("GHSA-kept", "kept", "2.0.0"))
        wait_until(lambda: self.where("GHSA-kept")["running"], 20, "it is found")
        count = len(self.updates())
        (self.advisories / "kept.json").write_text("{")
        wait_until(lambda: len(self.updates()) > count, 20, "what could not be read is said")
        self.assertTrue(self.where("GHSA-kept")["running"])
        self.says("kept", advisory("GHSA-kept", "kept", "2.0.0"))
        wait_until(lambda: len(self.updates()) > count + 1, 20, "that it can be read again is said")
        (self.advisories / "kept.json").unlink()
        wait_until(lambda: len(self.updates()) > count + 2, 20, "what is missing is said")
        self.assertTrue(self.where("GHSA-kept")["running"])
        world.server.end()
        world.start_server("--advisories", self.advisories)
        self.assertTrue(self.where("GHSA-kept")["running"])

    def updates(self):
        return entries(self.world.api, "advisories-updated")


class StoreToBe(WorldCase):
    agent = False

    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.store = cls.world.directory / "store"
        cls.store.mkdir()
        cls.world.start_server("--advisories", cls.store)
        cls.prepare()

    released = Vulnerabilities.released

    def test_a_store_that_is_written_for_the_first_time_is_no_error(self):
        self.world.weir("flow", "create", "shop")
        for name in ("lock", "records-00000001.weir"):  # as an update has it before there is a manifest
            (self.store / name).write_bytes(b"\0" * 64)
        bills, end = 0, time.monotonic() + 1.5  # it is looked at twice a second, and before bills are read
        while time.monotonic() < end:
            bills += 1
            self.released(f"t{bills}", f"c0ffee{bills}", f"pkg:npm/x@{bills}.0.0")
        wait_until(lambda: len(entries(self.world.api, "findings-changed")) >= bills, 20, "the bills are read")
        self.assertNotIn("error vulnerabilities", self.world.server.text())
        feed = self.world.directory / "feed"
        feed.mkdir()
        (feed / "a.json").write_text(json.dumps(advisory("GHSA-0000-0000-0001", "x", "9.9.9")))
        self.world.weir("advisories", "update", feed, "--store", self.store)
        wait_until(lambda: entries(self.world.api, "advisories-updated"), 20, "the store is read once it is one")
        self.assertNotIn("error vulnerabilities", self.world.server.text())
