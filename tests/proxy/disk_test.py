#!/usr/bin/env python3
"""A log that cannot be written: what is granted, refused and served while the
disk is full, read-only or broken, and after. strace answers for the disk.
Writes TAP; BUILD names the folder of the programs."""

import os
import re
import signal
import subprocess
import sys
import time

from receipt_test import choose, get
from stage import BUILD, SECONDS, Broken, Message, Stage, expect, play

ADMIN = re.compile(r"admin\.listening url=http://[^:]+:(\d+)/")
# a call that strace fails is none that the sandbox knows
CONFIG = ['admin = "127.0.0.1:0"', "sandbox = false"]


class Disk:
    """Lets calls of the notary fail, or take longer, until it is left; how is
    told as strace wants it. With heirs, those of whoever the parent makes."""

    def __init__(self, stage, calls, how, heirs=False):
        self.stage, self.calls, self.how = stage, calls, how
        self.pid = (stage.daemon.process.pid if heirs
                    else stage.daemon.children("notary")[0])

    def __enter__(self):
        self.strace = subprocess.Popen(
            ["strace", "-f", "-p", str(self.pid),
             "-e", f"trace={self.calls}",
             "-e", f"inject={self.calls}:{self.how}"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        line = self.strace.stderr.readline()
        if "attached" not in line:
            raise Broken(f"strace: {line}")
        return self

    def __exit__(self, *_):
        self.strace.send_signal(signal.SIGINT)
        self.strace.communicate(timeout=SECONDS)


def post(stage, form, cookie=None):
    client = stage.client()
    stage.ask(client, ["POST /.consent/choice HTTP/1.1",
                       "Content-Type: application/x-www-form-urlencoded",
                       *([f"Cookie: {cookie}"] if cookie else []),
                       f"Content-Length: {len(form)}"], form.encode())
    return Message(client)


def code(answer):
    return answer.start.split()[1]


def consent_of(stage, cookie):
    """What the origin is told of a visitor, whose page must be served."""
    expect("200", code(get(stage, "/page", f"Cookie: {cookie}")))
    return stage.origin.heads[-1].values("Consent")


def is_ready(stage):
    line = stage.daemon.wait_for(ADMIN.search)
    port = int(ADMIN.search(line).group(1))
    client = stage.client(port)
    stage.ask(client, ["GET /readyz HTTP/1.1"])
    return code(Message(client)) == "200"


def becomes(stage, wanted):
    """Asks until it is so."""
    end = time.monotonic() + SECONDS
    while is_ready(stage) != wanted:
        if time.monotonic() > end:
            raise TimeoutError(f"it never was: ready {wanted}")


def fails_toward_privacy(calls, how):
    with Stage(CONFIG) as stage:
        _, granted = choose(stage, "action=accept")
        before = consent_of(stage, granted)
        becomes(stage, True)
        with Disk(stage, calls, how):
            answer = post(stage, "action=accept")
            expect(("503", []), (code(answer), answer.values("Set-Cookie")))
            becomes(stage, False)
            # pages go on under the last proven choice
            expect(before, consent_of(stage, granted))
            answer = post(stage, "action=reject", granted)
            expect("503", code(answer))
            expect(True, any("Max-Age=0" in each for each
                             in answer.values("Set-Cookie")))
        becomes(stage, True)
        seq, token = choose(stage, "action=accept")
        expect(before, consent_of(stage, token))
        expect("200", code(get(stage, "/.consent/receipt",
                               f"Cookie: {token}")))
        log = os.path.join(stage.daemon.folder, "log")
        expect(0, subprocess.run([os.path.join(BUILD, "consentctl"), "log",
                                  "verify", log],
                                 stdout=subprocess.DEVNULL).returncode)


def a_full_disk_grants_nothing():
    fails_toward_privacy("pwrite64", "error=ENOSPC")


def a_disk_that_breaks_grants_nothing():
    fails_toward_privacy("fdatasync", "error=EIO")


def many_at_once_are_refused_as_one():
    """Tokens are made while the disk syncs: none may leave when it fails."""
    with Stage([*CONFIG, "limits = { choices = 0; }"]) as stage:
        choose(stage, "action=accept")
        with Disk(stage, "fdatasync", "error=EIO"):
            clients = [stage.client() for _ in range(40)]
            for client in clients:
                stage.ask(client, [
                    "POST /.consent/choice HTTP/1.1", "Content-Length: 13",
                    "Content-Type: application/x-www-form-urlencoded"],
                    b"action=accept")
            for client in clients:
                answer = Message(client)
                expect(("503", []),
                       (code(answer), answer.values("Set-Cookie")))
        becomes(stage, True)
        choose(stage, "action=accept")
        with open(os.path.join(stage.daemon.folder, "log/entries",
                               "000000000000.jsonl"), encoding="utf-8") as f:
            expect(2, f.read().count('"act":"accept"'))


def a_checkpoint_that_fails_is_made_up_for():
    """Choices are on the disk all the same; what is late is their proof."""
    with Stage(CONFIG) as stage:
        with Disk(stage, "renameat", "error=EROFS"):
            _, token = choose(stage, "action=accept")
            becomes(stage, False)
            expect("303", code(post(stage, "action=reject")))
        becomes(stage, True)
        expect("200", code(get(stage, "/.consent/receipt",
                               f"Cookie: {token}")))


def a_slow_disk_is_told():
    """Who waits for it gets an answer, and the operator the reason."""
    with Stage(CONFIG) as stage:
        choose(stage, "action=accept")
        with Disk(stage, "fdatasync", "delay_exit=1100000"):
            expect("303", code(post(stage, "action=reject")))
            line = stage.daemon.wait_for(lambda line: "notary.log_slow" in line)
        expect(True, int(re.search(r" step=commit ms=(\d+)$", line).group(1)) >= 1100)


def a_slow_opening_is_told():
    with Stage(CONFIG) as stage:
        choose(stage, "action=accept")
        # of each process that is traced the first
        with Disk(stage, "fsync", "delay_exit=1100000:when=1", heirs=True):
            stage.daemon.signal("HUP")
            line = stage.daemon.wait_for(lambda line: "step=open" in line)
            stage.daemon.wait_for(lambda line: "reload.done" in line)
        took, worked = re.search(r" ms=(\d+) cpu_ms=(\d+)$", line).groups()
        expect((True, True), (int(took) >= 1100, int(worked) < 1100))
        choose(stage, "action=reject")


if __name__ == "__main__":
    sys.exit(play((a_full_disk_grants_nothing,
                   a_disk_that_breaks_grants_nothing,
                   many_at_once_are_refused_as_one,
                   a_checkpoint_that_fails_is_made_up_for,
                   a_slow_disk_is_told,
                   a_slow_opening_is_told)))
