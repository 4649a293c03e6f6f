#!/usr/bin/env python3
"""docs/THREATS.md names a test for each threat, and every one is there."""

import os
import re
import sys

import proof

PAGE = "docs/THREATS.md"
NAME = re.compile(r"[a-z_0-9]+/[a-z_0-9/]+(:[a-z_0-9]+)?$")


def is_there(name):
    """A unit, a case of system/, a script, or a function of either."""
    path, _, function = name.partition(":")
    if path.startswith("unit/"):
        return name in proof.unit_files() | proof.unit_cases()
    if os.path.exists(f"tests/{path}.case"):
        return not function
    script = f"tests/{path}_test.py"
    return os.path.exists(script) \
        and (not function or f"\ndef {function}(" in proof.read(script))


def main():
    page = proof.read(PAGE)
    part = page.split("## What stands against it")[1].split("\n## ")[0]
    rows = [line.strip("|\n ").split(" | ") for line in part.splitlines()
            if line.startswith("| ") and not line.startswith(("| who", "| ---"))]
    odd = [f"{row[1]}: has {len(row)} cells" for row in rows if len(row) != 4]
    named = [(row[1], name) for row in rows for name in proof.listed(row[-1])]
    empty = [row[1] for row in rows if not proof.listed(row[-1])]
    missing = [f"{threat}: {name} is not there" for threat, name in named
               if not NAME.match(name) or not is_there(name)]
    return proof.report([
        ("each threat has a defence and a test", odd + empty),
        ("each test is there", missing),
        ("there are threats", [] if len(rows) > 30 else ["too few"]),
        ("what is not defended is said", []
         if "## What is not defended" in page else ["nothing"])])


if __name__ == "__main__":
    sys.exit(main())
