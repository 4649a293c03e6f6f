#!/usr/bin/env python3
"""The life of keys: a new one while visitors choose, one that leaked, and that
of the log. Writes TAP; BUILD names the folder of the programs."""

import base64
import glob
import json
import os
import subprocess
import sys
import threading

from receipt_test import choose
from stage import BUILD, SECONDS, Broken, Message, Stage, expect, play

CONFIG = ['control = "control.sock"', "workers = 2",
          "limits = { choices = 0; }"]
VISITORS = 8            # on connections of their own, under load


def run(*words):
    found = subprocess.run([os.path.join(BUILD, "consentctl"), *words],
                           capture_output=True, text=True, check=False,
                           timeout=SECONDS)
    return found.returncode, found.stdout, found.stderr


def key(stage, *words):
    """An order about keys that is carried out; its answer."""
    code, out, err = run("key", "--json", "-c", stage.daemon.file, *words)
    if code:
        raise Broken(err)
    return json.loads(out)


def kid_of(cookie):
    head = cookie.partition("=")[2].split(".")[0]
    return json.loads(base64.urlsafe_b64decode(head + "=="))["kid"]


def is_decided(stage, client, cookie):
    stage.ask(client, ["GET /.consent/state HTTP/1.1", f"Cookie: {cookie}"])
    return json.loads(Message(client).body)["decided"]


def logged(stage, kind):
    found = []
    for path in sorted(glob.glob(os.path.join(stage.daemon.folder,
                                              "log/entries/*"))):
        with open(path, encoding="utf-8") as file:
            found += [json.loads(line) for line in file]
    return [entry for entry in found if entry["type"] == kind]


class Visitor(threading.Thread):
    """Asks on one connection and never stops; what went wrong stays here."""

    def __init__(self, stage, end):
        super().__init__()
        self.stage, self.end, self.wrong, self.kids = stage, end, [], []
        self.client = stage.client()
        self.cookie = choose(stage, "action=accept")[1]
        self.start()

    def run(self):
        try:
            while not self.end.is_set():
                self.turn()
        except (Broken, OSError, ValueError) as error:
            self.wrong.append(str(error))

    def turn(self):
        """A choice now and then; it counts before and after."""
        self.cookie = choose(self.stage, "action=accept", self.cookie)[1]
        self.kids.append(kid_of(self.cookie))
        for _ in range(8):
            if not is_decided(self.stage, self.client, self.cookie):
                self.wrong.append(f"the choice by {self.kids[-1]} was lost")


def a_new_key_comes_under_load():
    """No choice is lost, no answer is an error, and no connection ends."""
    for algorithm in ("HS256", "ES256"):
        with Stage([*CONFIG, f'token = {{ algorithm = "{algorithm}"; }}']) \
                as stage:
            first = choose(stage, "action=accept")[1]
            end = threading.Event()
            visitors = [Visitor(stage, end) for _ in range(VISITORS)]
            made = [kid_of(first)]
            for _ in range(3):
                answer = key(stage, "rotate")
                made.append(answer["kid"])
                expect(answer["kid"], answer["signs"])
                expect(made[-1], kid_of(choose(stage, "action=accept")[1]))
            end.set()
            for visitor in visitors:
                visitor.join(SECONDS)
                expect([], visitor.wrong)
                expect([], [kid for kid in visitor.kids if kid not in made])
            expect(sorted(made), made)
            expect(True, is_decided(stage, stage.client(), first))
            expect(made[1:], [entry["kid"] for entry in logged(stage, "key")
                              if entry["what"] == "made"])
            expect(made, [row["kid"] for row in key(stage)["keys"]
                          if row["of"] == "tokens"])


def a_key_that_leaked_counts_no_more():
    """In every worker, on connections that are open, out of the cache."""
    with Stage([*CONFIG, 'token = { algorithm = "ES256"; }']) as stage:
        old = choose(stage, "action=accept")[1]
        clients = [stage.client() for _ in range(12)]
        for client in clients:      # both workers have it in their caches
            expect(True, is_decided(stage, client, old))
        answer = key(stage, "revoke", kid_of(old), "--why", "a lost laptop")
        for client in clients:
            expect(False, is_decided(stage, client, old))
        new = choose(stage, "action=accept", old)[1]
        expect(answer["signs"], kid_of(new))
        for client in clients:
            expect(True, is_decided(stage, client, new))
        entry, = (entry for entry in logged(stage, "key")
                  if entry["what"] == "revoked")
        expect((kid_of(old), "ES256", "a lost laptop", answer["seq"]),
               (entry["kid"], entry["alg"], entry["why"], entry["seq"]))
        stage.daemon.wait_for(lambda line: "key.changed" in line
                              and "what=revoked" in line)
        stage.kill("worker")        # those that follow know it as well
        stage.turn()
        expect(False, is_decided(stage, stage.client(), old))
        client = stage.client()
        stage.ask(client, ["GET /.consent/jwks.json HTTP/1.1"])
        expect([kid_of(new)], [row["kid"] for row in
                               json.loads(Message(client).body)["keys"]])


