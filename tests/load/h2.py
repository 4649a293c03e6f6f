"""Keeps a server under load over HTTP/2 and tells the outcome of each request
exactly. What the server said it would not take (a stream above the last one of
a GOAWAY, RFC 9113 6.8) is asked for again on another connection and no
failure; all else that has no whole answer with status 200 is."""

import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "proxy"))

from frames import (DATA, END_STREAM, GOAWAY, HEADERS,     # noqa: E402
                    RST_STREAM, Client)

STREAMS = 4             # at a time, on each connection
STATUS_200 = 0x88       # the first byte of a block (RFC 7541 A)
MANY = 1 << 30
SECONDS = 20


def now():
    return time.monotonic() * 1000


class Browser(threading.Thread):
    """One client; its connections follow each other."""

    def __init__(self, load, number):
        super().__init__(daemon=True)
        self.load, self.turn = load, number

    def run(self):
        while not self.load.ended():
            try:
                self.connect()
                self.talk()
            except OSError as error:
                self.load.fail(type(error).__name__, self.port, now())
            for began in self.open.values():
                self.load.fail("cut", self.port, began)

    def connect(self):
        self.port, self.open, self.next, self.last = 0, {}, 1, MANY
        self.client = Client(("127.0.0.1", self.load.port), SECONDS,
                             context=self.load.context)
        self.port = self.client.sock.getsockname()[1]

    def ask(self):
        """Keeps the streams full, as long as the server takes new ones."""
        while (len(self.open) < STREAMS and self.last == MANY
               and not self.load.ended()):
            self.turn += 1
            self.open[self.next] = now()
            self.load.requests += 1
            self.client.ask(
                self.next, self.load.paths[self.turn % len(self.load.paths)])
            self.next += 2

    def talk(self):
        """Until the server ends the connection, or all is answered."""
        self.ask()
        for kind, flags, stream, payload in self.client.frames():
            if kind == GOAWAY:
                self.leave(int.from_bytes(payload[:4], "big"))
            elif kind == RST_STREAM and stream in self.open:
                self.load.fail("reset", self.port, self.open.pop(stream))
            elif kind in (HEADERS, DATA) and stream in self.open:
                self.take(kind, flags, stream, payload)
            self.ask()
            if not self.open and (self.last != MANY or self.load.ended()):
                break
        self.client.close()

    def leave(self, last):
        """No new streams; those above the last one are asked for again."""
        self.last = last
        for stream in [each for each in self.open if each > last]:
            del self.open[stream]
            self.load.again += 1

    def take(self, kind, flags, stream, payload):
        if kind == HEADERS and payload[0] != STATUS_200:
            self.load.fail("status", self.port, self.open.pop(stream))
        elif flags & END_STREAM:
            self.load.succeed(self.open.pop(stream))


class Load:
    """All clients; the same report as that of http-load."""

    def __init__(self, port, connections, seconds, paths, context=None):
        self.port, self.paths, self.context = port, paths, context
        self.until = time.monotonic() + seconds
        self.requests = self.again = 0
        self.failures, self.times = [], []
        self.browsers = [Browser(self, number)
                         for number in range(connections)]
        for browser in self.browsers:
            browser.start()

    def ended(self):
        return time.monotonic() >= self.until

    def fail(self, kind, port, began):
        self.failures.append({"kind": kind, "port": port, "began": began,
                              "ended": now()})

    def succeed(self, began):
        self.times.append(now() - began)

    def finish(self):
        self.until = 0

    def wait(self):
        for browser in self.browsers:
            browser.join()
        times = sorted(self.times) or [0]
        sums = {"requests": self.requests, "answers": len(self.times),
                "asked again": self.again, "failures": len(self.failures)}
        for name, share in (("p50_ms", .5), ("p90_ms", .9), ("p99_ms", .99),
                            ("slowest_ms", 1)):
            sums[name] = times[min(int(len(times) * share), len(times) - 1)]
        return sums
