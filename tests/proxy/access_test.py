#!/usr/bin/env python3
"""Lines about requests: where they go, in which form, and that none is lost.
Writes TAP; BUILD names the folder of the programs."""

import json
import os
import re
import signal
import socket
import sys
import tempfile
import time

from admin_test import ADMIN, Admin
from stage import SECONDS, Broken, Message, Stage, expect, play

COMMON = re.compile(
    r'- - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000\] '
    r'"(\S+) (\S+) (\S+)" (\d{3}) (\d+|-)$')
LOST = "consentd_access_lines_lost_total"


def to(place, folder, more=""):
    return [f'access = {{ to = "{place}"; file = "{folder}/access"; {more} }}']


def get(stage, path="/a", *fields):
    client = stage.client()
    stage.ask(client, [f"GET {path} HTTP/1.1", *fields])
    return Message(client)


def lines_of(path, count):
    """The lines of a file, once there are so many."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if os.path.exists(path):
            with open(path, encoding="ascii") as file:
                lines = file.read().splitlines()
            if len(lines) >= count:
                expect(count, len(lines))
                return lines
    raise Broken(f"{path} does not get {count} lines")


def told(stage):
    """The events on stderr, once an exchange more is over."""
    stage.daemon.stop()
    return [line for line in stage.daemon.lines if " access method=" in line]


def an_object_a_line():
    with tempfile.TemporaryDirectory() as folder, \
            Stage(to("file", folder)) as stage:
        get(stage, '/a"\\b?secret=1', "Cookie: c=secret",
            "User-Agent: secret", "traceparent: "
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        line, = lines_of(f"{folder}/access", 1)
        expect(False, "secret" in line or "127.0.0.1" in line)
        row = json.loads(line)
        expect(stage.origin.heads[-1].values("X-Request-Id"), [row.pop("id")])
        expect(True, abs(time.time() - time.mktime(time.strptime(
            row.pop("time"), "%Y-%m-%dT%H:%M:%S.%fZ")) + time.timezone) < 100)
        expect(True, 0 <= row.pop("seconds") < SECONDS)
        expect(True, row.pop("bytes") > 0)
        expect({"method": "GET", "path": '/a"\\b', "protocol": "HTTP/1.1",
                "status": 200, "received": 0, "step": "stream",
                "trace": "4bf92f3577b34da6a3ce929d0e0e4736"}, row)
        expect([], told(stage))


def the_longest_line_is_whole():
    with tempfile.TemporaryDirectory() as folder, \
            Stage(to("file", folder)) as stage:
        get(stage, "/" + '"' * 2000)
        line, = lines_of(f"{folder}/access", 1)
        # each is six bytes in the file, and a path 512 at most
        expect("/" + '"' * 85, json.loads(line)["path"])


def the_common_log_format():
    with tempfile.TemporaryDirectory() as folder, \
            Stage(to("file", folder, 'format = "common";')) as stage:
        get(stage, '/a"b?secret=1')
        row = COMMON.match(lines_of(f"{folder}/access", 1)[0])
        expect(("GET", "/a\\x22b", "HTTP/1.1", "200"), row.groups()[:4])
        expect(True, int(row.group(5)) > 0)


def nothing_at_all():
    with Stage(['access = { to = "none"; }']) as stage:
        get(stage)
        expect([], told(stage))


def one_of_some():
    with tempfile.TemporaryDirectory() as folder, \
            Stage(to("file", folder, "sample = 5;")) as stage:
        for _ in range(12):
            get(stage)
        for line in lines_of(f"{folder}/access", 2):
            expect(5, json.loads(line)["sample"])


def to_standard_output():
    with Stage(['access = { to = "stdout"; }']) as stage:
        get(stage)
        line = stage.daemon.wait_for(lambda line: line.startswith("{"))
        expect("/a", json.loads(line)["path"])


def a_moved_file_is_opened_anew():
    """As logrotate does: no line is lost, none comes twice."""
    with tempfile.TemporaryDirectory() as folder, \
            Stage([*to("file", folder), "workers = 2"]) as stage:
        for _ in range(10):
            get(stage)
        at = f"{folder}/access"
        lines_of(at, 10)
        os.rename(at, at + ".1")
        get(stage)                      # still into the old one
        lines_of(at + ".1", 11)
        # to the whole group, as some do: only the parent minds
        stage.daemon.signal("USR1")
        for role in ("worker", "notary"):
            for pid in stage.daemon.children(role):
                os.kill(pid, signal.SIGUSR1)
        stage.daemon.wait_for(lambda line: "access.reopened" in line)
        # handed over before the next request comes, to both
        for _ in range(20):
            get(stage)
        lines_of(at, 20)
        lines_of(at + ".1", 11)
        expect(0o640, os.stat(at).st_mode & 0o777)
        expect(2, len(stage.daemon.children("worker")))


def to_syslog():
    with tempfile.TemporaryDirectory() as folder, \
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(f"{folder}/access")
        receiver.settimeout(SECONDS)
        with Stage(to("syslog", folder)) as stage:
            get(stage)
            text = receiver.recv(4096).decode("ascii")
            found = re.match(r"<30>consentd\[(\d+)\]: (.*)$", text)
            expect(stage.daemon.children("worker"), [int(found.group(1))])
            expect("/a", json.loads(found.group(2))["path"])


def what_nobody_takes_is_counted():
    with tempfile.TemporaryDirectory() as folder, \
            Stage([*ADMIN, *to("syslog", folder)]) as stage:
        admin = Admin(stage)
        get(stage)
        get(stage)
        admin.wait_for(LOST, 2)


def the_successor_of_a_killed_worker_writes_on():
    with tempfile.TemporaryDirectory() as folder, \
            Stage([*to("file", folder), "workers = 1"]) as stage:
        for _ in range(5):
            get(stage)
        lines_of(f"{folder}/access", 5)
        stage.kill("worker")
        get(stage)
        lines_of(f"{folder}/access", 6)


def a_file_that_cannot_be_opened_refuses_the_reload():
    with tempfile.TemporaryDirectory() as folder, \
            Stage(to("file", folder)) as stage:
        get(stage)
        os.mkdir(f"{folder}/other")
        os.symlink(f"{folder}/access", f"{folder}/other/access")
        stage.daemon.write(to("file", f"{folder}/other"))
        at = len(stage.daemon.lines)
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(lambda line: "access.failed" in line, at)
        stage.daemon.wait_for(lambda line: "reload.refused" in line, at)
        get(stage)
        lines_of(f"{folder}/access", 2)


if __name__ == "__main__":
    sys.exit(play((an_object_a_line,
                   the_longest_line_is_whole,
                   the_common_log_format,
                   nothing_at_all,
                   one_of_some,
                   to_standard_output,
                   a_moved_file_is_opened_anew,
                   to_syslog,
                   what_nobody_takes_is_counted,
                   the_successor_of_a_killed_worker_writes_on,
                   a_file_that_cannot_be_opened_refuses_the_reload)))
