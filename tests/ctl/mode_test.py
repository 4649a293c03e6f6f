#!/usr/bin/env python3
"""consentctl mode: toggles at run time, and both ends of each in the log.
Writes TAP; BUILD names the folder of the programs."""

import glob
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))

from stage import BUILD, Message, Stage, expect, play  # noqa: E402

CTL = os.path.join(BUILD, "consentctl")
CONTROL = ['control = "control.sock"']


def ctl(*arguments):
    done = subprocess.run([CTL, *arguments], text=True, capture_output=True,
                          timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def path_of(stage):
    return os.path.join(stage.daemon.folder, "control.sock")


def mode(stage, *arguments):
    return ctl("mode", *arguments, "--socket", path_of(stage))


def toggle(stage, *arguments):
    """An order that is carried out, and its answer."""
    rc, out, err = mode(stage, *arguments, "--json")
    expect((0, ""), (rc, err))
    return json.loads(out)


def row_of(stage, category):
    rc, out, _ = mode(stage, "--json")
    expect(0, rc)
    row, = [row for row in json.loads(out)["categories"]
            if row["category"] == category]
    return row


def cookies_at_origin(stage):
    """What the origin gets of cookies of two categories."""
    client = stage.client()
    stage.ask(client, ["GET /page HTTP/1.1", "Cookie: _pk_id=1; ad_x=2"])
    Message(client)
    client.sock.close()
    return [value for name, value in stage.origin.heads[-1].fields
            if name.lower() == "cookie"]


def entries(stage):
    """The log's starts and stops of modes: type, what and why."""
    found = []
    for path in sorted(glob.glob(
            os.path.join(stage.daemon.folder, "log/entries/*"))):
        with open(path, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        found += [(row["type"], row["what"], row["why"]) for row in rows
                  if row.get("what", "").startswith("mode of ")]
    return found


def ended(stage, why, start=0):
    stage.daemon.wait_for(
        lambda line: "mode.ended" in line and why in line, start)


def a_category_is_only_reported_for_a_while():
    with Stage(CONTROL) as stage:
        expect([], cookies_at_origin(stage))
        answer = toggle(stage, "analytics", "report", "--for", "2h")
        expect(("analytics", "report"), (answer["category"], answer["mode"]))
        expect(["_pk_id=1"], cookies_at_origin(stage))
        row = row_of(stage, "analytics")
        expect(("enforce", "report", answer["until"]),
               (row["policy"], row["mode"], row["until"]))
        expect([("start", "mode of analytics: report",
                 "an operator asked for 7200 s, until " + answer["until"])],
               entries(stage))
        rc, out, _ = mode(stage)
        expect((0, True), (rc, "analytics        report until "
                           f"{answer['until']}, then enforce\n" in out))
        expect(True, "essential        required: always passes\n" in out)
        rc, out, _ = ctl("status", "--socket", path_of(stage))
        expect(True, "\nmode           analytics: report until "
               f"{answer['until']}\n" in out)
        rc, out, _ = ctl("status", "--json", "--socket", path_of(stage))
        expect(["analytics"],
               [row["category"] for row in json.loads(out)["modes"]])
        # the other category goes on as it was, and the end is at once
        answer = toggle(stage, "analytics", "--end")
        expect(True, answer["ended"])
        expect([], cookies_at_origin(stage))
        expect(("stop", "mode of analytics: report",
                "an operator ended it"), entries(stage)[-1])
        expect(None, row_of(stage, "analytics")["until"])


def it_ends_by_itself():
    with Stage(CONTROL) as stage:
        toggle(stage, "analytics", "report", "--for", "1s")
        expect(["_pk_id=1"], cookies_at_origin(stage))
        ended(stage, "its time is over")
        expect([], cookies_at_origin(stage))
        stage.daemon.signal("TERM")
        expect(0, stage.daemon.wait())
        expect([("start", "mode of analytics: report"),
                ("stop", "mode of analytics: report")],
               [entry[:2] for entry in entries(stage)])
        expect("its time is over", entries(stage)[-1][2])


def a_worker_that_dies_changes_nothing():
    with Stage(CONTROL) as stage:
        toggle(stage, "analytics", "report", "--for", "1h")
        stage.kill("worker")
        expect(["_pk_id=1"], cookies_at_origin(stage))
        expect("report", row_of(stage, "analytics")["mode"])


def a_notary_that_dies_changes_nothing():
    with Stage(CONTROL) as stage:
        toggle(stage, "analytics", "report", "--for", "1h")
        stage.kill("notary")
        toggle(stage, "analytics", "--end")
        expect(["start", "stop"], [entry[0] for entry in entries(stage)])
        expect([], cookies_at_origin(stage))


def a_reload_ends_it():
    with Stage(CONTROL) as stage:
        toggle(stage, "analytics", "report", "--for", "1h")
        rc, _, _ = ctl("reload", "--socket", path_of(stage))
        expect(0, rc)
        expect([], cookies_at_origin(stage))
        expect(None, row_of(stage, "analytics")["until"])
        # the log has it, and is a whole one
        stage.daemon.signal("TERM")
        expect(0, stage.daemon.wait())
        expect("the configuration was reloaded", entries(stage)[-1][2])
        rc, out, err = ctl("log", "verify",
                           os.path.join(stage.daemon.folder, "log"))
        expect((0, ""), (rc, err))
        rc, out, _ = ctl("log", "list",
                         os.path.join(stage.daemon.folder, "log"))
        expect((0, True),
               (rc, "mode of analytics: report: the configuration was "
                "reloaded" in out))


def a_stop_ends_it():
    with Stage(CONTROL) as stage:
        toggle(stage, "analytics", "report", "--for", "7d")
        toggle(stage, "ads", "report", "--for", "30m")
        stage.daemon.signal("TERM")
        expect(0, stage.daemon.wait())
        expect([("stop", "mode of analytics: report", "consentd stops"),
                ("stop", "mode of ads: report", "consentd stops")],
               entries(stage)[-2:])


def another_order_takes_its_place():
    with Stage(CONTROL) as stage:
        toggle(stage, "analytics", "report", "--for", "1h")
        toggle(stage, "analytics", "report", "--for", "3h")
        found = entries(stage)
        expect(["start", "stop", "start"], [entry[0] for entry in found])
        expect("another order took its place", found[1][2])
        expect(["_pk_id=1"], cookies_at_origin(stage))


def a_category_on_trial_is_enforced_for_a_while():
    policy = ['version = "1";',
              'categories = ( { id = "essential"; required = true; },',
              ' { id = "analytics"; mode = "report"; } );',
              'cookies = ( { name = "_pk_*"; category = "analytics"; },',
              '  { name = "ad_*"; category = "analytics"; '
              'mode = "report"; } );']
    with Stage(CONTROL, start=False) as stage:
        stage.daemon.policy = policy
        stage.daemon.write(CONTROL)
        stage.daemon.start()
        expect(["_pk_id=1; ad_x=2"], cookies_at_origin(stage))
        toggle(stage, "analytics", "enforce", "--for", "5m")
        # what a rule says of itself is nearer
        expect(["ad_x=2"], cookies_at_origin(stage))


def what_is_wrong_is_told():
    with Stage(CONTROL) as stage:
        for code, arguments, why in (
                (1, ["essential", "report", "--for", "1h"], "it is required"),
                (1, ["nothing", "report", "--for", "1h"], "no such category"),
                (1, ["analytics", "enforce", "--for", "1h"],
                 "in that mode already"),
                (1, ["analytics", "--end"], "no mode but the policy's"),
                (2, ["analytics", "report", "--for", "8d"], "from 1s to 7d"),
                (2, ["analytics", "report", "--for", "0s"], "from 1s to 7d"),
                (2, ["analytics", "report", "--for", "x"], "from 1s to 7d"),
                (2, ["analytics", "report"], "say how long"),
                (2, ["analytics", "off", "--for", "1h"], "report or enforce"),
                (2, ["analytics"], "say report or enforce"),
                (2, ["--end"], "name the category"),
                (2, ["--for", "1h"], "name the category"),
                (2, ["analytics", "report", "--for", "1h", "--end"], "alone"),
                (2, ["a", "report", "b", "--for", "1h"], "too many words"),
                (2, ["a\nstatus", "--end"], "no name of a category")):
            rc, out, err = mode(stage, *arguments)
            expect((code, "", True), (rc, out, why in err))
        expect([], entries(stage))
        expect([], cookies_at_origin(stage))


if __name__ == "__main__":
    sys.exit(play([a_category_is_only_reported_for_a_while,
                   it_ends_by_itself, a_worker_that_dies_changes_nothing,
                   a_notary_that_dies_changes_nothing, a_reload_ends_it,
                   a_stop_ends_it, another_order_takes_its_place,
                   a_category_on_trial_is_enforced_for_a_while,
                   what_is_wrong_is_told]))
