#!/usr/bin/env python3
"""Kills the daemon without warning in the middle of many choices; TAP.

Every choice that was answered must be in the log, whatever died: the whole
tree of processes, or the notary alone, which may neither lose a choice nor
log one twice."""

import glob
import json
import os
import signal
import socket
import subprocess
import sys
import threading

from harness.daemon import SECONDS, Daemon
from harness.message import Broken, Message, Stream, compose

BUILD = os.path.abspath(os.environ.get("BUILD", "build/release"))
CLIENTS = 8
CHOICES = 1000

FORM = compose("""\
POST /.consent/choice HTTP/1.1
Host: library.example
Sec-Fetch-Site: same-origin
Content-Type: application/x-www-form-urlencoded
Content-Length: auto

action=accept\\""".split("\n"), [])


class Crowd:
    """Clients that choose at once, and what they were told."""

    def __init__(self, daemon, many):
        self.daemon, self.left = daemon, many
        self.entries, self.refused = [], 0
        self.lock = threading.Condition()
        self.threads = [threading.Thread(target=self.choose)
                        for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def next(self):
        with self.lock:
            self.left -= 1
            return self.left >= 0

    def choose(self):
        try:
            with socket.create_connection(
                    (self.daemon.host, self.daemon.port), SECONDS) as sock:
                stream = Stream(sock)
                while self.next():
                    sock.sendall(FORM)
                    self.note(Message(stream))
        except (Broken, OSError):
            pass                # the daemon died: that is the point

    def note(self, message):
        with self.lock:
            if " 303 " in message.start:
                self.entries.append(int(message.values("Consent-Entry")[0]))
            else:
                self.refused += 1
            self.lock.notify_all()

    def wait_for(self, answers):
        with self.lock:
            if not self.lock.wait_for(
                    lambda: len(self.entries) >= answers, SECONDS):
                raise TimeoutError(f"only {len(self.entries)} answers")

    def join(self):
        for thread in self.threads:
            thread.join()


def logged(daemon):
    """The choices in the log by their number."""
    found = {}
    for path in glob.glob(os.path.join(daemon.folder, "log/entries/*")):
        with open(path, encoding="utf-8") as file:
            for line in file:
                entry = json.loads(line)
                if entry["type"] == "choice":
                    found[entry["seq"]] = entry
    return found


def verified(daemon):
    done = subprocess.run(
        [os.path.join(BUILD, "consentctl"), "log", "verify",
         os.path.join(daemon.folder, "log")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Broken(f"log verify: {done.stdout}")


def check(daemon, crowd):
    found = logged(daemon)
    lost = [seq for seq in crowd.entries if seq not in found]
    if lost:
        raise Broken(f"{len(lost)} answered choices are not in the log: "
                     f"{sorted(lost)[:5]}")
    if len(set(crowd.entries)) != len(crowd.entries):
        raise Broken("one entry was given to two choices")
    ids = [entry["id"] for entry in found.values()]
    if len(set(ids)) != len(ids):
        raise Broken("one choice has two entries")
    return found


def kill_tree(daemon):
    """kill -9 for all, and a new start over what they left."""
    crowd = Crowd(daemon, CHOICES)
    crowd.wait_for(CHOICES // 2)
    os.killpg(daemon.process.pid, signal.SIGKILL)
    daemon.wait()
    crowd.join()
    check(daemon, crowd)
    daemon.start()
    again = Crowd(daemon, 20)
    again.join()
    if len(again.entries) != 20:
        raise Broken(f"{len(again.entries)} of 20 after the restart")
    crowd.entries += again.entries
    check(daemon, crowd)
    verified(daemon)


def kill_notary(daemon):
    """kill -9 for the notary, three times, while choices go on."""
    before = len(logged(daemon))
    crowd = Crowd(daemon, CHOICES)
    for part in (1, 2, 3):
        crowd.wait_for(CHOICES * part // 4)
        daemon.kill("notary")
    crowd.join()
    if crowd.refused or len(crowd.entries) != CHOICES:
        raise Broken(f"{len(crowd.entries)} choices were answered, "
                     f"{crowd.refused} refused")
    found = check(daemon, crowd)
    if len(found) - before != CHOICES:
        raise Broken(f"{len(found) - before} entries for {CHOICES} choices")
    verified(daemon)


def main():
    daemon = Daemon(BUILD, 9, ["limits = { choices = 0; }", "workers = 2"])
    failed = 0
    try:
        daemon.start()
        for number, test in enumerate((kill_tree, kill_notary), 1):
            try:
                test(daemon)
                print(f"ok {number} - {test.__doc__}")
            except (Broken, OSError, TimeoutError) as error:
                failed += 1
                print(f"not ok {number} - {test.__doc__}")
                print("\n".join(f"# {line}" for line in
                                [*str(error).splitlines(),
                                 *daemon.lines[-20:]]))
    finally:
        daemon.stop()
    print("1..2")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
