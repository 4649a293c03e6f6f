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


def expiries(stage):
    """The confirmed and unconfirmed ones of all entries so far."""
    found = entries(stage, "enforcement")
    return (sum(entry["confirmed"] for entry in found),
            sum(entry["unconfirmed"] for entry in found))


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


class Jar:
    """A browser's cookies on one page: its Cookie line, and what a line that
    deletes them leaves of it."""

    def __init__(self, *names):
        self.names = {name: "1" for name in names}

    def line(self):
        return "Cookie: " + "; ".join(f"{name}={value}" for name, value
                                      in self.names.items())

    def take(self, answer, immortal=()):
        lines = answer.values("Set-Cookie")
        for line in lines:
            pair, *attributes = line.split("; ")
            name, _, value = pair.partition("=")
            if "Max-Age=0" not in attributes:
                self.names[name] = value
            elif name not in immortal:
                self.names.pop(name, None)
        return len([line for line in lines if "Max-Age=0" in line])


def what_was_withdrawn_is_confirmed():
    """Three cookies end with a withdrawal; the browser keeps one of them."""
    with Kept("1s") as stage:
        jar = Jar("_pk_id", "_pk_ses", "session", "ad_x")
        body = b"action=withdraw&return=/a/page"
        client = stage.client()
        stage.ask(client, ["POST /.consent/choice HTTP/1.1", jar.line(),
                           "Content-Type: application/x-www-form-urlencoded",
                           f"Content-Length: {len(body)}",
                           "Sec-Fetch-Site: same-origin"], body)
        answer = Message(client)
        expect("303", answer.start.split()[1])
        expect(True, 0 < jar.take(answer, ["ad_x"]) <= 40)
        expect({"session", "ad_x"},
               {name for name in jar.names if "consent" not in name})
        until(lambda: entries(stage, "choice"))
        rounds = 0
        while jar.take(get(stage, "/a/page", jar.line()), ["ad_x"]):
            rounds += 1
            expect(True, rounds < 10)
        until(lambda: expiries(stage)[1] == rounds + 1)
        expect((2, rounds + 1), expiries(stage))
        # the site never heard of any of it
        expect(True, len(stage.origin.heads) > rounds)
        expect([], [head for head in stage.origin.heads
                    if "swept" in str(head)])
        verify(stage)


def what_a_browser_kept_goes_without_a_choice():
    stage = Kept()
    with stage:
        jar = Jar("ad_x", "session")
        answer = get(stage, "/a", jar.line())
        expect(["private, no-cache"], answer.values("Cache-Control"))
        expect(True, jar.take(answer) > 0)
        expect(0, len([name for name in jar.names if name == "ad_x"]))
        jar.take(get(stage, "/b", jar.line()))
        expect(["session"], list(jar.names))
        expect([], get(stage, "/a", jar.line()).values("Set-Cookie"))
    expect((1, 0), expiries(stage))


if __name__ == "__main__":
    sys.exit(play([sums_come_in_time, what_is_left_comes_at_the_end,
                   nothing_is_lost_with_a_notary, reports_become_incidents,
                   a_reload_goes_on, what_was_withdrawn_is_confirmed,
                   what_a_browser_kept_goes_without_a_choice]))
