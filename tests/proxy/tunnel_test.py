#!/usr/bin/env python3
"""What becomes of much that goes through a tunnel. Writes TAP; BUILD names the
folder of the programs."""

import os
import socket
import struct
import sys
import threading

from stage import (SECONDS, Broken, Message, Origin, Stage, expect,
                   play, wait)

MEGABYTE = 1 << 20
LARGE = 48 * MEGABYTE
UPGRADE = ("Connection: upgrade", "Upgrade: bulk")
CALM = 32 * 1024        # kilobytes that a worker may have


def pattern(at, n):
    """n bytes of an endless text that does not repeat at powers of two."""
    period = bytes(range(251))
    at %= 251
    return (period * (n // 251 + 2))[at:at + n]


def pour(sock, total, sent):
    """Sends so much and then ends; sent counts along."""
    while sent[0] < total:
        sock.sendall(pattern(sent[0], 65536))
        sent[0] += 65536
    sock.shutdown(socket.SHUT_WR)


def drink(stream, total):
    """Reads all of it and the end."""
    at = 0
    while at < total:
        piece = stream.exactly(min(65536, total - at))
        if piece != pattern(at, len(piece)) or not piece:
            raise Broken(f"other bytes came around {at}")
        at += len(piece)
    expect(b"", stream.rest())
    expect(False, stream.reset)


class Far(Origin):
    """Agrees to every upgrade, but on /no, and leaves the connection to the
    test. While it is slow it sets behind and waits for go before."""

    def __init__(self, broken=()):
        super().__init__(broken)
        self.tunnels = []
        self.upgrades = 0
        self.slow = False

    def answer(self, stream, port):
        request = Message(stream, no_body=True)
        if not request.values("Upgrade"):
            stream.sock.sendall(b"HTTP/1.1 204 Fine\r\n\r\n")
            return True
        self.upgrades += 1
        if self.slow:
            self.behind.set()
            self.go.wait(SECONDS)
        if request.start.split()[1] == "/no":
            # the end of the body never comes: the exchange stays
            stream.sock.sendall(b"HTTP/1.1 200 Fine\r\nContent-Type: "
                                b"text/event-stream\r\n\r\n")
            self.on.wait(SECONDS)
            return False
        stream.sock.sendall(
            b"HTTP/1.1 101 Go on\r\nConnection: upgrade\r\n"
            b"Upgrade: bulk\r\n\r\n")
        self.tunnels.append(stream)
        self.held.set()
        self.on.wait(4 * SECONDS)
        return False


class Tunnels(Stage):
    """The stage with an origin that upgrades."""

    def __init__(self, config=()):
        super().__init__(start=False)
        self.origin = Far()
        self.daemon.origin_port = self.origin.port
        self.daemon.write(config)
        self.daemon.start()

    def open(self):
        """Both ends of a tunnel."""
        client = self.client()
        self.ask(client, ["GET /bulk HTTP/1.1", "Connection: upgrade",
                          "Upgrade: bulk"])
        expect("HTTP/1.1 101 Go on", Message(client).start)
        wait(self.origin.held)
        self.origin.held.clear()
        return client, self.origin.tunnels[-1]

    def memory(self):
        """Kilobytes of the largest worker."""
        most = 0
        for pid in self.daemon.children("worker"):
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                most = max(most, *(int(line.split()[1]) for line in file
                                   if line.startswith("VmHWM")))
        return most


def both_ways_at_once_in_bounded_memory():
    with Tunnels() as stage:
        client, far = stage.open()
        sent = [[0], [0]]
        pourers = [threading.Thread(target=pour, daemon=True,
                                    args=(end.sock, LARGE, count))
                   for end, count in ((client, sent[0]), (far, sent[1]))]
        for pourer in pourers:
            pourer.start()
        stage.turn()            # nobody reads: all is held back
        stage.turn()
        if max(sent[0][0], sent[1][0]) >= LARGE:
            raise Broken("it was all taken although nobody read")
        failed = []

        def read_far():
            try:
                drink(far, LARGE)
            except (Broken, OSError) as error:
                failed.append(error)
        reader = threading.Thread(target=read_far, daemon=True)
        reader.start()
        drink(client, LARGE)
        reader.join(2 * SECONDS)
        expect([], failed)
        if "asan" not in os.environ.get("BUILD", "") \
                and stage.memory() > CALM:
            raise Broken(f"{stage.memory()} kB")
        stage.origin.on.set()
        stage.daemon.wait_for(
            lambda line: f"bytes={LARGE} received={LARGE}" in line
            and "why=-" in line)


def a_side_that_takes_nothing_is_let_go():
    with Tunnels(["timeouts = { send = 1; tunnel = 60; drain = 2; }"]) \
            as stage:
        client, far = stage.open()
        count = [0]
        try:
            pour(far.sock, 2 * LARGE, count)
        except OSError:
            pass                # it was broken off
        if count[0] >= 2 * LARGE:
            raise Broken("it was all taken although nobody read")
        stage.daemon.wait_for(lambda line: "step=tunnel why=client-gone"
                              in line)
        client.sock.close()
        stage.origin.on.set()


def a_tunnel_that_is_slow_is_not_silent():
    """One that is opened later and silent ends before it."""
    with Tunnels(["timeouts = { tunnel = 3; drain = 2; }"]) as stage:
        client, far = stage.open()
        silent, _ = stage.open()
        ended = threading.Event()
        watch = threading.Thread(
            target=lambda: silent.rest() or ended.set(), daemon=True)
        watch.start()
        while not ended.wait(0.1):
            far.sock.sendall(b"x")
            expect(b"x", client.exactly(1))
        far.sock.sendall(b"x")          # longer open than the other was
        expect(b"x", client.exactly(1))
        expect(b"", client.rest())      # and then it is silent, too
        stage.origin.on.set()


def tunnels_and_requests_do_not_meet():
    with Tunnels(["workers = 1"]) as stage:
        client, far = stage.open()
        other = stage.client()
        for _ in range(3):
            stage.ask(other, ["GET /page HTTP/1.1"])
            expect("HTTP/1.1 204 Fine", Message(other).start)
        far.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        far.sock.shutdown(socket.SHUT_WR)
        client.sock.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        client.sock.shutdown(socket.SHUT_WR)
        expect(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n", far.rest())
        expect(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
               client.rest())
        stage.ask(other, ["GET /page HTTP/1.1"])
        expect("HTTP/1.1 204 Fine", Message(other).start)
        stage.origin.on.set()


def tunnels_leave_requests_their_connections():
    with Tunnels(["workers = 1", "limits = { upstream_connections = 1; "
                  "tunnels = 2; }"]) as stage:
        first, _ = stage.open()
        stage.open()
        other = stage.client()
        for _ in range(2):
            stage.ask(other, ["GET /page HTTP/1.1"])
            expect("HTTP/1.1 204 Fine", Message(other).start)
        asked = len(stage.origin.tunnels)
        third = stage.client()
        stage.ask(third, ["GET /bulk HTTP/1.1", "Connection: upgrade",
                          "Upgrade: bulk"])
        expect("HTTP/1.1 503 Service Unavailable", Message(third).start)
        expect(asked, len(stage.origin.tunnels))
        first.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              struct.pack("ii", 1, 0))
        first.sock.close()
        stage.daemon.wait_for(lambda line: "step=tunnel why=client-gone"
                              in line)
        stage.open()                # its place is free
        stage.ask(other, ["GET /page HTTP/1.1"])
        expect("HTTP/1.1 204 Fine", Message(other).start)
        stage.origin.on.set()


def what_asks_for_a_tunnel_counts_as_one():
    """The origin has not answered the first when the second comes."""
    for word, answer in (("bulk", "101 Go on"), ("no", "200 Fine")):
        with Tunnels(["workers = 1", "limits = { tunnels = 1; }"]) as stage:
            stage.origin.slow = True
            first, second, third = (stage.client() for _ in range(3))
            stage.ask(first, [f"GET /{word} HTTP/1.1", *UPGRADE])
            wait(stage.origin.behind)
            stage.ask(second, ["GET /bulk HTTP/1.1", *UPGRADE])
            expect("HTTP/1.1 503 Service Unavailable", Message(second).start)
            expect(1, stage.origin.upgrades)
            stage.origin.slow = False
            stage.origin.go.set()
            expect(f"HTTP/1.1 {answer}", Message(first, no_body=True).start)
            # who was refused a tunnel has none, though it stays
            stage.ask(third, ["GET /bulk HTTP/1.1", *UPGRADE])
            expect("HTTP/1.1 503 Service Unavailable" if word == "bulk"
                   else "HTTP/1.1 101 Go on", Message(third).start)
            expect(1 if word == "bulk" else 2, stage.origin.upgrades)
            stage.origin.on.set()


def files_are_counted_with_tunnels():
    """100 + 50 + 60 connections and 64 other files are 274."""
    limits = ("limits = { connections = 100; upstream_connections = 50; "
              "tunnels = 60; }")
    for files in (273, 274):
        stage = Stage([limits], start=False)
        stage.daemon.start(by=["sh", "-c", f"ulimit -n {files}; exec \"$@\"",
                               "sh"])
        expect(0, stage.daemon.stop())
        expect([f"limit={files} wanted=274"] if files < 274 else [],
               [line.split("server.files ")[1].split(" reason=")[0]
                for line in stage.daemon.lines if "server.files" in line])


if __name__ == "__main__":
    sys.exit(play((both_ways_at_once_in_bounded_memory,
                   a_side_that_takes_nothing_is_let_go,
                   a_tunnel_that_is_slow_is_not_silent,
                   tunnels_and_requests_do_not_meet,
                   tunnels_leave_requests_their_connections,
                   what_asks_for_a_tunnel_counts_as_one,
                   files_are_counted_with_tunnels)))
