#!/usr/bin/env python3
"""docs/ENFORCEMENT.md and the tests agree: no row without a page or a case,
no name that is not there, no page without a row; pages of leaks that are open
stand in the rows of those, and in no other."""

import fnmatch
import re
import sys

import proof

PAGE = "docs/ENFORCEMENT.md"
FOLDER = "tests/browser/enforcement"
ROW = re.compile(r"\| (?!path |---)(.+) \|$")
OPEN = "## Open"
LEAST = 30      # rows


def pages(folder):
    """The pages of a folder, as a row names them."""
    front = f"{FOLDER}/{folder}/"
    kind = {"pages": "page", "open": "open"}[folder]
    return {f"{kind}/{name}"
            for name in proof.stems(f"{front}*.html", front, ".html")}


def known():
    """All names that a row may use."""
    return (pages("pages") | pages("open") | proof.unit_cases()
            | {f"system/{name}" for name in proof.system_cases()}
            | {f"proxy/{script}:{name}"
               for script in proof.stems("tests/proxy/*_test.py",
                                         "tests/proxy/", "_test.py")
               for name in proof.functions(
                   f"tests/proxy/{script}_test.py")})


def rows(text):
    """The cells of each row, the names of tests in a list of their own."""
    for line in text.splitlines():
        if match := ROW.match(line):
            cells = [cell.strip() for cell in match[1].split(" | ")]
            yield cells, proof.listed(cells[-2 if len(cells) > 2 else -1])


def unnamed(names, table):
    """Those of names that no row has, by itself or by a glob."""
    used = [pattern for _, patterns in table for pattern in patterns]
    return [f"{name} is in no row" for name in sorted(names)
            if not any(fnmatch.fnmatchcase(name, pattern) for pattern in used)]


def main():
    closed, _, rest = proof.read(PAGE).partition(OPEN)
    table, leaks, names = list(rows(closed)), list(rows(rest)), known()
    bare = [cells[0] for cells, patterns in table
            if len(cells) != 4 or not all(cells) or not patterns]
    missing = [f"{cells[0]}: {pattern} is not there"
               for cells, patterns in table + leaks for pattern in patterns
               if not fnmatch.filter(names, pattern)]
    wrong = [f"{cells[0]}: {pattern} is open" for cells, patterns in table
             for pattern in patterns if pattern.startswith("open/")]
    wrong += [f"{cells[0]}: {pattern} is closed" for cells, patterns in leaks
              for pattern in patterns if not pattern.startswith("open/")]
    return proof.report([
        ("there are rows", [] if len(table) >= LEAST else ["too few"]),
        ("each row says what closes it, what shows it, what remains", bare),
        ("every name is there", missing),
        ("every page is in a row", unnamed(pages("pages"), table)),
        ("every open page is in a row", unnamed(pages("open"), leaks)),
        ("what is open is not called closed", wrong)])


if __name__ == "__main__":
    sys.exit(main())
