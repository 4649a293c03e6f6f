"""What the scripts that hold a page of docs/ against the tests have in common:
the names of tests that a page may use, and TAP."""

import ast
import glob
import re

CASE = re.compile(r"(?:\bTEST|cmocka_unit_test\w*)\(\s*(\w+)")


def read(path):
    """A file's text, or None where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return None


def listed(cell):
    """The names in a cell of a table."""
    return [name.strip() for name in cell.split(",") if name.strip()]


def stems(pattern, front, end):
    """The paths that fit, without what stands before and behind."""
    return {path[len(front):-len(end)] for path in glob.glob(pattern)}


def system_cases():
    """`FOLDER/NAME` of each case of tests/system."""
    return stems("tests/system/*/*.case", "tests/system/", ".case")


def unit_files():
    """`unit/FOLDER/NAME` of each unit test."""
    return stems("tests/unit/*/*_test.c", "tests/", "_test.c")


def unit_cases():
    """`unit/FOLDER/NAME:FUNCTION` of each unit test."""
    return {f"{name}:{case}" for name in unit_files()
            for case in CASE.findall(read(f"tests/{name}_test.c"))}


def functions(path):
    """The tests of a script: what its last lines hand to play()."""
    return {name.id for call in ast.walk(ast.parse(read(path)))
            if isinstance(call, ast.Call)
            and getattr(call.func, "id", "") == "play"
            for name in ast.walk(call) if isinstance(name, ast.Name)}


def report(results):
    """Prints rows of title and complaints as TAP; whether any complains."""
    print(f"1..{len(results)}")
    for number, (title, complaints) in enumerate(results, 1):
        print(f"{'not ' if complaints else ''}ok {number} - {title}")
        for complaint in complaints:
            print(f"# {complaint}")
    return any(complaints for _, complaints in results)