def an_older_key_is_revoked():
    """Those who chose by the other keys are not asked again."""
    with Stage(CONFIG) as stage:
        old = choose(stage, "action=accept")[1]
        signs = key(stage, "rotate")["kid"]
        new = choose(stage, "action=accept")[1]
        answer = key(stage, "revoke", kid_of(old))
        expect(signs, answer["signs"])
        expect(False, is_decided(stage, stage.client(), old))
        expect(True, is_decided(stage, stage.client(), new))


def workers_that_drain_know_it_too():
    """One of an older generation still has a request under way."""
    with Stage([*CONFIG, "workers = 1"]) as stage:
        old = choose(stage, "action=accept")[1]
        client = stage.client()
        stage.ask(client, ["GET /hold HTTP/1.1", f"Cookie: {old}"])
        if not stage.origin.behind.wait(SECONDS):
            raise Broken("the origin did not get so far")
        # pipelined behind it: read and answered after the reload
        worker, = stage.daemon.children("worker")
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(lambda line: "reload.done" in line)
        signs = key(stage, "rotate")["kid"]
        new = choose(stage, "action=accept")[1]
        expect(signs, kid_of(new))
        key(stage, "revoke", kid_of(old))
        expect(True, worker in stage.daemon.children("worker"))
        for cookie in (old, new):
            stage.ask(client, ["GET /.consent/state HTTP/1.1",
                               f"Cookie: {cookie}"])
        stage.origin.on.set()
        Message(client)
        expect(False, json.loads(Message(client).body)["decided"])
        expect(True, json.loads(Message(client).body)["decided"])


def keys_outlive_the_daemon():
    """What was ordered is in the folder: a restart finds it."""
    stage = Stage(CONFIG, start=False)
    stage.daemon.start()
    leaked = choose(stage, "action=accept")[1]
    good = key(stage, "revoke", kid_of(leaked))["signs"]
    chosen = choose(stage, "action=accept")[1]
    stage.daemon.signal("TERM")
    expect(0, stage.daemon.wait())
    with stage:
        stage.daemon.start()
        expect(False, is_decided(stage, stage.client(), leaked))
        expect(True, is_decided(stage, stage.client(), chosen))
        expect(good, kid_of(choose(stage, "action=accept")[1]))
        expect(1, len(glob.glob(os.path.join(
            stage.daemon.folder, f"keys/{kid_of(leaked)}.*.revoked"))))


def verify(stage, keys, *words):
    folder = stage.daemon.folder
    path = os.path.join(folder, "vkeys")
    with open(path, "w", encoding="ascii") as file:
        file.write("\n".join(keys) + "\n")
    return run("log", "verify", "--key", path, *words,
               os.path.join(folder, "log"))


def the_log_gets_another_key():
    """An auditor needs both: the old one for what it kept, the new one for
    what is there now. Then the old file may go."""
    stage = Stage(CONFIG, start=False)
    stage.daemon.start()
    choose(stage, "action=accept")
    before = [row["verifier"] for row in key(stage)["keys"]
              if row["of"] == "checkpoints"]
    kept = os.path.join(stage.daemon.folder, "kept")
    stage.daemon.signal("TERM")
    expect(0, stage.daemon.wait())
    with open(kept, "w", encoding="utf-8") as file:
        file.write(run("log", "checkpoint",
                       os.path.join(stage.daemon.folder, "log"))[1])
    stage.daemon.start()
    made = key(stage, "rotate", "--log")["kid"]
    old, new = (row["verifier"] for row in key(stage)["keys"]
                if row["of"] == "checkpoints")
    expect([old], before)
    choose(stage, "action=accept")
    stage.daemon.signal("TERM")
    expect(0, stage.daemon.wait())
    expect(0, verify(stage, [old, new], "--since", kept)[0])
    expect(0, verify(stage, [new])[0])
    code, out, _ = verify(stage, [old])
    expect((1, True), (code, "checkpoint" in out))
    expect([made], [entry["kid"] for entry in logged(stage, "key")
                    if entry["what"] == "made"])
    gone, = (path for path in glob.glob(os.path.join(
        stage.daemon.folder, "keys/*.ed25519.pem")) if made not in path)
    os.remove(gone)
    with stage:
        stage.daemon.start()
        choose(stage, "action=accept")
        expect(0, verify(stage, [old, new], "--since", kept)[0])


