"""A flaw of one's own is published, found, mended by a campaign, and gone: the real server, agent and programs."""
import csv
import io
import json

from world import World, WorldCase, wait_until

BAD, GOOD = "pkg:npm/left-pad@1.0.0", "pkg:npm/left-pad@1.1.0"


def bill(purl):
    return {"bomFormat": "CycloneDX", "specVersion": "1.5",
            "metadata": {"component": {"bom-ref": "shop", "name": "shop", "version": "1"}},
            "components": [
                {"type": "library", "bom-ref": "web", "name": "web", "version": "4.0.0", "purl": "pkg:npm/web@4.0.0"},
                {"type": "library", "bom-ref": "pad", "name": "left-pad", "version": purl[-5:], "purl": purl}],
            "dependencies": [{"ref": "shop", "dependsOn": ["web"]}, {"ref": "web", "dependsOn": ["pad"]}]}


RECORD = {"id": "DEFAULT-2026-1", "summary": "left-pad sends what it pads to somebody", "affected": [
    {"package": {"ecosystem": "npm", "name": "left-pad"},
     "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.1.0"}]}]}]}


class Campaigns(WorldCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.world.start_server()
        cls.prepare()
        cls.world.weir("service", "create", "shop", "--team", "store-team")
        cls.world.weir("flow", "create", "shop", "--service", "shop")

    def write(self, name, content):
        file = self.world.directory / name
        file.write_text(json.dumps(content))
        return file

    def released(self, trail, commit, purl):
        world = self.world
        (world.directory / "bin" / trail).mkdir(parents=True)
        program = world.program(f"{trail}/shop")
        about = ("--flow", "shop", "--trail", trail)
        world.weir("trail", "begin", trail, "--flow", "shop", "--commit", commit)
        world.weir("attest", "artifact", program, *about, "--name", "shop", "--commit", commit)
        world.weir("attest", "sbom", program, "--file", self.write(f"{trail}.cdx.json", bill(purl)), *about,
                   "--name", "sbom")
        world.weir("attest", "sarif", program, "--file", self.write(f"{trail}.sarif", {
            "version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lint"}}, "results": [
                {"ruleId": "sql-injection", "message": {"text": "m"}, "partialFingerprints": {"v1": "f1"}}]}]}),
                   *about, "--name", "lint")
        return program

    def owner(self, campaign):
        owners = self.world.weir_json("campaign", "show", campaign)["owners"]
        return owners[0] if owners else {}

    def test_a_campaign_follows_its_flaw_until_nothing_runs_with_it(self):
        world = self.world
        old = self.released("t1", "c0ffee1", BAD)
        process = world.run(old, "600")
        tree = world.weir("sbom", "tree", old, "--component", "left-pad")
        self.assertIn("shop 1 > web 4.0.0 > left-pad 1.0.0", tree)
        with self.assertRaises(AssertionError):
            world.weir("advisories", "add", self.write("foreign.json", {**RECORD, "id": "CVE-2026-1"}))
        world.weir("advisories", "add", self.write("own.json", RECORD))
        wait_until(lambda: world.weir_json("vuln", "where", "DEFAULT-2026-1")["running"], 30, "the flaw is found")
        self.assertIn("! DEFAULT-2026-1 not scored, fixed in 1.1.0", world.weir("sbom", "tree", old, "--flawed"))

        campaign = str(world.weir_json("campaign", "open", "DEFAULT-2026-1", "--due", "14d")["campaign"]["id"])
        self.assertEqual(self.owner(campaign)["owner"], "store-team")
        self.assertEqual(self.owner(campaign)["standing"], "not-started")
        rows = list(csv.DictReader(io.StringIO(world.weir("campaign", "export", campaign))))
        self.assertEqual([(r["owner"], r["standing"], r["fixed"]) for r in rows],
                         [("store-team", "not-started", "1.1.0")])
        self.assertTrue(rows[0]["link"].endswith(f"/campaigns/{campaign}?owner=store-team"), rows)

        new = self.released("t2", "c0ffee2", GOOD)
        wait_until(lambda: self.owner(campaign)["standing"] == "fix-released", 30, "a fixed release")
        self.assertEqual(self.owner(campaign)["fixed_releases"], ["c0ffee2"])
        world.run(new, "600")
        process.end()
        wait_until(lambda: self.owner(campaign)["standing"] == "rolled-out", 30, "it is rolled out")
        points = world.weir_json("campaign", "show", campaign)["burn_down"]
        self.assertEqual((points[0]["running"], points[-1]["running"]), (1, 0))

        found = wait_until(lambda: world.weir_json("scan", "where", "sql-injection")["running"], 30, "it is seen")
        self.assertEqual([(r["rule"], r["first"]["commit"]) for r in found], [("sql-injection", "c0ffee1")])

        before = world.weir_json("campaign", "show", campaign)
        world.server.end()
        world.start_server()
        again = world.weir_json("campaign", "show", campaign)
        self.assertEqual(again["owners"], before["owners"])
        world.weir("campaign", "close", campaign, "--note", "done")
        self.assertEqual(world.weir_json("campaign", "list", "--open"), [])
        world.weir("advisories", "withdraw", "DEFAULT-2026-1", "--reason", "it was a mistake")
        wait_until(lambda: world.weir_json("vuln", "list")[0]["state"] == "retracted", 30, "the finding is retracted")
