#!/usr/bin/env python3
"""Clocks that jump, by libfaketime, forward and back by an hour and a year: what
a visitor chose, what is logged, keys and checkpoints. Without the sandbox,
which would not let a process look at the file that says the time. Writes TAP;
BUILD names the folder of the programs."""

import glob
import os
import sys
import tempfile

from keys_test import is_decided, key, kid_of
from receipt_test import choose
from stage import Broken, Stage, expect, play
from upgrade_test import verify

LIBRARY = "/usr/lib/*/faketime/libfaketime.so.1"
CONFIG = ['control = "control.sock"', "sandbox = false", "workers = 2",
          "limits = { choices = 0; }"]
HOUR, YEAR = 3600, 366 * 86400


class Clock:
    """The wall clock of a stage; that which only goes forward stays true."""

    def __init__(self):
        found = glob.glob(LIBRARY)
        if not found:
            raise Broken("libfaketime is missing: tools/deps test")
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "now")
        self.set(0)
        with Clock.within({"LD_PRELOAD": found[0], "FAKETIME_NO_CACHE": "1",
                           "FAKETIME_TIMESTAMP_FILE": self.path,
                           "FAKETIME_DONT_FAKE_MONOTONIC": "1"}):
            self.stage = Stage(CONFIG)

    class within:
        """Variables for what is started meanwhile."""

        def __init__(self, values):
            self.values = values

        def __enter__(self):
            os.environ.update(self.values)

        def __exit__(self, *_):
            for name in self.values:
                del os.environ[name]

    def set(self, seconds):
        """How far it is from the true one; at once, or not yet."""
        with open(self.path + ".new", "w", encoding="ascii") as file:
            file.write(f"{seconds:+d}\n")
        os.rename(self.path + ".new", self.path)

    def __enter__(self):
        self.stage.__enter__()
        return self

    def __exit__(self, *what):
        self.stage.__exit__(*what)
        self.folder.cleanup()

    def decides(self, cookie):
        """Whether it counts, for all of several connections alike."""
        found = {is_decided(self.stage, self.stage.client(), cookie)
                 for _ in range(4)}
        if len(found) != 1:
            raise Broken("workers do not agree")
        return found.pop()

    def check_log(self):
        """All is signed, and holds, once the daemon has stopped."""
        self.stage.daemon.signal("TERM")
        expect(0, self.stage.daemon.wait())
        vkey = os.path.join(self.folder.name, "vkey")
        with open(vkey, "w", encoding="ascii") as file:
            file.write(self.vkey + "\n")
        code, text = verify(self.stage.daemon.folder, "--key", vkey)
        expect((0, True), (code, "not yet covered" not in text))

    def note_key(self):
        self.vkey = key(self.stage)["keys"][-1]["verifier"]


def an_hour_forward_loses_nothing():
    with Clock() as clock:
        clock.note_key()
        before = choose(clock.stage, "action=accept")[1]
        clock.set(HOUR)
        expect(True, clock.decides(before))
        after = choose(clock.stage, "action=accept", before)[1]
        expect(True, clock.decides(after))
        clock.check_log()


def a_year_forward_ends_what_it_ends():
    """And nothing that was granted then is in force when it is over."""
    with Clock() as clock:
        clock.note_key()
        before = choose(clock.stage, "action=accept")[1]
        expect(True, clock.decides(before))     # and is in the caches
        clock.set(YEAR)
        expect(False, clock.decides(before))
        ahead = choose(clock.stage, "action=accept")[1]
        expect(True, clock.decides(ahead))
        clock.set(0)
        expect(False, clock.decides(ahead))
        expect(True, clock.decides(before))
        expect(True, clock.decides(choose(clock.stage, "action=accept")[1]))
        clock.check_log()


def back_is_waited_for():
    """A choice of a time that is to come counts when it has come, and one that
    is made meanwhile counts at once."""
    for seconds in (-HOUR, -YEAR):
        with Clock() as clock:
            clock.note_key()
            before = choose(clock.stage, "action=accept")[1]
            expect(True, clock.decides(before))
            clock.set(seconds)
            expect(False, clock.decides(before))
            expect(True, clock.decides(choose(clock.stage,
                                              "action=accept")[1]))
            clock.set(0)
            expect(True, clock.decides(before))
            clock.check_log()


def what_is_waited_for_goes_by_the_other_clock():
    """Reloads and handovers need no true time; nothing hangs, nothing dies."""
    with Clock() as clock:
        for seconds in (YEAR, -YEAR, HOUR, -HOUR, 0):
            clock.set(seconds)
            at = len(clock.stage.daemon.lines)
            clock.stage.daemon.signal("HUP")
            clock.stage.daemon.wait_for(
                lambda line: "reload.done" in line, at)
            choose(clock.stage, "action=reject")
        expect([], [line for line in clock.stage.daemon.lines
                    if "child.hung" in line or "child.failed" in line])


def a_key_that_is_made_later_signs():
    """Whatever the clock said when the one before was made."""
    with Clock() as clock:
        clock.set(YEAR)
        ahead = key(clock.stage, "rotate")["kid"]
        clock.set(0)
        new = key(clock.stage, "rotate")["kid"]
        expect(True, new > ahead)
        expect(new, kid_of(choose(clock.stage, "action=accept")[1]))


if __name__ == "__main__":
    sys.exit(play((an_hour_forward_loses_nothing,
                   a_year_forward_ends_what_it_ends, back_is_waited_for,
                   what_is_waited_for_goes_by_the_other_clock,
                   a_key_that_is_made_later_signs)))
