#!/usr/bin/env python3
"""What docs/TUTORIAL.md says is so: a new user goes its way on the site of the
demonstration, in an empty folder, and sees what the page prints."""

import re
import sys
import tempfile

import console
import proof

PAGE = "docs/TUTORIAL.md"


def main():
    steps = list(console.commands(proof.read(PAGE)))
    with tempfile.TemporaryDirectory() as folder:
        demo, said = console.demo(folder)
        site = re.search(r"without consentd: (http://[^/]+)/", said)[1]
        try:
            wrong = console.wrong_steps(steps, folder, site=site)
        finally:
            demo.terminate()
            demo.communicate()
    way = "".join(printed for _, printed in steps)
    order = [way.find(text) for text in (
        "exit 1", "clean: of third parties", "nothing was seen")]
    lost = [] if -1 < order[0] < order[1] < order[2] else [f"{order}"]
    return proof.report([("the page goes from unknown to clean", lost),
                         ("its commands print what it says", wrong)])


if __name__ == "__main__":
    sys.exit(main())
