#!/usr/bin/env python3
"""What docs/NOTICE.md says of curl is so: each command of its console blocks
is run against the demonstration, and prints what the page prints."""

import os
import re
import subprocess
import sys
import tempfile

import proof

PAGE = "docs/NOTICE.md"
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
DAEMON = os.path.abspath(
    os.path.join(os.environ.get("BUILD", "build/release"), "consentd"))
SECONDS = 30


def commands(page):
    """Each command of the page with the text that it prints."""
    for block in BLOCK.findall(page):
        for part in block.split("$ ")[1:]:
            line, _, printed = part.partition("\n")
            yield line, printed


def start():
    """The demonstration, and its plain address."""
    demo = subprocess.Popen([DAEMON, "--demo"], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            text=True)
    for line in demo.stdout:
        if found := re.search("http://localhost:[0-9]+", line):
            return demo, found[0]
    raise SystemExit("the demonstration ended")


def main():
    steps = list(commands(proof.read(PAGE)))
    demo, site = start()
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for command, printed in steps:
            run = subprocess.run(
                ["sh", "-c", command], cwd=folder, text=True, check=False,
                env=dict(os.environ, site=site), capture_output=True,
                timeout=SECONDS)
            if run.stdout != printed:
                wrong.append(f"{command}: prints {run.stdout!r}")
    demo.terminate()
    demo.communicate()
    few = [] if len(steps) > 10 else [f"there are {len(steps)}"]
    return proof.report([("the page has the commands of all ways", few),
                         ("they print what the page says", wrong)])


if __name__ == "__main__":
    sys.exit(main())
