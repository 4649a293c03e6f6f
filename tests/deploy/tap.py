"""What the tests of this folder share: TAP, and the top of the tree."""

import os

BUILD = os.environ.get("BUILD", "build/release")
TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


class Broken(Exception):
    """What a test found; its text says what."""


def expect(wanted, found):
    if wanted != found:
        raise Broken(f"wanted {wanted!r}, found {found!r}")


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as file:
        return file.read()


def play(tests):
    """Runs functions as tests; writes TAP. Returns the exit status."""
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        try:
            test()
            verdict = "ok"
        except (Broken, OSError, ValueError, LookupError) as error:
            for line in f"{type(error).__name__}: {error}".splitlines():
                print("#", line)
            verdict, failed = "not ok", failed + 1
        print(f"{verdict} {number} - {test.__name__}", flush=True)
    return failed != 0
