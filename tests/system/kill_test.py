#!/usr/bin/env python3
"""Kills the notary, or all of the daemon, at each system call with which it
writes to the log; TAP.

Whatever was answered is in the log once, the log goes on and verifies. strace
lets the n-th call of a kind be the notary's last. By itself the test takes a
few; EVERY=1 takes all that come within some choices and their checkpoint, half
of them with kill -9 for the whole tree of processes."""

import os
import signal
import subprocess
import sys

from crash_test import Crowd, check, verified
from harness.daemon import SECONDS, Daemon
from harness.message import Broken

BUILD = os.path.abspath(os.environ.get("BUILD", "build/release"))
CALLS = ("pwrite64", "fdatasync", "fsync", "renameat", "mkdirat", "unlinkat",
         "openat", "ftruncate")
SOME = (("pwrite64", 1), ("fdatasync", 1), ("pwrite64", 3), ("fsync", 2),
        ("renameat", 1), ("renameat", 3))
CHOICES = 4
PATIENCE = 1.5          # seconds: three times what a checkpoint takes


class Trap:
    """Waits in the notary for its n-th call of a kind."""

    def __init__(self, daemon, call, n):
        pid = daemon.children("notary")[0]
        self.strace = subprocess.Popen(
            ["strace", "-f", "-p", str(pid),     # with the thread that publishes
             "-e", f"trace={call}",
             "-e", f"inject={call}:signal=KILL:when={n}"],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        line = self.strace.stderr.readline()
        if "attached" not in line:
            raise Broken(f"strace: {line}")

    def sprang(self):
        """Whether it was killed."""
        try:
            self.strace.communicate(timeout=PATIENCE)
            return True
        except subprocess.TimeoutExpired:
            self.strace.send_signal(signal.SIGINT)
            self.strace.communicate(timeout=SECONDS)
            return False


def try_at(daemon, call, n, all_of_it):
    """Whether it made that call."""
    daemon.start()
    trap = Trap(daemon, call, n)
    crowd = Crowd(daemon, CHOICES)
    killed = trap.sprang()
    if killed and all_of_it:
        os.killpg(daemon.process.pid, signal.SIGKILL)
        daemon.wait()
    crowd.join()
    check(daemon, crowd)
    if killed and all_of_it:
        daemon.start()
    elif len(crowd.entries) != CHOICES:
        raise Broken(f"{len(crowd.entries)} of {CHOICES} were answered")
    more = Crowd(daemon, 1)
    more.join()
    crowd.entries += more.entries
    if not more.entries:
        raise Broken("no choice after it")
    daemon.signal("TERM")
    if daemon.wait() != 0:
        raise Broken("it did not end well")
    check(daemon, crowd)
    verified(daemon)
    return killed


def every(try_it):
    """All points of all kinds."""
    for call in CALLS:
        n = 1
        while try_it(call, n):
            n += 1


def some(try_it):
    for call, n in SOME:
        if not try_it(call, n):
            raise Broken(f"{call} {n} did not come")


class Cases:
    """Numbers what is tried."""

    def __init__(self, daemon):
        self.daemon, self.number, self.points = daemon, 0, 0
        self.is_told = True     # how the last one went

    def try_it(self, call, n):
        self.number += 1
        self.is_told = False
        all_of_it = self.number % 2 == 0
        killed = try_at(self.daemon, call, n, all_of_it)
        what = "all of it" if all_of_it else "the notary"
        print(f"ok {self.number} - {what} at {call} {n}" if killed else
              f"ok {self.number} - {call} {n} does not come", flush=True)
        self.points += killed
        self.is_told = True
        return killed


def main():
    daemon = Daemon(BUILD, 9, ["limits = { choices = 0; }", "workers = 1"])
    cases = Cases(daemon)
    failed = 0
    try:
        (every if os.environ.get("EVERY") else some)(cases.try_it)
    except (Broken, OSError, TimeoutError) as error:
        failed = 1
        cases.number += cases.is_told
        print(f"not ok {cases.number} - it lost something or stood still")
        print("\n".join(f"# {line}" for line in
                        [*str(error).splitlines(), *daemon.lines[-20:]]))
    finally:
        daemon.stop()
    print(f"1..{cases.number}")
    print(f"# {cases.points} points", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
