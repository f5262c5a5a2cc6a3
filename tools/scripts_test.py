"""What the scripts behind the Makefile promise, where it can be tried without installing or building anything."""
import os
import resource
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).parent
LOGS = {
    "ctest": ("1/2 Test #1: base ....   Passed    0.01 sec\n2/2 Test #2: go .....***Skipped   0.00 sec\n"
              "100% tests passed, 0 tests failed out of 2\n", "1 0 1"),
    "ctest, one failed": ("67% tests passed, 1 tests failed out of 3\n", "2 1 0"),
    "the plain line": ("passed 0.1 s x\ne2e: 12 passed, 1 failed, 2 skipped\n", "12 1 2"),
    "node": ("ℹ tests 5\nℹ suites 0\nℹ pass 3\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 0\n", "3 1 1"),
    "nothing": ("", "0 0 0"),
}


def processor_time():
    """Seconds of processor that children which have ended took: a busy machine doesn't change it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Install(unittest.TestCase):
    def setUp(self):
        self.lists = Path(tempfile.mkdtemp(prefix="weir-lists-"))
        self.addCleanup(shutil.rmtree, self.lists)
        self.lists.chmod(0o755)

    def install(self, text, plain_user=False):
        (self.lists / "some.txt").write_text(text)
        script = self.lists / "tools/install"
        script.parent.mkdir(exist_ok=True)
        shutil.copy(TOOLS / "install", script)
        become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if not plain_user or os.geteuid() != 0:
            become = []
        return subprocess.run([*become, script, "some"], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env=os.environ | {"WEIR_PACKAGE_LISTS": str(self.lists), "PATH": "/usr/bin:/bin"})

    def test_says_nothing_and_is_quick_when_nothing_is_missing(self):
        began = processor_time()
        done = self.install("# comment\ncoreutils\n\nbash\n")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertLess(processor_time() - began, 1)

    @unittest.skipIf(shutil.which("sudo"), "sudo is here: it would be asked")
    def test_names_exactly_what_is_missing_to_who_cannot_install(self):
        done = self.install("coreutils\nweir-no-such-a\nweir-no-such-b\n", plain_user=True)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "Missing packages. As root: apt-get install --no-install-recommends "
                                      "weir-no-such-a weir-no-such-b\n")

    def test_an_unknown_list_is_a_usage_error(self):
        self.assertEqual(subprocess.run([TOOLS / "install", "nothing"], capture_output=True).returncode, 2)


class Counts(unittest.TestCase):
    def test_the_closing_lines_of_every_runner_are_counted(self):
        for name, (text, wanted) in LOGS.items():
            with self.subTest(name), tempfile.NamedTemporaryFile("w", suffix=".log") as log:
                log.write(text)
                log.flush()
                done = subprocess.run([TOOLS / "test", "--counts", log.name], capture_output=True, text=True)
                self.assertEqual(done.stdout.strip(), wanted)


class Run(unittest.TestCase):
    def test_stop_ends_nothing_it_did_not_start(self):
        with tempfile.TemporaryDirectory(prefix="weir-run-") as var:
            bystander = subprocess.Popen(["sleep", "60"])
            self.addCleanup(bystander.wait)
            self.addCleanup(bystander.kill)
            # The id of a process that began at another time is not ours.
            Path(var, "server.pid").write_text(f"{bystander.pid} 1\n")
            subprocess.run([TOOLS / "run", "stop"], check=True, env=os.environ | {"VAR": var})
            self.assertIsNone(bystander.poll())


if __name__ == "__main__":
    unittest.main()
