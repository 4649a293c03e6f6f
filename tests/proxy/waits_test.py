#!/usr/bin/env python3
"""What is waited for, and how long: rows of the table in docs/OPERATIONS.md
that no other test shows. Writes TAP; BUILD names the folder of the
programs."""

import glob
import os
import signal
import socket
import sys
import time

from stage import SECONDS, Message, Origin, Stage, expect, play

GET = ["GET /a HTTP/1.1"]
RESOLVE = 5             # seconds for a name; no key


class Mute(Origin):
    """Takes the head of a request and then nothing."""

    def answer(self, stream, port):
        request = Message(stream, no_body=True)
        self.requests.append((request.start.split()[1], port))
        self.on.wait(SECONDS)
        return False


def stage_of(config, origin=None, port=None):
    """With another origin, or with a port that is none's."""
    stage = Stage(config, start=False)
    if origin:
        stage.origin.close()
        stage.origin = origin
    stage.daemon.origin_port = port or stage.origin.port
    stage.daemon.write(config)
    stage.daemon.start()
    return stage


def status_of(stage, head, body=b""):
    client = stage.client()
    stage.ask(client, head)
    try:
        client.sock.sendall(body)
    except (BrokenPipeError, ConnectionResetError, TimeoutError):
        pass                    # the answer tells why
    return Message(client).start.split()[1]


def full():
    """A listener whose queue is full: who connects is not answered."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=0)
    guests = []
    while True:
        guest = socket.socket()
        guest.settimeout(0.3)
        guests.append(guest)
        try:
            guest.connect(listener.getsockname())
        except TimeoutError:
            return listener, guests


def connecting_has_an_end():
    listener, guests = full()
    with stage_of(['timeouts = { upstream_connect = "300ms"; drain = 2; }'],
                  port=listener.getsockname()[1]) as stage:
        expect("502", status_of(stage, GET))
    for sock in (listener, *guests):
        sock.close()


def the_queue_may_end_before():
    listener, guests = full()
    with stage_of(['timeouts = { upstream_connect = 9; queue = "300ms"; '
                   'drain = 2; }'],
                  port=listener.getsockname()[1]) as stage:
        expect("503", status_of(stage, GET))
    for sock in (listener, *guests):
        sock.close()


def an_origin_takes_its_request_in_time():
    with stage_of(["timeouts = { upstream = 1; drain = 2; }",
                   'limits = { request_body = "64M"; }'], Mute()) as stage:
        head = ["POST /x HTTP/1.1", f"Content-Length: {32 << 20}"]
        expect("502", status_of(stage, head, bytes(32 << 20)))
        stage.origin.on.set()


def an_idle_connection_to_the_origin_is_closed():
    with Stage(['timeouts = { upstream_idle = "300ms"; drain = 2; }']) \
            as stage:
        expect("200", status_of(stage, GET))
        until = time.monotonic() + SECONDS
        port = stage.origin.requests[0][1]
        while is_open(port):
            expect(True, time.monotonic() < until)


def is_open(port):
    """Whether the daemon's end with that port is still connected."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        rows = [line.split() for line in list(file)[1:]]
    return any(int(row[1].split(":")[1], 16) == port and row[3] == "01"
               for row in rows)


def below(pid):
    """All processes that descend from it."""
    parents = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="latin-1") as file:
                text = file.read()
        except OSError:
            continue
        parents[int(text.split()[0])] = int(text.rsplit(") ", 1)[1].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def a_name_is_looked_up_in_time():
    """By a helper that has been stopped."""
    config = ["workers = 1", 'upstream = "http://no..name"']
    with Stage(config) as stage:
        stage.daemon.wait_for(lambda line: "upstream.unresolved" in line)
        helpers = below(stage.daemon.children("worker")[0])
        expect(True, helpers != [])
        for pid in helpers:
            os.kill(pid, signal.SIGSTOP)
        began = time.monotonic()
        expect("502", status_of(stage, GET))
        expect(True, time.monotonic() - began > RESOLVE - 1)
        for pid in helpers:
            os.kill(pid, signal.SIGCONT)


if __name__ == "__main__":
    sys.exit(play((connecting_has_an_end,
                   the_queue_may_end_before,
                   an_origin_takes_its_request_in_time,
                   an_idle_connection_to_the_origin_is_closed,
                   a_name_is_looked_up_in_time)))
