#!/usr/bin/env python3
"""The units of systemd: how little they leave to who takes a service over, by
systemd's own measure, and that systemd reads every line. Writes TAP."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

from tap import Broken, expect, play, read

SERVICES = ("consentd.service", "consentd-ship.service")
MOST = 2.0      # of 10; a service that says nothing has 9.6


def analyze(folder, *arguments):
    if not shutil.which("systemd-analyze"):
        raise Broken("systemd-analyze is missing: tools/deps test")
    done = subprocess.run(["systemd-analyze", *arguments], cwd=folder,
                          text=True, capture_output=True, timeout=60,
                          check=False)
    return done.returncode, done.stdout + done.stderr


def laid_out(folder):
    """The units as they are installed, with a program that is there."""
    for name in (*SERVICES, "consentd.socket"):
        text = read(f"conf/{name}").replace("@SYSCONFDIR@", "/etc")
        text = re.sub(r"@PREFIX@/bin/\w+", "/bin/true", text)
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(text)


def exposure(text):
    return float(re.search(r"exposure level for \S+: ([0-9.]+)", text)[1])


def each_is_exposed_little():
    with tempfile.TemporaryDirectory() as folder:
        laid_out(folder)
        for name in SERVICES:
            _, text = analyze(folder, "security", "--offline=true",
                              f"./{name}")
            print(f"# {name}: {exposure(text)}")
            if exposure(text) > MOST:
                raise Broken(text)


def the_measure_can_fail():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "bare.service"), "w",
                  encoding="ascii") as file:
            file.write("[Service]\nExecStart=/bin/true\n")
        _, text = analyze(folder, "security", "--offline=true",
                          "./bare.service")
        expect(True, exposure(text) > MOST)


def systemd_understands_every_line():
    with tempfile.TemporaryDirectory() as folder:
        laid_out(folder)
        units = [f"./{name}" for name in (*SERVICES, "consentd.socket")]
        # pages of ours may not be installed; all else is told of these files
        _, text = analyze(folder, "verify", "--man=no", *units)
        wrong = [line for line in text.splitlines() if folder in line or
                 any(line.startswith(name[2:]) for name in units)]
        expect([], wrong)


def a_line_that_is_none_is_seen():
    with tempfile.TemporaryDirectory() as folder:
        laid_out(folder)
        path = os.path.join(folder, SERVICES[0])
        with open(path, "a", encoding="ascii") as file:
            file.write("[Service]\nProtectEverything=yes\n")
        _, text = analyze(folder, "verify", "--man=no", f"./{SERVICES[0]}")
        expect(True, "ProtectEverything" in text)


if __name__ == "__main__":
    sys.exit(play((each_is_exposed_little, the_measure_can_fail,
                   systemd_understands_every_line,
                   a_line_that_is_none_is_seen)))
