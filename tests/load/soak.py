#!/usr/bin/env python3
"""Half load for a long time: does anything grow, wear out or fail.

    tests/load/soak.py [--minutes N] [--connections N] BUILD

Two daemons, each before an origin of its own, share half of what the machine
carries, which is measured first. One is reloaded each minute, which shows what
a reload leaves behind; the other never is, which shows what a request does.
Both origins are ended and started again every five minutes, or once in the
middle of a shorter run. Wrong is

* a request that failed, unless it was under way while its origin was away or in
  the second after it, or it was a choice that got a 503 while the machine kept
  the log waiting longer than a choice may wait, and the daemon said so;
* a choice that was answered and is not in the log, or a log that does not
  verify with its key;
* memory (PSS of all processes of a daemon, sampled every ten seconds with one
  generation running) whose median over the last third of the run is more than
  5 % above that over the middle one. The first third is for caches to fill.

The exit status is 1 when anything was wrong."""

import argparse
import datetime
import os
import re
import statistics
import subprocess
import sys
import time

from reload import Http1, Origin, Run

RELOAD = 60             # seconds between two reloads
RESTART = 300           # between two ends of the origins
SAMPLE = 10             # between two looks at the memory
MEASURE = 5             # for the whole load
SETTLE = 8              # reloads until the parent's memory is as it stays
BACK = 1000             # ms that the daemons need to see an origin again
GROWTH = 0.05
PATIENCE = 5000         # ms that a choice waits for its record
WORK = 4                # one part of the time that may be the notary's own
NEAR = 1000             # ms around a failure in which lines are shown
# a commit, or an opening of the log that waited more than it worked
SLOW = re.compile(r"notary\.log_slow step=\w+ ms=(\d+)(?: cpu_ms=(\d+))?")
SERVED = re.compile(r" access .* status=[23]")


def pss(pid):
    """KiB, each page that is shared counted by its share; 0: it is gone."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file
                        if line.startswith("Pss:"))
    except (FileNotFoundError, ProcessLookupError):
        return 0


def said_at(line):
    """When a line of the daemon was written, in ms of the monotonic clock;
    None where it has no time."""
    try:
        at = datetime.datetime.fromisoformat(line.split(" ", 1)[0])
    except ValueError:
        return None
    ahead = time.time() - time.monotonic()
    return 1000 * (at.timestamp() - ahead)


class Half(Run):
    """One of the two, with its memory and the times its origin was away."""

    def __init__(self, build, connections, reloaded):
        self.reloaded, self.absences, self.samples = reloaded, [], []
        super().__init__(build, connections, 0)

    def config(self, turn):
        rows = [row for row in super().config(turn)
                if not row.startswith(("workers", "listen"))]
        return rows + ["workers = 1", 'listen = "127.0.0.1:0"']

    def settle(self):
        """The first reloads leave holes in the heap, which later ones fill."""
        for _ in range(SETTLE if self.reloaded else 0):
            self.reload()
        self.reloads = 0

    def capacity(self):
        """Requests a second, of all that the machine carries."""
        load = Http1(self, MEASURE)
        time.sleep(MEASURE)     # who waits for its end ends it
        done = load.wait().sums["answers"] / MEASURE
        self.entries = load.entries
        return done

    def bear(self, rate, seconds):
        """Each connection pauses as long, on average, as makes the rate."""
        self.think = int(2 * 1000 * self.connections / rate)
        self.start(seconds)

    def restart_origin(self):
        gone = time.monotonic() * 1000
        self.origin.stop()
        self.origin = Origin(self.build, self.origin.port)
        self.absences.append((gone, time.monotonic() * 1000 + BACK))

    def sample(self):
        """Nothing while an old generation still drains."""
        names = self.daemon.names()
        if sum("worker" in name for name in names.values()) == 1:
            self.samples.append(sum(map(pss, (self.daemon.process.pid,
                                              *names))))

    def was_away(self, row):
        """Whether the request was under way while there was no origin."""
        return any(row["began"] <= back and row["ended"] >= gone
                   for gone, back in self.absences)

    def was_slow(self, row):
        """Whether it is a choice whose record had to wait."""
        return (row["what"] == "choice" and row["kind"] == "status-503"
                and any(end - took <= row["ended"] - PATIENCE + NEAR
                        and row["ended"] <= end + NEAR
                        for end, took in self.slow))

    def near(self, row):
        """What the daemon said about then, but for what it served."""
        return [line for line in self.daemon.lines
                if not SERVED.search(line) and (at := said_at(line))
                and row["began"] - NEAR <= at <= row["ended"] + NEAR]

    def check_failures(self, report):
        report.entries += self.entries
        self.slow = [(said_at(line), int(found.group(1)))
                     for line in self.daemon.lines
                     if (found := SLOW.search(line))
                     and int(found.group(2) or 0) * WORK < int(found.group(1))]
        left = [row for row in report.failures if not self.was_away(row)]
        self.excused = len(report.failures) - len(left)
        self.waited = sum(map(self.was_slow, left))
        self.wrong += ["\n    ".join([f"failed: {row}", *self.near(row)])
                       for row in left if not self.was_slow(row)]

    def growth(self):
        third = len(self.samples) // 3
        if third == 0:
            raise RuntimeError("too short to tell whether memory grows")
        before, after = (statistics.median(part) for part in (
            self.samples[third:2 * third], self.samples[2 * third:]))
        if after > before * (1 + GROWTH):
            self.wrong.append(f"memory grew from {before} to {after} KiB")
        return before, after

    def tell(self, report):
        before, after = self.growth()
        sums = report.sums
        print(f"{'reloaded each minute' if self.reloaded else 'untouched'}:\n"
              f"  requests {sums['requests']:.0f}, choices logged "
              f"{self.logged}, reloads {self.reloads}\n"
              f"  failed {len(report.failures)}, {self.excused} of them while "
              f"the origin was away, {self.waited} while the log had to wait\n"
              f"  p50 {sums['p50_ms']} ms, p99 {sums['p99_ms']} ms, slowest "
              f"{sums['slowest_ms']} ms\n"
              f"  memory {before / 1024:.1f} MiB, then {after / 1024:.1f} MiB "
              f"({100 * (after / before - 1):+.1f} %)")
        for line in self.wrong[:20]:
            print(f"  {line}")


def deeds(halves, seconds):
    """What is done when, in seconds from the start."""
    pause = min(RESTART, seconds / 2)
    rows = [(at, half.sample) for half in halves
            for at in range(SAMPLE - 1, seconds, SAMPLE)]
    rows += [(at, half.reload) for half in halves if half.reloaded
             for at in range(RELOAD, seconds, RELOAD)]
    rows += [(turn * pause + RELOAD / 3, half.restart_origin)
             for half in halves
             for turn in range(1, int((seconds - RELOAD / 3) // pause) + 1)]
    return sorted(rows, key=lambda row: row[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("build")
    options = parser.parse_args()
    seconds = options.minutes * 60
    halves = [Half(options.build, options.connections, reloaded)
              for reloaded in (True, False)]
    for half in halves:
        half.settle()
    whole = statistics.mean(half.capacity() for half in halves)
    print(f"the machine carries {whole:.0f} requests a second; each daemon "
          f"gets {whole / 4:.0f} for {options.minutes} minutes", flush=True)
    began = time.monotonic()
    for half in halves:
        half.bear(whole / 4, seconds)
    for at, deed in deeds(halves, seconds):
        time.sleep(max(0, began + at - time.monotonic()))
        deed()
    for half in halves:
        half.tell(half.stop())
    wrong = sum(len(half.wrong) for half in halves)
    print(f"{wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
