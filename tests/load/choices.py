#!/usr/bin/env python3
"""How many choices become durable in a second, and what the disk costs.

    tests/load/choices.py [--seconds N] [--rounds N] BUILD

64 connections post choices, one after the other, as fast as they are answered.
Each is on the disk before its answer. The same daemon runs in turn with
fdatasync and fsync switched off (libeatmydata), as often; and a bare file is
written and synced in between, a line at a time, which is what a log without
group commit would do. Tells the medians and what they are to each other."""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))

from harness.daemon import Daemon       # noqa: E402

CONNECTIONS = 64
LINE = b"x" * 480 + b"\n"


def synced_lines(seconds):
    """Lines a second, each synced by itself."""
    with tempfile.NamedTemporaryFile(prefix="consentd-") as file:
        fd, n, end = file.fileno(), 0, time.monotonic() + seconds
        while time.monotonic() < end:
            os.write(fd, LINE)
            os.fdatasync(fd)
            n += 1
        return n / seconds


def choices(build, seconds, by):
    """Choices a second."""
    daemon = Daemon(build, 9, ["limits = { choices = 0; }", "workers = 1"])
    try:
        daemon.start(by=by)
        load = subprocess.Popen(
            [os.path.join(build, "tests/http-load"), str(daemon.port),
             str(CONNECTIONS), str(int(seconds * 1000)), "0", "1", "/"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        said = load.stdout.read()       # its input stays open until then
        load.communicate()
    finally:
        daemon.stop()
    return len(re.findall(r"^entry ", said, re.MULTILINE)) / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("build")
    args = parser.parse_args()
    durable, loose, single = [], [], []
    for number in range(args.rounds):
        runs = [(durable, ()), (loose, ("eatmydata",))]
        for rates, by in runs if number % 2 else reversed(runs):
            rates.append(choices(args.build, args.seconds, by))
        single.append(synced_lines(1))
    a, b, c = (statistics.median(each) for each in (durable, loose, single))
    print(f"durable choices a second    {a:9.0f}")
    print(f"with fdatasync switched off {b:9.0f}    {a / b:.0%} of it")
    print(f"single lines, each synced   {c:9.0f}    {a / c:.1f} times that")
    return a < 0.85 * b and not (c < 1000 and a >= 20 * c)


if __name__ == "__main__":
    sys.exit(main())
