#!/usr/bin/env python3
"""docs/RULES.md and the tests agree: every test that a rule names is there,
and every rule that a test names is on the page."""

import glob
import re
import sys

PAGE = "docs/RULES.md"
ROW = re.compile(r"\| R-(\d+) \|.*\| ([^|]+) \|$")
NUMBER = re.compile(r"\bR-(\d+)\b|\br(\d\d)_[a-z]")


def path_of(name):
    if name.startswith("unit/"):
        return f"tests/{name}_test.c"
    if name.startswith("system/"):
        return f"tests/{name}.case"
    return name


def numbers(text):
    return {int(a or b) for a, b in NUMBER.findall(text)}


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


def main():
    page = read(PAGE).split("## Not built")
    rows = [(int(m[1]), [name for name in m[2].split(", ") if "/" in name])
            for m in map(ROW.match, page[0].splitlines()) if m]
    missing = [f"R-{number}: {name} is not there" for number, names in rows
               for name in names if read(path_of(name)) is None]
    empty = [f"R-{number} names no test" for number, names in rows
             if not names]
    tests = glob.glob("tests/unit/*/*_test.c") \
        + glob.glob("tests/system/*/*.case")
    unknown = [f"{path}: R-{number} is not on the page" for path in tests
               for number in numbers(read(path)) - {row[0] for row in rows}]
    results = [("tests that the page names are there", missing + empty),
               ("rules that tests name are on the page", unknown)]
    print(f"1..{len(results)}")
    for number, (title, complaints) in enumerate(results, 1):
        print(f"{'not ' if complaints else ''}ok {number} - {title}")
        for complaint in complaints:
            print(f"# {complaint}")
    return any(complaints for _, complaints in results)


if __name__ == "__main__":
    sys.exit(main())
