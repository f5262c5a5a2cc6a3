#!/usr/bin/env python3
"""Holds an exported ledger against foreign code: Go's sumdb packages and, where it is named, Tessera's fsck.

Usage: run.py LEDGER_EXPORT [COUNT]
WEIR_TESSERA_FSCK may name Tessera's fsck program. Exits 77 when there is no Go to build the checker with.
"""
import functools
import http.server
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
TOKEN = "conformance-token"
GO_LEAST = (1, 21)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the export to who brings the token, at the path of a real server."""

    def do_GET(self):
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.send_error(401)
        return super().do_GET()

    def translate_path(self, path):
        return super().translate_path(path.removeprefix("/v1/orgs/default/ledger"))

    def log_message(self, *_):
        pass


def go_version():
    if not shutil.which("go"):
        return None
    text = subprocess.run(["go", "version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.search(r"go(\d+)\.(\d+)", text).groups())


def serve(directory):
    handler = functools.partial(Handler, directory=str(directory))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_address[1]}/v1/orgs/default/ledger"


def check(checker, url, tree):
    vkey = (tree / "vkey").read_text()
    proofs = ",".join(sorted((path.name for path in (tree / "proof").iterdir()), key=int))
    return subprocess.run([checker, "-url", url, "-token", TOKEN, "-vkey", vkey, "-proofs", proofs,
                           "-old", tree / "checkpoint.old"], capture_output=True, text=True)


def fsck(program, url, tree):
    key = tree.parent / "vkey.txt"
    key.write_text((tree / "vkey").read_text() + "\n")
    return subprocess.run([program, f"--storage_url={url}/", f"--public_key={key}", f"--bearer_token={TOKEN}",
                           "--ui=false"], capture_output=True, text=True)


def flip(path, offset):
    content = bytearray(path.read_bytes())
    content[offset] ^= 1
    path.write_bytes(content)


def damages(tree):
    """One changed bit in each kind of file: (path, offset)."""
    bundle = tree / "tile/entries/000"
    proof = sorted((tree / "proof").iterdir(), key=lambda path: int(path.name))[1]
    return [(bundle, 2 + 30), (tree / "tile/0/000", 32 * 17), (next((tree / "tile/1").rglob("*.p/*")), 3),
            (tree / "checkpoint", len((tree / "vkey").read_text().split("+")[0]) + 1), (proof, 60),
            (tree / "checkpoint.old", -9)]


def main():
    export, count = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "3000"
    version = go_version()
    if version is None or version < GO_LEAST:
        print("skipped: no Go of at least 1.21 on the PATH, the ledger was NOT held against foreign code")
        return 77
    passed = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        checker = f"{scratch}/ledgercheck"
        subprocess.run(["go", "build", "-o", checker, "."], cwd=HERE / "checker", check=True)
        tree = pathlib.Path(scratch) / "ledger"
        print(subprocess.run([export, tree, count], capture_output=True, text=True, check=True).stdout, end="")
        url = serve(tree)

        def expect(name, good, run):
            nonlocal passed, failed
            passed, failed = (passed + 1, failed) if good else (passed, failed + 1)
            print(f"{'ok' if good else 'FAILED'}: {name}\n{run.stdout}{run.stderr}", end="")

        sound = check(checker, url, tree)
        expect("Go's sumdb packages verify the whole ledger", sound.returncode == 0, sound)
        for path, offset in damages(tree):
            flip(path, offset)
            damaged = check(checker, url, tree)
            expect(f"a changed bit in {path.relative_to(tree)} is found", damaged.returncode == 1, damaged)
            flip(path, offset)
        if program := os.environ.get("WEIR_TESSERA_FSCK"):
            foreign = fsck(program, url, tree)
            expect("Tessera's fsck verifies the whole ledger", foreign.returncode == 0, foreign)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
