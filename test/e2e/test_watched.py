"""What else is watched on a host: files by their paths, and arguments of programs where they are allowed."""
import json
import subprocess
import unittest

from world import WorldCase, sha256_of, wait_until

PACKAGED = "/usr/share/common-licenses/GPL-3"


class Watched(WorldCase):
    agent = False

    @classmethod
    def prepare(cls):
        super().prepare()
        world = cls.world
        cls.files = world.directory / "files"
        (cls.files / "site").mkdir(parents=True)
        cls.own = cls.files / "own.conf"
        cls.own.write_text("as released\n")
        (cls.files / "site/page").write_text("page\n")
        (cls.files / "site/access.log").write_text("first\n")
        config = world.directory / "config.yaml"
        config.write_text(json.dumps({"agent": {"paths": [PACKAGED, str(cls.own), {
            "path": str(cls.files / "site"), "exclude": ["*.log"]}]}}))
        world.start_agent("host", "--config", config, "--arguments")

    def file(self, path, verdict=None, other_than=None):
        def there():
            return [w for w in self.world.workloads() if w["kind"] == "file" and w["name"] == str(path)
                    and (verdict is None or w["verdict"] == verdict) and w["digests"] != other_than]
        return wait_until(there, 20, f"{path} with verdict {verdict}")[0]

    @unittest.skipUnless(subprocess.run(["dpkg", "-S", PACKAGED], capture_output=True).returncode == 0, "needs dpkg")
    def test_a_file_of_a_package_is_explained_by_it(self):
        workload = self.file(PACKAGED, "explained")
        self.assertEqual(workload["reasons"][0]["code"], "explained-by-package")
        self.assertIn("base-files", workload["reasons"][0]["message"])

    def test_a_file_of_ones_own_is_unknown_until_approved_and_a_change_alarms(self):
        world = self.world
        self.assertEqual(self.file(self.own, "unknown")["digests"], [sha256_of(self.own)])
        world.weir("flow", "create", "settings")
        world.weir("trail", "begin", "t1", "--flow", "settings")
        world.weir("attest", "artifact", self.own, "--flow", "settings", "--trail", "t1", "--name", self.own)
        world.weir("approve", self.own, "--environment", "host", "--reason", "released")
        self.file(self.own, "late")
        self.own.write_text("as somebody changed it\n")
        alert = world.alert(digest=sha256_of(self.own))
        self.assertEqual((alert["cause"], alert["severity"]), ("changed-content", "critical"))
        self.assertEqual(self.file(self.own, "changed")["digests"], [sha256_of(self.own)])

    def test_what_a_path_excludes_does_not_count(self):
        before = self.file(self.files / "site")["digests"]
        with (self.files / "site/access.log").open("a") as log:
            log.write("second\n")
        (self.files / "site/new").write_text("new\n")
        after = self.file(self.files / "site", other_than=before)["digests"]
        (self.files / "site/new").unlink()
        self.assertEqual(self.file(self.files / "site", other_than=after)["digests"], before)

    def is_in_the_ledger(self, text):
        api, at = self.world.api, 0
        while entries := api.get(f"ledger/entries?from={at}&limit=500")["entries"]:
            if any(text in json.dumps(entry["payload"]) for entry in entries):
                return True
            at = entries[-1]["index"] + 1
        return False

    def run_and_see(self, seconds):
        program = self.world.program()
        self.world.run(program, seconds)
        self.world.workload(sha256_of(program), seconds=20)

    def test_arguments_reach_the_ledger_only_while_the_environment_allows_them(self):
        world = self.world
        self.run_and_see("600.25101")
        self.assertFalse(self.is_in_the_ledger("600.25101"))
        world.weir("env", "create", "host", "--kind", "host", "--arguments", "true")

        def is_told():
            self.run_and_see("600.25102")
            return self.is_in_the_ledger("600.25102")
        wait_until(is_told, 30, "arguments are reported once they are allowed")
        world.weir("env", "create", "host", "--kind", "host", "--arguments", "false")
        self.run_and_see("600.25103")
        self.assertFalse(self.is_in_the_ledger("600.25103"))
        self.assertNotIn("refused a report", (world.directory / "agent.log").read_text())
