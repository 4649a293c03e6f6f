#!/usr/bin/env python3
"""docs/HTTP.md and the cases agree: every row of its tables names a case,
every case that it names is there, and every case of framing is named."""

import ast
import glob
import os
import re
import sys

PAGE = "docs/HTTP.md"
ROW = re.compile(r"\| (?!section|---)([^|]+) \|([^|]+)\|([^|]+)\|([^|]*)\|$")
CASE = re.compile(r"cmocka_unit_test\((\w+)\)")


def functions(path):
    """The tests of a script: what its last lines hand to play()."""
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    return {name.id for call in ast.walk(tree)
            if isinstance(call, ast.Call)
            and getattr(call.func, "id", "") == "play"
            for name in ast.walk(call) if isinstance(name, ast.Name)}


def known():
    """All names that a row may use."""
    names = {path[len("tests/system/"):-len(".case")]
             for path in glob.glob("tests/system/*/*.case")}
    names |= {f"h2/{name}" for name in functions("tests/proxy/h2_test.py")}
    for path in glob.glob("tests/unit/*/*_test.c"):
        with open(path, encoding="utf-8") as file:
            names |= {f"{path[len('tests/'):-len('_test.c')]}:{name}"
                      for name in CASE.findall(file.read())}
    return names


def rows():
    """Section, clause and names of each row."""
    with open(PAGE, encoding="utf-8") as file:
        for line in file:
            if match := ROW.match(line.rstrip("\n")):
                yield (match[1], match[2].strip(), match[3].strip(),
                       [n.strip() for n in match[4].split(",") if n.strip()])
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
    results = [("there are rows", [] if len(table) > 50 else ["too few"]),
               ("no row is without a case", bare),
               ("every case that is named is there", missing),
               ("every case of framing is in a row", loose)]
    print(f"1..{len(results)}")
    for number, (title, complaints) in enumerate(results, 1):
        print(f"{'not ' if complaints else ''}ok {number} - {title}")
        for complaint in complaints:
            print(f"# {complaint}")
    return any(complaints for _, complaints in results)


if __name__ == "__main__":
    sys.exit(main())
