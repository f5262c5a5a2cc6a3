#!/usr/bin/env python3
"""Holds the Rego engine against OPA's own evaluation cases.

Usage: run.py REGO_CASES [WORD]     REGO_CASES answers cases; WORD: only cases whose note or folder contains it
A case whose module is refused at load for what docs/formats/rego.md says is refused counts as skipped, and so does one
that known.txt names with a reason. expressions.tsv holds expressions of our own with what OPA 1.22 answers to each:
JSON, `undefined`, or `refused` (at load, here or there). Exits 77 when there is no Go to read OPA's cases with.
"""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
GO_LEAST = (1, 26)
REFUSED = re.compile(r"is refused: |not supported|is no pattern|cannot be replaced by `with`|unexpected keyword")
CLOCK = '{"now": "2026-11-22T20:00:00Z"}'  # a decision's clock; only for cases that ask for it and have no input


def go_version():
    if not shutil.which("go"):
        return None
    text = subprocess.run(["go", "version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.search(r"go(\d+)\.(\d+)", text).groups())


def cases(word):
    out = subprocess.run(["go", "run", "."], cwd=HERE / "cases", capture_output=True, text=True, check=True).stdout
    return [one for line in out.splitlines() if (one := json.loads(line)) and word in one["folder"] + "/" + one["note"]]


# What expressions.tsv may look at.
INPUT = ('{"l":[1,2],"m":10.5,"f":7.0,"n":null,"s":"text","o":{"a":1},"e":[],"b":true,"z":0}')


def expressions(word):
    """Each as the value of a rule."""
    out = []
    for line in (HERE / "expressions.tsv").read_text().split("\n"):
        if not line or line.startswith("#") or word not in "expressions/" + line:
            continue
        text, answer = line.rsplit("\t", 1)
        one = {"note": text, "folder": "expressions", "query": "data.a.p = x", "data": "", "input": INPUT,
               "input_term": "", "modules": [f"package a\n\np := r if {{\n  r := {text}\n}}\n"], "strict_error": False,
               "sort_bindings": False}
        if answer == "refused":
            one["want_error"] = answer
        else:
            one["want_result"] = [] if answer == "undefined" else [{"x": json.loads(answer)}]
        out.append(one)
    return out


def known():
    rows = (line.split("\t", 1) for line in (HERE / "known.txt").read_text().splitlines()
            if line and not line.startswith("#"))
    return {name: reason for name, reason in rows}


def same(a, b):
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b or abs(a - b) <= 1e-15 * max(abs(a), abs(b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return type(a) is type(b) and a == b


def text(value):
    return json.dumps(value, sort_keys=True)


def settled(rows, sort_bindings):
    rows = [{name: sorted(value, key=text) if sort_bindings and isinstance(value, list) else value
             for name, value in row.items()} for row in rows]
    return sorted(rows, key=text)


def judge(case, answer):
    """Why the answer is wrong; None when it is right."""
    if case.get("want_error_code") or case.get("want_error"):
        return None if answer["outcome"] != "answered" else f"no {case.get('want_error_code')}: {answer['text']}"
    if answer["outcome"] != "answered":
        return answer["text"]
    rows = json.loads(answer["text"])
    if case.get("want_result") is not None:
        wanted = settled(case["want_result"], case["sort_bindings"])
        got = settled(rows, case["sort_bindings"])
        return None if same(wanted, got) else f"wanted {text(wanted)}, got {text(got)}"
    if case.get("want_defined") is not None:
        return None if case["want_defined"] == bool(rows) else f"defined: {bool(rows)}"
    return None


def main():
    program, word = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    version = go_version()
    with_go = version is not None and version >= GO_LEAST
    wanted, excused = expressions(word) + (cases(word) if with_go else []), known()
    asked = ("query", "modules", "data", "input", "input_term", "strict_error")
    for case in wanted:
        if not case["input"] and "time.now_ns" in "".join(case["modules"] or []):
            case["input"] = CLOCK
    lines = "".join(json.dumps({name: case[name] for name in asked}) + "\n" for case in wanted)
    run = subprocess.run([program], input=lines, capture_output=True, text=True)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    if len(answers) != len(wanted):
        print(f"FAILED: the engine stopped at {wanted[len(answers)]['note']}\n{run.stderr}")
    passed = failed = skipped = 0
    folders = collections.Counter()
    for case, answer in zip(wanted, answers):
        wrong = judge(case, answer)
        name = case["note"]
        if wrong is None:
            passed += 1
        elif REFUSED.search(answer["text"]) or name in excused or case["folder"] + "/" in excused:
            skipped += 1
            folders[case["folder"]] += 1
        else:
            failed += 1
            print(f"FAILED: {case['folder']}: {name}: {wrong[:600]}")
    print("skipped by folder: " + ", ".join(f"{folder} {count}" for folder, count in sorted(folders.items())))
    failed += len(wanted) - len(answers)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    if failed or passed == 0:
        return 1
    if not with_go:
        print("skipped: no Go of at least 1.26 on the PATH, the Rego engine was NOT held against OPA's own cases")
        return 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
