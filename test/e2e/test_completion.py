"""Completion as each shell does it: the script is loaded as its first line says, and a line is completed."""
import os
import pty
import select
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from world import WEIR

PATH = f"{Path(WEIR).resolve().parent}:{os.environ['PATH']}"


def script(shell):
    return subprocess.run([WEIR, "completion", shell], capture_output=True, text=True, check=True).stdout


class Bash(unittest.TestCase):
    def completed(self, *words):
        line = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(["bash", "-c", f"source <('{WEIR}' completion bash); COMP_WORDS=({line}); "
                               'COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _weir; printf "%s\\n" "${COMPREPLY[@]}"'],
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_it_completes_commands_options_and_their_values(self):
        self.assertIn("approve", self.completed("weir", ""))
        self.assertEqual(self.completed("weir", "env", "di"), ["diff"])
        self.assertEqual(self.completed("weir", "env", "diff", "a", "b", "--exit"), ["--exit-code"])
        self.assertEqual(self.completed("weir", "env", "list", "--output", ""), ["table", "json"])
        self.assertEqual(self.completed("weir", "env", "list", "-o", "j"), ["json"])


@unittest.skipUnless(shutil.which("fish"), "there is no fish")
class Fish(unittest.TestCase):
    def completed(self, line):
        with tempfile.TemporaryDirectory(prefix="weir-fish-") as home:
            done = subprocess.run(["fish", "--no-config", "-c",
                                   f"source (weir completion fish | psub); complete -C '{line}'"],
                                  capture_output=True, text=True, check=True,
                                  env=os.environ | {"HOME": home, "PATH": PATH, "XDG_CONFIG_HOME": home})
        self.assertEqual(done.stderr, "")
        return [candidate.split("\t")[0] for candidate in done.stdout.splitlines()]

    def test_it_completes_commands_options_and_their_values(self):
        self.assertIn("approve", self.completed("weir "))
        self.assertEqual(self.completed("weir env di"), ["diff"])
        self.assertEqual(self.completed("weir env diff a b --exit"), ["--exit-code"])
        self.assertEqual(sorted(self.completed("weir env list --output ")), ["json", "table"])
        self.assertEqual(self.completed("weir env list -o j"), ["json"])


@unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
class Zsh(unittest.TestCase):
    """At a terminal of its own: zsh completes nowhere else."""

    def setUp(self):
        self.home = Path(tempfile.mkdtemp(prefix="weir-zsh-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        (self.home / "_weir").write_text(script("zsh"))

    def start(self, load):
        (self.home / ".zshrc").write_text(f"PS1='ready> '; fpath=('{self.home}' $fpath)\n"
                                          f"autoload -Uz compinit; compinit -u -D; {load}\n")
        child, self.terminal = pty.fork()
        if child == 0:
            os.execvpe("zsh", ["zsh", "-d", "-i"], {"HOME": str(self.home), "ZDOTDIR": str(self.home), "PATH": PATH,
                                                   "TERM": "dumb", "LC_ALL": "C.UTF-8"})
        self.addCleanup(os.waitpid, child, 0)
        self.addCleanup(os.close, self.terminal)
        self.addCleanup(os.kill, child, 9)
        self.until("ready> ")

    def until(self, text, seconds=30):
        said, end = "", time.monotonic() + seconds
        while text not in said:
            left = end - time.monotonic()
            self.assertTrue(left > 0 and select.select([self.terminal], [], [], left)[0], f"no {text!r} in {said!r}")
            said += os.read(self.terminal, 65536).decode(errors="replace")
        return said

    def completes(self, line, whole):
        os.write(self.terminal, f"{line}\t".encode())
        said = self.until(whole)
        self.assertNotIn("_arguments", said)
        os.write(self.terminal, b"\x15")  # the line is emptied

    def test_loaded_by_name_the_first_line_is_completed_already(self):
        self.start("")
        self.completes("weir env di", "weir env diff ")
        self.completes("weir env diff a b --exit", "--exit-code ")
        self.completes("weir env list -o j", "-o json ")

    def test_sourced_it_completes_too(self):
        self.start(f"source '{self.home}/_weir'")
        self.completes("weir approva", "weir approval")
        self.completes("weir env diff --exit", "--exit-code ")


if __name__ == "__main__":
    unittest.main()
