"""What is installed on a host and loaded by its programs: claimed by a real agent, matched like any bill, and gone with
the upgrade. The packages of this machine are real; those of the other host stand below a root of the test's own."""
import io
import json
import os
import shutil
import subprocess
import unittest
import zipfile

from world import World, WorldCase, wait_until

LOG4J = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"
SOURCE = """public class Wait {
  public static void main(String[] words) throws Exception { Thread.sleep(600000); }
}
"""


def advisory(number, ecosystem, name, fixed):
    return {"schema_version": "1.6.0", "id": number, "modified": "2026-11-01T00:00:00Z", "summary": f"{name} is flawed",
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected": [{"package": {"ecosystem": ecosystem, "name": name},
                          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]}


def jar(entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def pom(group, name, version):
    return {f"META-INF/maven/{group}/{name}/pom.properties":
            f"groupId={group}\nartifactId={name}\nversion={version}\n"}


class HostInventory(WorldCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        cls.advisories = cls.world.directory / "advisories"
        cls.advisories.mkdir()
        cls.says("unrelated", advisory("DSA-0000-1", "Debian:12", "nothing-of-this-name", "1"))
        cls.world.start_server("--advisories", cls.advisories)
        cls.prepare()
        cls.root = cls.world.directory / "fixture-root"
        (cls.root / "etc").mkdir(parents=True)
        (cls.root / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
        (cls.root / "var/lib/dpkg").mkdir(parents=True)
        cls.install("1.0-1")
        cls.world.environment("kept")
        cls.world.start_agent("kept", "--inventory-root", cls.root, state="kept-agent", host="kept1")

    @classmethod
    def says(cls, name, record):
        beside = cls.advisories / f"{name}.tmp"
        beside.write_text(json.dumps(record))
        beside.rename(cls.advisories / f"{name}.json")

    @classmethod
    def install(cls, version):
        beside = cls.root / "var/lib/dpkg/status-new"
        beside.write_text("Package: libweir-fixture1\nStatus: install ok installed\nArchitecture: amd64\n"
                          f"Source: weir-fixture\nVersion: {version}\n\n"
                          "Package: removed\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 1\n")
        beside.rename(cls.root / "var/lib/dpkg/status")

    def where(self, what, *options):
        return self.world.weir_json("vuln", "where", what, *options)

    def hosts(self, environment):
        return self.world.weir_json("host", "list", "--environment", environment)

    def alerts(self, flaw, state="open"):
        return [a for a in self.world.api.get(f"alerts?state={state}&limit=1000")["alerts"]
                if a["cause"] == "vulnerable" and flaw in a["title"]]

    def test_a_flaw_of_a_package_names_the_host_until_it_is_upgraded(self):
        world = self.world
        host = wait_until(lambda: [h for h in self.hosts("kept") if h["read"]], 30, "the inventory is read")[0]
        self.assertEqual((host["host"], host["packages"], host["distribution"]), ("kept1", 1, "debian-12"))
        self.says("fixture", advisory("DSA-4242-1", "Debian:12", "weir-fixture", "2.0-1"))
        found = wait_until(lambda: self.alerts("DSA-4242-1"), 30, "an alert")
        self.assertEqual(len(found), 1)
        self.assertIn("kept1", found[0]["story"]["why"])
        rows = self.where("DSA-4242-1")["running"]
        self.assertEqual([(r["host"], r["environment"], r["package"], r["source"], r["fixed"]) for r in rows],
                         [("kept1", "kept", "libweir-fixture1", "weir-fixture", "2.0-1")])
        since = rows[0]["since"]
        shown = world.weir_json("host", "inventory", "kept1")
        self.assertEqual([(c["component"], [f["cluster"] for f in c["open"]]) for c in shown["installed"]],
                         [("pkg:deb/debian/libweir-fixture1@1.0-1?arch=amd64&distro=debian-12&upstream=weir-fixture",
                           ["DSA-4242-1"])])
        self.assertIn("DSA-4242-1", world.weir("host", "inventory", "kept1", "--open"))
        self.assertEqual(self.hosts("kept")[0]["open"], 1)

        world.server.end()  # what was known stays known, and since when
        (world.data / "default.components").unlink()
        world.start_server("--advisories", self.advisories)
        self.assertEqual(self.where("DSA-4242-1")["running"][0]["since"], since)
        self.assertEqual(len(self.alerts("DSA-4242-1")), 1)

        before = world.api.get("me")["server"]["time"]
        self.install("2.0-1")
        wait_until(lambda: not self.alerts("DSA-4242-1"), 30, "the alert is resolved")
        self.assertEqual(self.where("DSA-4242-1")["running"], [])
        for question in ("DSA-4242-1", "libweir-fixture1", "libweir-fixture1<2.0-1",
                         "pkg:deb/debian/libweir-fixture1@1.0-1"):
            then = self.where(question, "--at", before)
            self.assertEqual([(r["host"], r["since"], r["package"]) for r in then["running"]],
                             [("kept1", since, "libweir-fixture1")], question)
            self.assertNotIn("can't be read", then["coverage"]["sentence"])
        self.assertEqual(self.where("libweir-fixture1@2.0-1", "--at", before)["running"], [])
        finding = [f for f in world.weir_json("vuln", "list") if f["cluster"] == "DSA-4242-1"][0]
        self.assertEqual(finding["state"], "closed")
        entries = [e for e in world.api.get("ledger/entries?from=0&limit=1000")["entries"]
                   if e["type"] == "host-inventory-taken" and e["payload"]["host"] == "kept1"]
        self.assertEqual(len(entries), 2)
        self.assertEqual(entries[0]["payload"]["claim"]["components"], 1)
        self.install("1.0-1")
        wait_until(lambda: self.alerts("DSA-4242-1"), 30, "it is back")
        self.install("2.0-1")
        wait_until(lambda: not self.alerts("DSA-4242-1"), 30, "it is gone again")

    @unittest.skipUnless(shutil.which("rpmbuild"), "needs rpm")
    def test_packages_of_rpm_are_read_by_rpm_and_followed(self):
        """Real packages, in a real database below a root of their own."""
        world, root = self.world, self.world.directory / "rpm-root"
        (root / "etc").mkdir(parents=True)
        (root / "etc/os-release").write_text('ID="almalinux"\nVERSION_ID="9.4"\n')

        def install(version):
            spec = world.directory / "fixture.spec"
            spec.write_text(f"Name: weir-rpm\nEpoch: 1\nVersion: {version}\nRelease: 1.el9\nSummary: of a test\n"
                            "License: Apache-2.0\nBuildArch: noarch\n%description\nOf a test.\n%package libs\n"
                            "Summary: of a test\n%description libs\nOf a test.\n%files\n%files libs\n")
            top = world.directory / f"rpm-{version}"
            subprocess.run(["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {top}", spec], check=True,
                           capture_output=True)
            subprocess.run(["rpm", "--dbpath", "/var/lib/rpm", "--root", root, "-U", "--nodeps", *top.rglob("*.rpm")],
                           check=True, capture_output=True)
        install("1.0")
        world.environment("alma")
        world.start_agent("alma", "--inventory-root", root, state="alma-agent", host="alma1")
        host = wait_until(lambda: [h for h in self.hosts("alma") if h["read"]], 30, "the inventory is read")[0]
        self.assertEqual((host["packages"], host["distribution"]), (2, "almalinux-9.4"))
        self.says("alma", advisory("ALSA-2026:4242", "AlmaLinux:9", "weir-rpm-libs", "1:1.5-1.el9"))
        wait_until(lambda: self.alerts("ALSA-2026:4242"), 30, "an alert")
        rows = self.where("ALSA-2026:4242")["running"]
        self.assertEqual([(r["host"], r["component"], r["fixed"]) for r in rows],
                         [("alma1", "pkg:rpm/almalinux/weir-rpm-libs@1.0-1.el9?arch=noarch&distro=almalinux-9.4&epoch=1"
                           "&upstream=weir-rpm", "1:1.5-1.el9")])
        install("2.0")
        wait_until(lambda: not self.alerts("ALSA-2026:4242"), 40, "the alert is resolved")

    @unittest.skipUnless(shutil.which("dpkg-query"), "needs dpkg")
    def test_the_packages_of_this_machine_explain_what_runs(self):
        world = self.world
        listed = subprocess.run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n"], check=True,
                                capture_output=True, text=True).stdout.split("\n")
        installed = [line for line in listed if line.startswith("installed ")]
        host = wait_until(lambda: [h for h in self.hosts("host") if h["read"]], 30, "the inventory is read")[0]
        self.assertAlmostEqual(host["packages"], len(installed), delta=2)
        world.run("/bin/sleep", "600")
        self.says("coreutils", advisory("DSA-5151-1", "Debian:12", "coreutils", "999"))

        def workloads():
            return [r for r in self.where("DSA-5151-1")["running"] if r["name"].endswith("/sleep")]
        row = wait_until(workloads, 40, "the workload that the package explains")[0]
        self.assertEqual((row["package"], row["environment"], row["fixed"]), ("coreutils", "host", "999"))
        answer = self.where("DSA-5151-1")
        self.assertIn("installed packages", [r["name"] for r in answer["running"]])
        self.assertNotIn(row["workload"], [u["workload"] for u in answer["coverage"]["uncovered"]])

    def test_an_archive_within_an_archive_is_found_in_the_program_that_loaded_it(self):
        world = self.world
        inner = jar(pom("org.apache.logging.log4j", "log4j-core", "2.14.1"))
        app = world.directory / "shop-1.0.jar"
        app.write_bytes(jar({**pom("com.example", "shop", "1.0"), "BOOT-INF/lib/log4j-core-2.14.1.jar": inner}))
        if shutil.which("java"):
            source = world.directory / "Wait.java"
            source.write_text(SOURCE)
            world.run("java", "-cp", app, source)
            name = str(source)
        else:
            reader = world.program("reader", os.path.realpath(shutil.which("python3")))
            world.run(reader, "-c", f"import time; held = open({str(app)!r}, 'rb'); time.sleep(600)")
            name = str(reader)
        self.says("log4j", advisory("GHSA-jfh8-c2jp-5v3q", "Maven", "org.apache.logging.log4j:log4j-core", "2.15.0"))
        flaw = "GHSA-jfh8-c2jp-5v3q"
        row = wait_until(lambda: [r for r in self.where(flaw)["running"] if r["environment"] == "host"],
                         90, "the archive is found")[0]
        self.assertEqual((row["component"], row["fixed"]), (LOG4J, "2.15.0"))
        self.assertEqual((row["name"], row["kind"]), (name, "program"))
        covered = self.where("GHSA-jfh8-c2jp-5v3q")["coverage"]
        self.assertNotIn(row["workload"], [u["workload"] for u in covered["uncovered"]])
        shown = world.weir_json("host", "inventory", row["host"], "--environment", "host", "--open")
        archives = [a["component"] for program in shown["running"] for a in program["archives"]]
        self.assertIn(LOG4J, archives)
        self.assertTrue(wait_until(lambda: self.alerts("GHSA-jfh8-c2jp-5v3q"), 30, "an alert"))

    def test_only_an_enrolled_reporter_may_send_a_document(self):
        document = json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []})
        stranger = self.world.api.send("POST", "inventories", raw=document.encode(),
                                       headers={"Weir-Reporter": "0" * 64, "Weir-Signature": "AAAA"})
        self.assertEqual(stranger.status, 401)
