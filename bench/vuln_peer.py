#!/usr/bin/env python3
"""Bills of materials against advisories: this program and osv-scanner on the same files, as fresh processes.

Usage: bench/vuln_peer.py [--osv-scanner PROGRAM] [--corpus DIR] [--runs N] [--bills N] [--directory DIR]
       [--all-differences]
       WEIR_BINARY as in the tests; WEIR_CORPUS for --corpus (else ../shared/corpus); needs python3-yaml
osv-scanner (2.x up to 2.4, of the path when none is named) is left out where it is not there. Both get the same bills
under the names that osv-scanner wants, and the same records: it one all.zip for each ecosystem, this program a
directory of them, and a store made of that. Processor time is user and system, the median of the runs; memory is the
most that was resident. Then each finding of the one that the other does not have, by the reason for it. Ends with 1
where there is one without a reason.
"""
import argparse
import collections
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path
from urllib.parse import unquote

CARGO = "crates" + "." + "io"


class Spawner:
    """Starts programs from a process that is small itself: the kernel counts what a program's parent had in memory at
    the fork as the program's own."""

    def __init__(self):
        ask_out, self.asked = os.pipe()
        self.answered, answer_in = os.pipe()
        if os.fork() == 0:
            os.close(self.asked), os.close(self.answered)
            self.serve(os.fdopen(ask_out), os.fdopen(answer_in, "w"))
            os._exit(0)
        os.close(ask_out), os.close(answer_in)
        self.requests, self.answers = os.fdopen(self.asked, "w"), os.fdopen(self.answered)

    @staticmethod
    def serve(requests, answers):
        for line in requests:
            words, output, environment = json.loads(line)
            began = time.monotonic()
            child = os.fork()
            if child == 0:
                for number, path in ((1, output), (2, output + ".said")):
                    os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
                os.execvpe(words[0], words, {**os.environ, **environment})
            _, status, used = os.wait4(child, 0)
            json.dump({"status": os.waitstatus_to_exitcode(status), "wall": time.monotonic() - began,
                       "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}, answers)
            answers.write("\n")
            answers.flush()

    def run(self, words, output, environment=None):
        json.dump([[str(word) for word in words], str(output), environment or {}], self.requests)
        self.requests.write("\n")
        self.requests.flush()
        return json.loads(self.answers.readline())


# ---- what both are given ----

def records_of(corpus):
    """Each record of the corpus as an object."""
    import yaml  # after the fork: it is large
    for archive in sorted((corpus / "osv").glob("*.tar.xz")):
        with tarfile.open(archive) as tar:
            for member in tar:
                if not member.isfile():
                    continue
                content = tar.extractfile(member).read()
                if member.name.endswith((".yaml", ".yml")):
                    yield yaml.load(content, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
                elif member.name.endswith(".json"):
                    yield json.loads(content)


def made_up_cargo(directory, components=8860, advisories=1200):
    """A bill as a large workspace would have it, and advisories about packages in it and others."""
    chance = random.Random(1)
    bill = [{"type": "library", "name": f"crate-{number}", "version": version,
             "purl": f"pkg:cargo/crate-{number}@{version}"}
            for number in range(components)
            for version in [f"{chance.randrange(3)}.{chance.randrange(30)}.{chance.randrange(10)}"]]
    document = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": bill}
    path = directory / "cargo.cdx.json"
    path.write_text(json.dumps(document))
    records = []
    for number in range(advisories):
        name = f"crate-{chance.randrange(2 * components)}"
        fixed = f"{chance.randrange(3)}.{chance.randrange(30)}.{chance.randrange(10)}"
        records.append({
            "schema_version": "1.6.0", "id": f"RUSTSEC-2026-{number:04}", "modified": "2026-01-01T00:00:00Z",
            "published": "2026-01-01T00:00:00Z", "aliases": [f"CVE-2026-{number:05}"], "summary": f"A flaw of {name}",
            "details": "What it is about. " * 60,
            "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected": [{"package": {"ecosystem": CARGO, "name": name, "purl": f"pkg:cargo/{name}"},
                          "ranges": [{"type": "SEMVER", "events": [{"introduced": "0.0.0-0"}, {"fixed": fixed}]}],
                          "versions": []}]})
    return path, records


class Advisories:
    """The same records for both."""

    def __init__(self, directory, records, weir):
        self.directory, self.peer, self.store = directory / "records", directory / "peer", directory / "store"
        self.records = {record["id"]: record for record in records}
        self.directory.mkdir(parents=True)
        by_ecosystem = collections.defaultdict(list)
        for record in self.records.values():
            content = json.dumps(record)
            (self.directory / f"{record['id']}.json").write_text(content)
            ecosystems = {(entry.get("package") or {}).get("ecosystem", "").partition(":")[0]
                          for entry in record.get("affected", [])}
            for ecosystem in ecosystems - {""}:
                by_ecosystem[ecosystem].append((record["id"], content))
        for ecosystem, contents in by_ecosystem.items():
            place = self.peer / "osv-scanner" / ecosystem
            place.mkdir(parents=True)
            with zipfile.ZipFile(place / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in contents:
                    archive.writestr(f"{name}.json", content)
        subprocess.run([weir, "advisories", "update", self.directory, "--store", self.store], check=True,
                       stdout=subprocess.DEVNULL)


def corpus_bills(corpus, directory):
    """Those in one batch: (path, number of packages), under names by which osv-scanner tells their form."""
    directory.mkdir()
    bills = []
    with tarfile.open(corpus / "sbom" / "containers.tar.xz") as tar:
        for member in tar:
            if not member.isfile():
                continue
            content = tar.extractfile(member).read()
            name = Path(member.name).name.removesuffix(".json").replace(":", "-")  # which stands for a form there
            path = directory / f"{name}.spdx.json"
            path.write_bytes(content)
            bills.append((path, len(json.loads(content).get("packages", []))))
    return bills


# ---- running ----

class Tools:
    def __init__(self, spawner, weir, peer, output, runs):
        self.spawner, self.weir, self.peer, self.output, self.runs = spawner, weir, peer, output, runs

    def weir_scan(self, bills, place):
        return [self.weir, "sbom", "scan", *bills, "--advisories", place, "--output", "osv-scanner"]

    def peer_scan(self, bills, place):
        words = [self.peer, "scan", "source", "--offline", "--local-db-path", place, "--format", "json"]
        for bill in bills:
            words += ["-L", bill]
        return words

    def once(self, words, accepted, environment=None):
        used = self.spawner.run(words, self.output, environment)
        if used["status"] not in accepted:
            said = Path(f"{self.output}.said").read_text(errors="replace")[-2000:]
            sys.exit(f"{words[0]} ended with {used['status']}:\n{said}")
        return used

    def several(self, words, accepted, environment=None):
        runs = [self.once(words, accepted, environment) for _ in range(self.runs)]
        return {key: (max if key == "memory" else statistics.median)(run[key] for run in runs)
                for key in ("wall", "cpu", "memory")}

    def findings(self):
        """(file, package, version, advisory) of the last answer, package as the ecosystem's name for it."""
        answer = json.loads(self.output.read_text())
        return {(Path(result["source"]["path"]).name, package["package"].get("ecosystem", "").partition(":")[0],
                 package["package"]["name"], package["package"].get("version", ""), record["id"])
                for result in answer.get("results") or [] for package in result["packages"]
                for record in package.get("vulnerabilities") or []}


def row(what, used):
    print(f"  {what:<28} {used['cpu'] * 1000:9.1f} ms of CPU {used['wall'] * 1000:9.1f} ms {used['memory']:8.1f} MB")


PEER_ENDS = (0, 1)  # 1: it found something


def readable(tools, bills, place):
    """The bills that osv-scanner reads: one that it does not ends its whole run."""
    kept, refused = list(bills), []
    while True:
        used = tools.spawner.run(tools.peer_scan(kept, place), tools.output)
        if used["status"] in PEER_ENDS:
            return kept, refused
        said = Path(f"{tools.output}.said").read_text(errors="replace")
        bad = [bill for bill in kept if str(bill) in said.splitlines()[-1]] or \
              [bill for bill in kept if str(bill) in said][-1:]
        if not bad:
            sys.exit(f"osv-scanner ended with {used['status']}:\n{said[-2000:]}")
        kept.remove(bad[0])
        refused.append(bad[0])


def compare(tools, what, bills, advisories):
    """Prints what each costs. The findings of both, the peer's None where there is no peer."""
    print(f"{what}: {len(bills)} bills, {len(advisories.records)} records")
    ours = tools.several(tools.weir_scan(bills, advisories.store), (0,))
    row("weir, from a store", ours)
    ours_found = tools.findings()
    row("weir, from a directory", tools.several(tools.weir_scan(bills, advisories.directory), (0,)))
    if tools.findings() != ours_found:
        sys.exit("a store and a directory of the same records give other findings")
    if tools.peer is None:
        return ours_found, None
    kept, refused = readable(tools, bills, advisories.peer)
    theirs = tools.several(tools.peer_scan(kept, advisories.peer), PEER_ENDS)
    row("osv-scanner", theirs)
    theirs_found = tools.findings()
    one = tools.several(tools.peer_scan(kept, advisories.peer), PEER_ENDS, {"GOMAXPROCS": "1"})
    row("osv-scanner, one thread", one)
    print(f"  osv-scanner takes {theirs['cpu'] / ours['cpu']:.0f} times the CPU, {theirs['wall'] / ours['wall']:.0f} "
          f"times as long, {theirs['memory'] / ours['memory']:.1f} times the memory of weir from a store")
    for bill in refused:
        print(f"  osv-scanner does not read {bill.name}")
    names = {bill.name for bill in kept}
    return {finding for finding in ours_found if finding[0] in names}, theirs_found


def warm(tools, bill, place, times=200):
    """One bill after the first: what so many more of it in one process cost each."""
    alone = tools.several(tools.weir_scan([bill], place), (0,))
    many = tools.several(tools.weir_scan([bill] * (times + 1), place), (0,))
    print(f"  weir, each further time       {(many['cpu'] - alone['cpu']) / times * 1000:8.2f} ms of CPU "
          f"{(many['wall'] - alone['wall']) / times * 1000:9.2f} ms: read, matched and written out")


# ---- why the two differ ----

def affected_entries(record, ecosystem, name):
    same = re.compile(r"[-_.]+").sub
    fold = (lambda text: same("-", text).lower()) if ecosystem == "PyPI" else (lambda text: text)
    for entry in record.get("affected", []):
        package = entry.get("package") or {}
        if package.get("ecosystem", "").partition(":")[0] == ecosystem and fold(package.get("name", "")) == fold(name):
            yield entry


def stops_at_git(record, finding):
    """A range of commits stands before the one that would say it."""
    _, ecosystem, name, version, _ = finding
    return any(entry.get("ranges") and version not in entry.get("versions", []) and
               entry["ranges"][0].get("type") not in ("ECOSYSTEM", "SEMVER") and
               any(each.get("type") in ("ECOSYSTEM", "SEMVER") for each in entry["ranges"])
               for entry in affected_entries(record, ecosystem, name))


def other_name(record, finding):
    """The name in the record is another way to write the one in the bill."""
    _, ecosystem, name, _, _ = finding
    return not any(entry["package"]["name"] == name for entry in affected_entries(record, ecosystem, name))


def only_listed(record, finding):
    """The version stands in the list, and in no range."""
    _, ecosystem, name, version, _ = finding
    return any(version in entry.get("versions", []) for entry in affected_entries(record, ecosystem, name))


def has_capitals(record, finding):
    """Its package URL library makes a module's path lower case, and the record's name has capitals."""
    _, ecosystem, name, _, _ = finding
    return ecosystem == "Go" and name != name.lower() and any(affected_entries(record, ecosystem, name))


NO_VERSION = ("", "(devel)", "UNKNOWN", "NOASSERTION")
# (who alone has it, reason, whether it is that one)
REASONS = (
    ("weir", "rpm packages of a bill have no ecosystem in osv-scanner", lambda record, it: it[1] == "AlmaLinux"),
    ("weir", "Bitnami's packages have no ecosystem in osv-scanner", lambda record, it: it[1] == "Bitnami"),
    ("weir", "without a version; the flaw has no fix, osv-scanner leaves such packages out",
     lambda record, it: it[3] in NO_VERSION),
    ("weir", "osv-scanner reads no range of a record behind a range of commits", stops_at_git),
    ("weir", "osv-scanner makes the module's path lower case, the record has capitals in it", has_capitals),
    ("weir", "osv-scanner takes the name as the bill writes it, the record has its normal form", other_name),
    ("osv-scanner", "no version; osv-scanner compares the word as if it were one",
     lambda record, it: it[3] in NO_VERSION),
)


def differences(ours, theirs, records, show_all):
    """Prints them by reason. How many have none."""
    unexplained = 0
    groups = collections.defaultdict(list)
    for who, alone in (("weir", ours - theirs), ("osv-scanner", theirs - ours)):
        for finding in alone:
            record = records[finding[4]]
            reason = next((why for whose, why, holds in REASONS if whose == who and holds(record, finding)), None)
            unexplained += reason is None
            groups[who, reason or "without a reason"].append(finding)
    print(f"  findings: weir {len(ours)}, osv-scanner {len(theirs)}, both {len(ours & theirs)}")
    for (who, reason), found in sorted(groups.items(), key=lambda item: -len(item[1])):
        print(f"  only {who}, {len(found)}: {reason}")
        shown = found if show_all or reason == "without a reason" else found[:2]
        for file, ecosystem, name, version, record in sorted(shown)[:None if show_all else 40]:
            print(f"    {ecosystem} {name} {version!r} {record} ({file})")
    return unexplained


def version_of(program):
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return said.split("\n")[0].strip()


def arguments():
    root = Path(__file__).resolve().parent.parent
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--osv-scanner", default=shutil.which("osv-scanner"))
    parser.add_argument("--corpus", type=Path, default=os.environ.get("WEIR_CORPUS") or root.parent / "shared/corpus")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--bills", type=int, help="only every so many-th of the corpus, until there are N in the batch")
    parser.add_argument("--directory", type=Path, help="to work in; kept")
    parser.add_argument("--all-differences", action="store_true", help="print each, not the first ones of a reason")
    asked = parser.parse_args()
    asked.weir = Path(os.environ.get("WEIR_BINARY", root / "build/weir")).resolve()
    return asked


def main():
    spawner = Spawner()
    asked = arguments()
    work = asked.directory or Path(tempfile.mkdtemp(prefix="weir-vuln-peer-"))
    work.mkdir(parents=True, exist_ok=True)
    tools = Tools(spawner, asked.weir, asked.osv_scanner, work / "answer.json", asked.runs)
    print(version_of(asked.weir), "|", version_of(asked.osv_scanner) if asked.osv_scanner else "no osv-scanner here")
    unexplained = 0
    cargo, records = made_up_cargo(work)
    pairs = [("8,860 cargo components", [cargo], Advisories(work / "cargo", records, asked.weir))]
    bills = corpus_bills(asked.corpus, work / "bills")
    all_records = Advisories(work / "corpus", records_of(asked.corpus), asked.weir)
    middle = min(bills, key=lambda each: (abs(each[1] - 500), each[0].name))
    pairs.append((f"one bill of {middle[1]} packages", [middle[0]], all_records))
    batch = sorted(path for path, _ in bills)
    if asked.bills:
        batch = batch[::max(1, len(batch) // asked.bills)][:asked.bills]
    pairs.append(("bills of the corpus in one batch", batch, all_records))
    for what, files, advisories in pairs:
        ours, theirs = compare(tools, what, files, advisories)
        if len(files) == 1 and files[0] == middle[0]:
            warm(tools, middle[0], advisories.store)
        if theirs is not None:
            unexplained += differences(ours, theirs, advisories.records, asked.all_differences)
    if asked.directory is None:
        shutil.rmtree(work)
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
