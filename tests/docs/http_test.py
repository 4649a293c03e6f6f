#!/usr/bin/env python3
"""docs/HTTP.md and the cases agree: every row of its tables names a case,
every case that it names is there, and every case of framing is named."""

import os
import re
import sys

import proof

PAGE = "docs/HTTP.md"
ROW = re.compile(r"\| (?!section|---)([^|]+) \|([^|]+)\|([^|]+)\|([^|]*)\|$")


def known():
    """All names that a row may use."""
    return (proof.system_cases() | proof.unit_cases()
            | {f"{file}/{name}" for file in ("h2", "leave")
               for name in proof.functions(f"tests/proxy/{file}_test.py")})


def rows():
    """Section, clause and names of each row."""
    for line in proof.read(PAGE).splitlines():
        if match := ROW.match(line):
            yield (match[1], match[2].strip(), match[3].strip(),
                   proof.listed(match[4]))
        elif line.startswith("| ") and not re.match(
                r"\| (section|---) ", line):
            yield line[:60], "", "", []     # not of that shape


def main():
    table, names = list(rows()), known()
    bare = [f"{section}: {clause}" for section, clause, does, cases in table
            if not (clause and does and cases)]
    missing = [f"{section}: {name} is not there"
               for section, _, _, cases in table
               for name in cases if name not in names]
    named = {name for row in table for name in row[3]}
    loose = [f"{name} is in no row" for name in sorted(names - named)
             if os.path.dirname(name) == "framing"]
    return proof.report([
        ("there are rows", [] if len(table) > 50 else ["too few"]),
        ("no row is without a case", bare),
        ("every case that is named is there", missing),
        ("every case of framing is in a row", loose)])


if __name__ == "__main__":
    sys.exit(main())