def wrong_orders_change_nothing():
    with Stage(CONFIG) as stage:
        rows = key(stage)["keys"]
        for words, wanted in (
                (["revoke", "20200101T000000Z-abcdef"], "no such key"),
                (["revoke", rows[1]["kid"]], "signs checkpoints"),
                (["revoke", rows[0]["kid"], "--why", "caf\u00e9"], "ASCII")):
            code, _, err = run("key", "-c", stage.daemon.file, *words)
            expect((1, True), (code, wanted in err))
        for words in (["revoke"], ["revoke", "a b"], ["generate", "x"],
                      ["rotate", "now"], ["list", "--log"], ["destroy"]):
            expect(2, run("key", "-c", stage.daemon.file, *words)[0])
        expect(rows, key(stage)["keys"])
        os.chmod(os.path.join(stage.daemon.folder, "keys"), 0o777)
        code, _, err = run("key", "-c", stage.daemon.file, "rotate")
        expect((1, True), (code, "0700" in err))
        os.chmod(os.path.join(stage.daemon.folder, "keys"), 0o700)
        expect(rows, key(stage)["keys"])


def keys_have_an_end():
    """Sixteen at a time; those made long before their successors go."""
    with Stage(CONFIG) as stage:
        folder = os.path.join(stage.daemon.folder, "keys")
        for number in range(15):
            # the year 2020: no token of theirs holds, but for the last's
            path = os.path.join(
                folder, f"20200101T0000{number:02}Z-abcdef.hs256")
            with open(path, "w", opener=lambda *a: os.open(*a, 0o600),
                      encoding="ascii") as file:
                file.write("QUJD" * 11)
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(lambda line: "reload.done" in line)
        expect(16, sum(row["of"] == "tokens" for row in key(stage)["keys"]))
        key(stage, "rotate")
        expect(3, sum(row["of"] == "tokens" for row in key(stage)["keys"]))
        expect(14, len(glob.glob(os.path.join(folder, "*.retired"))))
        expect(14, sum(entry["what"] == "retired"
                       for entry in logged(stage, "key")))


def a_log_that_fails_is_said():
    """The key is revoked all the same: nothing waits for the disk."""
    with Stage(CONFIG) as stage:
        cookie = choose(stage, "action=accept")[1]
        expect(2, len(glob.glob(os.path.join(stage.daemon.folder, "keys/*"))))
        entries = os.path.join(stage.daemon.folder, "log/entries")
        os.rename(entries, entries + ".away")
        with open(entries, "w", encoding="ascii"):
            pass
        code, _, err = run("key", "-c", stage.daemon.file, "revoke",
                           kid_of(cookie))
        expect((1, True), (code, "no notary has logged" in err))
        expect(False, is_decided(stage, stage.client(), cookie))
        os.remove(entries)
        os.rename(entries + ".away", entries)
        stage.daemon.wait_for(lambda line: "notary.log_healed" in line)
        expect(1, sum(entry["what"] == "revoked"
                      for entry in logged(stage, "key")))


def generate_makes_a_key():
    with Stage(CONFIG) as stage:
        folder = os.path.join(stage.daemon.folder, "more")
        for name, end in (("HS256", "hs256"), ("ES256", "es256.pem"),
                          ("Ed25519", "ed25519.pem")):
            code, out, _ = run("key", "generate", "--algorithm", name, folder)
            path = os.path.join(folder, f"{out.strip()}.{end}")
            expect((0, 0o600), (code, os.stat(path).st_mode & 0o777))
        code, _, err = run("key", "generate", "--algorithm", "RS256", folder)
        expect((2, True), (code, "HS256" in err))


if __name__ == "__main__":
    sys.exit(play((a_new_key_comes_under_load,
                   a_key_that_leaked_counts_no_more, an_older_key_is_revoked,
                   workers_that_drain_know_it_too, keys_outlive_the_daemon,
                   the_log_gets_another_key, wrong_orders_change_nothing,
                   keys_have_an_end, a_log_that_fails_is_said,
                   generate_makes_a_key)))
