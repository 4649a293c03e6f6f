#!/usr/bin/env python3
"""docs/RULES.md and the tests agree: every test that a rule names is there,
and every rule that a test names is on the page."""

import glob
import os
import re
import sys

import proof

PAGE = "docs/RULES.md"
ROW = re.compile(r"\| R-(\d+) \|.*\| ([^|]+) \|$")
NUMBER = re.compile(r"\bR-(\d+)\b|\br(\d\d)_[a-z]")


def numbers(text):
    return {int(a or b) for a, b in NUMBER.findall(text)}


def main():
    known = proof.unit_files() | {f"system/{name}"
                                  for name in proof.system_cases()}
    page = proof.read(PAGE).split("## Not built")
    rows = [(int(m[1]), [n for n in proof.listed(m[2]) if "/" in n])
            for m in map(ROW.match, page[0].splitlines()) if m]
    missing = [f"R-{number}: {name} is not there" for number, names in rows
               for name in names
               if name not in known and not os.path.exists(name)]
    empty = [f"R-{number} names no test" for number, names in rows
             if not names]
    tests = glob.glob("tests/unit/*/*_test.c") \
        + glob.glob("tests/system/*/*.case")
    unknown = [f"{path}: R-{number} is not on the page" for path in tests
               for number in numbers(proof.read(path))
               - {row[0] for row in rows}]
    return proof.report([
        ("tests that the page names are there", missing + empty),
        ("rules that tests name are on the page", unknown)])


if __name__ == "__main__":
    sys.exit(main())
