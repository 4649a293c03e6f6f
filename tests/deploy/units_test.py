#!/usr/bin/env python3
"""The units of systemd, alone and with the drop-ins of conf/deploy/systemd: how
little they leave to who takes a service over, by systemd's own measure, and
that systemd reads every line. Writes TAP."""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile

from tap import TOP, Broken, expect, play, read

DROP_INS = os.path.join(TOP, "conf/deploy/systemd")
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


def with_drop_ins(folder):
    laid_out(folder)
    for name in os.listdir(DROP_INS):
        shutil.copytree(os.path.join(DROP_INS, name),
                        os.path.join(folder, name))


def exposure(text):
    return float(re.search(r"exposure level for \S+: ([0-9.]+)", text)[1])


def expect_little_exposure(lay_out):
    with tempfile.TemporaryDirectory() as folder:
        lay_out(folder)
        for name in SERVICES:
            _, text = analyze(folder, "security", "--offline=true",
                              f"./{name}")
            print(f"# {name}: {exposure(text)}")
            if exposure(text) > MOST:
                raise Broken(text)


def each_is_exposed_little():
    expect_little_exposure(laid_out)


def with_drop_ins_no_more():
    expect_little_exposure(with_drop_ins)


def the_measure_can_fail():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "bare.service"), "w",
                  encoding="ascii") as file:
            file.write("[Service]\nExecStart=/bin/true\n")
        _, text = analyze(folder, "security", "--offline=true",
                          "./bare.service")
        expect(True, exposure(text) > MOST)


def the_measure_counts_drop_ins():
    with tempfile.TemporaryDirectory() as folder:
        with_drop_ins(folder)
        path = os.path.join(folder, f"{SERVICES[0]}.d/site.conf")
        with open(path, "a", encoding="ascii") as file:
            file.write("[Service]\nUser=root\nNoNewPrivileges=no\n"
                       "PrivateDevices=no\nProtectHome=no\n")
        _, text = analyze(folder, "security", "--offline=true",
                          f"./{SERVICES[0]}")
        expect(True, exposure(text) > MOST)


def complaints(folder):
    """What systemd says of the units and of their drop-ins."""
    units = [f"./{name}" for name in (*SERVICES, "consentd.socket")]
    # pages of ours may not be installed; all else is told of these files
    _, text = analyze(folder, "verify", "--man=no", *units)
    return [line for line in text.splitlines() if folder in line or
            any(line.startswith(name[2:]) for name in units)]


def systemd_understands_every_line():
    for lay_out in (laid_out, with_drop_ins):
        with tempfile.TemporaryDirectory() as folder:
            lay_out(folder)
            expect([], complaints(folder))


def a_line_that_is_none_is_seen():
    """In a unit, and in each of the drop-ins."""
    files = [os.path.relpath(path, DROP_INS)
             for path in glob.glob(f"{DROP_INS}/*/*.conf")]
    expect(2, len(files))
    for name in (SERVICES[0], *files):
        with tempfile.TemporaryDirectory() as folder:
            with_drop_ins(folder)
            with open(os.path.join(folder, name), "a",
                      encoding="ascii") as file:
                file.write("[Unit]\nProtectEverything=yes\n")
            expect((name, True), (name, any(
                "ProtectEverything" in line for line in complaints(folder))))


if __name__ == "__main__":
    sys.exit(play((each_is_exposed_little, with_drop_ins_no_more,
                   the_measure_can_fail, the_measure_counts_drop_ins,
                   systemd_understands_every_line, a_line_that_is_none_is_seen)))
