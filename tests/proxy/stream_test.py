#!/usr/bin/env python3
"""What the origin writes in bursts leaves as it comes: each burst must be with
the client before the origin writes the next. Writes TAP; BUILD names the folder
of the programs."""

import queue
import re
import sys
import zlib

from frames import DATA, Client
from stage import SECONDS, Broken, Message, Origin, Stage, expect, play

HTTP2 = 'listen = ( { address = "127.0.0.1:0"; http2 = true; } )'
PAGE = (b"<!doctype html><title>t</title>", b"<p>first</p>",
        b'<script src="https://stats.example/t.js"></script><p>second</p>',
        b"<p>third</p>")
EVENTS = (b"data: 1\n\n", b"data: 2\n\n", b": beat\n\n")
HEADS = {"/page": "Content-Type: text/html\r\n",
         "/events": "Content-Type: text/event-stream\r\n",
         "/text": "Content-Type: text/plain\r\n"}


class Slow(Origin):
    """Writes what say gets, one piece after the other; None ends."""

    def __init__(self):
        super().__init__()
        self.say = queue.Queue()

    def answer(self, stream, port):
        path, _, options = Message(stream, no_body=True).start.split()[
            1].partition("?")
        chunked, gzip = "chunked" in options, "gzip" in options
        coder = zlib.compressobj(wbits=31)
        stream.sock.sendall((
            "HTTP/1.1 200 OK\r\n" + HEADS[path]
            + ("Transfer-Encoding: chunked\r\n" if chunked else "")
            + ("Content-Encoding: gzip\r\n" if gzip else "")
            + "\r\n").encode())
        while (piece := self.say.get(timeout=SECONDS)) is not None:
            if gzip:
                piece = coder.compress(piece) \
                    + coder.flush(zlib.Z_SYNC_FLUSH)
            stream.sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece)
                                if chunked else piece)
        end = coder.flush() if gzip else b""
        if chunked:
            end = (b"%x\r\n%s\r\n" % (len(end), end) if end else b"") \
                + b"0\r\n\r\n"
        stream.sock.sendall(end)
        return chunked


class Bursts(Stage):
    """The stage with that origin."""

    def __init__(self):
        super().__init__(start=False)
        self.origin = Slow()
        self.daemon.origin_port = self.origin.port
        self.daemon.write([HTTP2])
        self.daemon.start()

    def over_1(self, target):
        """Pieces of a body over HTTP/1.1, as they come."""
        client = self.client()
        self.ask(client, [f"GET {target} HTTP/1.1", "Accept-Encoding: gzip",
                          "Accept: text/html"])
        client.until(b"\r\n\r\n")
        while size := int(client.until(b"\r\n"), 16):
            yield client.exactly(size)
            client.exactly(2)

    def over_2(self, target):
        """The same over HTTP/2."""
        client = Client((self.daemon.host, self.daemon.port), SECONDS)
        client.ask(1, target, ("accept-encoding", "gzip"),
                   ("accept", "text/html"))
        for kind, flags, stream, payload in client.frames():
            if kind == DATA and stream == 1:
                yield payload
            if kind in (0, 1) and stream == 1 and flags & 1:
                return

    def check(self, pieces, bursts, gzip):
        """Each burst is there before the next is written."""
        coder = zlib.decompressobj(wbits=31)
        seen = b""
        for burst in bursts:
            self.origin.say.put(burst)
            mark = re.sub(rb"<script.*?</script>", b"", burst)
            while mark not in seen:
                piece = next(pieces, None)
                if piece is None:
                    raise Broken(f"no {mark!r} in {seen!r}")
                seen += coder.decompress(piece) if gzip else piece
        self.origin.say.put(None)
        for piece in pieces:
            seen += coder.decompress(piece) if gzip else piece
        if b"stats.example" in seen:
            raise Broken(f"it was not rewritten: {seen!r}")
        return seen


def all_ways(path, bursts):
    with Bursts() as stage:
        for options in ("", "chunked", "gzip", "chunked-gzip"):
            for way in (stage.over_1, stage.over_2):
                stage.check(way(f"{path}?{options}"), bursts,
                            "gzip" in options)


def events_leave_as_they_come():
    all_ways("/events", EVENTS)


def text_leaves_as_it_comes():
    all_ways("/text", EVENTS)


def pages_leave_as_they_come():
    all_ways("/page", PAGE)


def a_charset_that_comes_late_is_not_believed():
    with Bursts() as stage:
        client = stage.client()
        stage.ask(client, ["GET /page?chunked HTTP/1.1",
                           "Accept: text/html"])
        stage.origin.say.put(PAGE[0])
        client.until(b"<title>t</title>")
        stage.origin.say.put(b'<meta charset="iso-2022-jp"><p>x</p>')
        rest = client.rest()
        expect(True, client.reset)
        expect(False, b"iso-2022-jp" in rest)
        stage.origin.say.put(None)


if __name__ == "__main__":
    sys.exit(play((events_leave_as_they_come,
                   text_leaves_as_it_comes,
                   pages_leave_as_they_come,
                   a_charset_that_comes_late_is_not_believed)))
