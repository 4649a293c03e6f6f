#!/usr/bin/env python3
"""What was withheld comes into the consent log as sums, and what could not be
as incidents: in time, at the end, over kills and reloads, and nothing twice.
Writes TAP; BUILD names the folder of the programs."""

import glob
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from stage import BUILD, SECONDS, Broken, Message, Stage, expect, play

REPORT = json.dumps([{"type": "csp-violation", "body": {
    "blockedURL": "https://a.stats.example/x?secret",
    "documentURL": "https://library.example/secret",
    "effectiveDirective": "img-src", "disposition": "report"}}])


class Kept(Stage):
    """A stage whose log outlives the daemon."""

    def __init__(self, summary="1h"):
        self.kept = tempfile.TemporaryDirectory(prefix="consentd-")
        self.log = os.path.join(self.kept.name, "log")
        super().__init__([f'log = {{ directory = "{self.log}"; '
                          f'summary = "{summary}"; }}'])


def entries(stage, kind):
    found = []
    pattern = os.path.join(stage.log, "entries/*.jsonl")
    for path in sorted(glob.glob(pattern)):
        with open(path, encoding="utf-8") as file:
            found += [json.loads(line) for line in file]
    return [entry for entry in found if entry["type"] == kind]


def until(check):
    """Looks again until check finds something."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = check()
        if found:
            return found
    raise Broken("it did not come in time")


def sums(stage):
    """The sums of all entries so far: responses, and each rule's."""
    screened, rules = 0, {}
    for entry in entries(stage, "enforcement"):
        screened += entry["screened"]
        for row in entry["removed"]:
            key = row["rule"], row["category"], row["state"]
            rules[key] = rules.get(key, 0) + row["count"]
    return screened, rules


def get(stage, path, *fields):
    client = stage.client()
    stage.ask(client, [f"GET {path} HTTP/1.1", *fields])
    return Message(client)


def verify(stage):
    done = subprocess.run([os.path.join(BUILD, "consentctl"), "log", "verify",
                           stage.log], capture_output=True, text=True, check=False)
    expect(0, done.returncode)
    return subprocess.run([os.path.join(BUILD, "consentctl"), "log", "list",
                           stage.log], capture_output=True, text=True,
                          check=True).stdout


def sums_come_in_time():
    with Kept("1s") as stage:
        get(stage, "/a", "Cookie: _pk_id=1; session=2")
        get(stage, "/collect?x=1")
        until(lambda: sums(stage)[1].get(
            ("path /collect*", "analytics", "undecided")))
        until(lambda: sums(stage)[0] == 1)
        expect({("cookie _pk_*", "analytics", "undecided"): 1,
                ("path /collect*", "analytics", "undecided"): 1},
               sums(stage)[1])
        expect([], [head for head in stage.origin.requests
                    if "collect" in head[0]])


def what_is_left_comes_at_the_end():
    stage = Kept()
    with stage:
        for _ in range(3):
            get(stage, "/a", "Cookie: ad_x=1")
        expect([], entries(stage, "enforcement"))
    expect((3, {("cookie ad_*", "ads", "undecided"): 3}), sums(stage))
    kinds = [entries(stage, kind)[-1]["seq"]
             for kind in ("enforcement", "stop")]
    expect(True, kinds[0] < kinds[1])


def nothing_is_lost_with_a_notary():
    """It is killed in between: the next one has its account, and what is in
    the log is not logged again."""
    stage = Kept("1s")
    with stage:
        get(stage, "/a", "Cookie: ad_x=1")
        stage.kill("notary")
        get(stage, "/a", "Cookie: ad_x=1")
        until(lambda: sums(stage)[0] == 2)
        until(lambda: stage.daemon.children("notary"))
        get(stage, "/a", "Cookie: ad_x=1")
        stage.kill("notary")
        until(lambda: stage.daemon.children("notary"))
    expect((3, {("cookie ad_*", "ads", "undecided"): 3}), sums(stage))


def reports_become_incidents():
    with Kept("1s") as stage:
        for _ in range(2):
            client = stage.client()
            stage.ask(client, ["POST /.consent/report HTTP/1.1",
                               "Content-Type: application/reports+json",
                               f"Content-Length: {len(REPORT)}"],
                      REPORT.encode())
            expect("204", Message(client).start.split()[1])
        until(lambda: sum(entry["count"] for entry
                          in entries(stage, "incident")) == 2)
        what = {entry["what"] for entry in entries(stage, "incident")}
        expect({"a browser told that it loaded what is withheld: "
                "host stats.example (analytics)"}, what)
        listed = verify(stage)
        expect(True, "incident" in listed and "enforcement" in listed)
        expect(False, any("secret" in line for line in stage.daemon.lines))


def a_reload_goes_on():
    stage = Kept()
    with stage:
        get(stage, "/a", "Cookie: ad_x=1")
        stage.daemon.process.send_signal(signal.SIGHUP)
        stage.daemon.wait_for(lambda line: "reload.done" in line)
        get(stage, "/a", "Cookie: ad_x=1")
    expect({("cookie ad_*", "ads", "undecided"): 2}, sums(stage)[1])


if __name__ == "__main__":
    sys.exit(play([sums_come_in_time, what_is_left_comes_at_the_end,
                   nothing_is_lost_with_a_notary, reports_become_incidents,
                   a_reload_goes_on]))
