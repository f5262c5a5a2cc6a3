#!/usr/bin/env python3
"""Runs the end-to-end tests with the real binary (WEIR_BINARY, else build/weir).

Usage: test/e2e/run.py [WORD...]     only the tests whose full name contains one of the words
One line per test with its time; the last line is `e2e: N passed, N failed, N skipped`.
"""
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "support"))


class Lines(unittest.TestResult):
    """One line per test as it ends; what went wrong below it."""

    def __init__(self):
        super().__init__()
        self.passed = 0

    def startTest(self, test):
        super().startTest(test)
        self.began = time.monotonic()

    def say(self, word, test, detail=""):
        took = time.monotonic() - getattr(self, "began", time.monotonic())
        print(f"{word:7} {took:6.2f} s  {test.id()}", flush=True)
        if detail:
            print("        " + detail.rstrip().replace("\n", "\n        "), flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        self.say("passed", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.say("FAILED", test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.say("FAILED", test, self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.say("skipped", test, reason)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            super().addSubTest(test, subtest, err)
            self.say("FAILED", subtest, (self.failures + self.errors)[-1][1])


def cases(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from cases(item)
        else:
            yield item


def main(words):
    found = unittest.defaultTestLoader.discover(str(HERE), pattern="test_*.py", top_level_dir=str(HERE))
    chosen = [c for c in cases(found) if not words or any(word in c.id() for word in words)]
    result = Lines()
    unittest.TestSuite(chosen).run(result)
    failed = len(result.failures) + len(result.errors)
    print(f"e2e: {result.passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 0 if failed == 0 and result.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
