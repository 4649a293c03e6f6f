#!/usr/bin/env python3
"""What docs/AUDIT.md says is so: each command of its console blocks is run on
a log of the demonstration, and prints what the page prints; where the page
has an ellipsis, anything may stand."""

import re
import shutil
import sys
import tempfile
import time
import urllib.parse
import urllib.request

import console
import proof

PAGE = "docs/AUDIT.md"
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
NAME = "localhost/consent"


def choose(site, cookie, **form):
    """Makes a choice; returns the token that it gave."""
    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None
    request = urllib.request.Request(
        f"{site}/.consent/choice", urllib.parse.urlencode(form).encode(),
        {"Cookie": cookie} if cookie else {})
    try:
        answer = urllib.request.build_opener(Stay).open(request,
                                                        timeout=console.SECONDS)
    except urllib.error.HTTPError as error:
        answer = error
    assert answer.code == 303, answer.code
    return answer.headers["Set-Cookie"].partition(";")[0]


def covered(log):
    """Waits until the checkpoint covers all entries."""
    end = time.monotonic() + console.SECONDS
    while time.monotonic() < end:
        with open(f"{log}/entries/000000000000.jsonl", "rb") as f:
            entries = f.read().count(b"\n")
        checkpoint = proof.read(f"{log}/checkpoint") or "\n"
        if checkpoint.split("\n")[1] == str(entries):
            return
        time.sleep(.05)
    raise SystemExit("the checkpoint stays behind")


def make_log(folder):
    """A log with four choices, and the keys, as an operator has them."""
    demo, said = console.demo(folder)
    site = re.search("http://localhost:[0-9]+", said)[0]
    home = re.search("--socket (.*)/control.sock", said)[1]
    try:
        token = choose(site, None, action="accept")
        choose(site, None, action="reject")
        token = choose(site, token, action="choose", category="analytics")
        choose(site, token, action="withdraw")
        covered(f"{home}/log")
        shutil.copytree(f"{home}/keys", f"{folder}/keys")
        shutil.copytree(f"{home}/log", f"{folder}/log")
    finally:
        demo.terminate()
        demo.communicate()


def main():
    page = proof.read(PAGE)
    steps = list(console.commands(page))
    with tempfile.TemporaryDirectory() as folder:
        make_log(folder)
        with open(f"{folder}/check.py", "w", encoding="utf-8") as f:
            f.write("".join(PYTHON.findall(page)))
        wrong = console.wrong_steps(
            steps, folder, keys=f"{folder}/keys", name=NAME)
    few = [] if len(steps) > 20 else [f"there are {len(steps)}"]
    return proof.report([("the page goes from a key to a verdict", few),
                         ("its commands print what it says", wrong)])


if __name__ == "__main__":
    sys.exit(main())
