#!/usr/bin/env python3
"""consentctl log erase, as an operator calls it, and what is erased by age.
Writes TAP; BUILD names the folder of the programs."""

import base64
import glob
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))

import tlog  # noqa: E402
from stage import (BUILD, SECONDS, Broken, Message, Stage, expect,  # noqa: E402
                   play)

CTL = os.path.join(BUILD, "consentctl")
CONTROL = ['control = "control.sock"']
POST = ["POST /.consent/choice HTTP/1.1",
        "Content-Type: application/x-www-form-urlencoded"]
NOBODY = "-" + "n" * 20 + "A"


def ctl(*arguments):
    done = subprocess.run([CTL, "log", *arguments], text=True,
                          capture_output=True, timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def erase(stage, subject, *options):
    return ctl("erase", subject, "-c", stage.daemon.file, *options)


def log_of(stage):
    return os.path.join(stage.daemon.folder, "log")


def choose(stage, form, cookie=None):
    """The cookie that answers a choice, and the subject in it."""
    client = stage.client()
    lines = POST + ([f"Cookie: {cookie}"] if cookie else [])
    stage.ask(client, lines + [f"Content-Length: {len(form)}"],
              form.encode())
    answer = Message(client)
    expect("303", answer.start.split()[1])
    cookie = answer.values("Set-Cookie")[0].split(";")[0]
    claims = cookie.split("=", 1)[1].split(".")[1]
    claims += "=" * (-len(claims) % 4)
    return cookie, json.loads(base64.urlsafe_b64decode(claims)).get("sub")


def files_with(stage, text):
    """Every file below the log's folder that holds it, hidden ones too."""
    found = []
    for folder, _, names in os.walk(log_of(stage)):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                if text.encode() in file.read():
                    found.append(path)
    return found


def lines_of(stage):
    lines = []
    for path in sorted(glob.glob(f"{log_of(stage)}/entries/*.jsonl")):
        with open(path, "rb") as file:
            lines += file.read().splitlines()
    return lines


def root_of(lines):
    leaves = []
    for line in lines:
        entry = json.loads(line)
        leaves.append(bytes.fromhex(entry["erased"]) if "erased" in entry
                      else tlog.leaf_hash(line))
    return tlog.root_hash(leaves)


def checkpoint(stage):
    try:
        with open(f"{log_of(stage)}/checkpoint", encoding="utf-8") as file:
            _, size, root = file.read().splitlines()[:3]
    except FileNotFoundError:
        return 0, b""       # none was published yet
    return int(size), base64.b64decode(root)


def wait_for(check):
    deadline = time.monotonic() + SECONDS
    while not check():
        if time.monotonic() > deadline:
            raise Broken("it does not come")
        time.sleep(0.01)


def expect_tree(stage):
    """The checkpoint comes to be that of the lines, which hold together."""
    wait_for(lambda: checkpoint(stage)[0] == len(lines_of(stage)))
    expect(root_of(lines_of(stage)), checkpoint(stage)[1])
    expect((0, ""), ctl("verify", log_of(stage))[::2])


def a_subject_is_erased():
    """R-24: of the visitor nothing is left, and the log verifies."""
    with Stage(CONTROL) as stage:
        cookie, hers = choose(stage, "action=accept")
        other, his = choose(stage, "action=accept")
        choose(stage, "action=choose&category=ads", cookie)
        choose(stage, "action=withdraw", cookie)
        size = len(lines_of(stage))
        wait_for(lambda: checkpoint(stage)[0] == size)
        expect(True, len(files_with(stage, hers)) > 1)
        expect((0, f"3 entries erased, says entry {size}\n", ""),
               erase(stage, hers, "--why", "her letter of May 3"))
        expect([], files_with(stage, hers))
        entry = json.loads(lines_of(stage)[size])
        expect(("erase", "her letter of May 3", 3),
               (entry["type"], entry["why"], len(entry["entries"])))
        for seq in entry["entries"]:
            expect({"seq", "erased", "by"}, set(json.loads(
                lines_of(stage)[seq])))
        expect_tree(stage)
        expect((1, "", "consentctl log erase: no entry\n"),
               erase(stage, hers))
        # the others go on
        choose(stage, "action=withdraw", other)
        rc, out, _ = erase(stage, his, "--json")
        expect((0, 2), (rc, json.loads(out)["entries"]))
        expect_tree(stage)


def who_is_not_there_changes_nothing():
    with Stage(CONTROL) as stage:
        _, hers = choose(stage, "action=accept")
        before = lines_of(stage)
        expect((1, "", "consentctl log erase: no entry\n"),
               erase(stage, NOBODY))
        rc, out, _ = erase(stage, NOBODY, "--json")
        expect((1, {"entries": 0, "seq": None}), (rc, json.loads(out)))
        for arguments in ((), ("short",), (hers + "A",), (hers, "--all"),
                          (hers, "--why", "x" * 192), (hers, "--why", "a\nb"),
                          (hers, "--why", f"of {hers}")):
            expect(2, ctl("erase", *arguments, "-c", stage.daemon.file)[0])
        expect(1, erase(stage, hers, "--why", b"\xff")[0])
        expect(2, ctl("erase", hers, "--socket", "/nowhere")[0])
        expect(before, lines_of(stage))
        expect(0, ctl("erase", "--help")[0])


def give(stage, line):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(SECONDS)
    sock.connect(os.path.join(stage.daemon.folder, "control.sock"))
    sock.sendall(line)
    return sock


def take(sock):
    with sock:
        answer = b""
        while more := sock.recv(4096):
            answer += more
        return json.loads(answer)


def order(stage, line):
    return take(give(stage, line))


def what_is_no_order_is_refused():
    with Stage(CONTROL) as stage:
        subject = NOBODY.encode()
        for line in (b"erase", b"erase ", b"erase  ", b"erase short",
                     b"erase " + subject + b"A", b"eraser " + subject,
                     b"erase " + subject + b" " + b"x" * 192,
                     b"erase " + subject + b" x\0y",
                     b"erase \"" + subject[1:],
                     b"erase " + subject + b" of " + subject,
                     b"status now", b"reload " + subject, b"x" * 255):
            expect(["error"], list(order(stage, line + b"\n")))
        expect({"entries": 0, "seq": None},
               order(stage, b"erase " + subject + b"\n"))


def several_are_erased_one_after_the_other():
    with Stage(CONTROL) as stage:
        subjects = [choose(stage, "action=accept")[1] for _ in range(12)]
        done = []
        threads = [threading.Thread(
            target=lambda each=each: done.append(erase(stage, each)[0]))
            for each in subjects]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expect([0] * 12, done)
        for each in subjects:
            expect([], files_with(stage, each))
        expect_tree(stage)


def a_notary_that_dies_leaves_nobody_waiting():
    with Stage(CONTROL) as stage:
        _, hers = choose(stage, "action=accept")
        os.kill(stage.daemon.children("notary")[0], signal.SIGSTOP)
        waiting = give(stage, f"erase {hers}\n".encode())
        for _ in range(3):      # the parent has taken it before the last
            order(stage, b"status\n")
        stage.kill("notary")
        expect({"error": "the notary has ended: nothing was erased"},
               take(waiting))
        expect(0, erase(stage, hers)[0])
        expect([], files_with(stage, hers))
        expect_tree(stage)


# ---- what is old --------------------------------------------------------

POLICY = '{"version":"1"}'
NOTICE = '{"title":"Cookies"}'
OLD = "o" * 21 + "A"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def old_log(folder):
    """A log of two years ago, from docs/LEDGER.md and not by the daemon."""
    def head(seq, kind):
        return {"seq": seq, "id": f"{seq:021d}A",
                "time": f"2024-11-01T10:00:0{seq}.000Z", "type": kind,
                "node": "n/1", "version": "1.0"}
    entries = [{**head(0, "start"), "what": "notary", "why": "a new log"},
               {**head(1, "policy"), "hash": sha256(POLICY)},
               {**head(2, "notice"), "hash": sha256(NOTICE)}]
    for seq in range(3, 7):
        entries.append({
            **head(seq, "choice"), "sub": OLD, "act": "accept",
            "granted": ["analytics"], "denied": [], "policy": sha256(POLICY),
            "notice": sha256(NOTICE), "lang": "en", "signal": "none",
            "via": "notice", "kid": "k1"})
    for name, text in (("policies", POLICY), ("notices", NOTICE)):
        os.makedirs(f"{folder}/{name}", mode=0o700)
        with open(f"{folder}/{name}/{sha256(text)}.json", "w",
                  encoding="utf-8") as file:
            file.write(text)
    os.makedirs(f"{folder}/entries", mode=0o700)
    for first, some in ((0, entries[:5]), (5, entries[5:])):
        with open(f"{folder}/entries/{first:012d}.jsonl", "w",
                  encoding="utf-8") as file:
            for entry in some:
                file.write(json.dumps(entry, separators=(",", ":")) + "\n")


def old_choices_go_by_themselves():
    """R-24: by whole segments, as soon as the daemon starts."""
    stage = Stage(['log = { retain_days = 215; }'], start=False)
    old_log(log_of(stage))
    stage.daemon.start()
    with stage:
        wait_for(lambda: not files_with(stage, OLD))
        _, hers = choose(stage, "action=accept")
        expect_tree(stage)
        entries = [json.loads(line) for line in lines_of(stage)]
        expect([3, 4, 5, 6],
               [each["seq"] for each in entries if "erased" in each])
        expect(["start", "policy", "notice"],
               [each["type"] for each in entries[:3]])
        expect([("retention of 215 days", [3, 4]),
                ("retention of 215 days", [5, 6])],
               [(each["why"], each["entries"]) for each in entries
                if each.get("type") == "erase"])
        expect(True, len(files_with(stage, hers)) > 0)


def retention_has_bounds():
    with Stage(['log = { retain_days = 214; }'], start=False) as stage:
        done = subprocess.run([CTL, "check", stage.daemon.file], text=True,
                              capture_output=True, timeout=60, check=False)
        expect(1, done.returncode)
        expect(True, "log.retain_days must be 0 or at least 215" in
               done.stdout + done.stderr)


if __name__ == "__main__":
    sys.exit(play([a_subject_is_erased, who_is_not_there_changes_nothing,
                   what_is_no_order_is_refused,
                   several_are_erased_one_after_the_other,
                   a_notary_that_dies_leaves_nobody_waiting,
                   old_choices_go_by_themselves, retention_has_bounds]))
