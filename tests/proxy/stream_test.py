#!/usr/bin/env python3
"""What the origin writes in bursts leaves as it comes: each burst must be with
the client before the origin writes the next. Writes TAP; BUILD names the folder
of the programs."""

import queue
import re
import sys

from coders import CODERS
from frames import DATA, Client
from stage import SECONDS, Broken, Message, Origin, Stage, expect, play

HTTP2 = 'listen = ( { address = "127.0.0.1:0"; http2 = true; } )'
PAGE = (b"<!doctype html>", b"<title>t</title>", b"<p>first</p>",
        b'<script src="https://stats.example/t.js"></script><p>second</p>',
        b"<p>third</p>")
SPLIT = (b"<!doctype html>", b"<title>t</title>", b"<p>first</p>",
         b'<p>second</p><script src="https://sta',
         b'ts.example/t.js">var t = "<p>";', b"</scr",
         b"ipt><p>third</p>")
EVENTS = (b"data: 1\n\n", b"data: 2\n\n", b": beat\n\n")
HEADS = {"/page": "Content-Type: text/html\r\n",
         "/events": "Content-Type: text/event-stream\r\n",
         "/text": "Content-Type: text/plain\r\n"}


def coding_of(options):
    return next((name for name in CODERS if name in options), "identity")


class Slow(Origin):
    """Writes what say gets, one piece after the other; None ends."""

    def __init__(self):
        super().__init__()
        self.say = queue.Queue()

    def answer(self, stream, port):
        path, _, options = Message(stream, no_body=True).start.split()[
            1].partition("?")
        chunked, coding = "chunked" in options, coding_of(options)
        coder = CODERS[coding]()
        stream.sock.sendall((
            "HTTP/1.1 200 OK\r\n" + HEADS[path]
            + ("Transfer-Encoding: chunked\r\n" if chunked else "")
            + (f"Content-Encoding: {coding}\r\n" if coding != "identity"
               else "")
            + "\r\n").encode())
        while (piece := self.say.get(timeout=SECONDS)) is not None:
            piece = coder.encode(piece)
            stream.sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece)
                                if chunked else piece)
        end = coder.end()
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
        coding = coding_of(target)
        client = self.client()
        self.ask(client, [f"GET {target} HTTP/1.1",
                          f"Accept-Encoding: {coding}",
                          "Accept: text/html"])
        client.until(b"\r\n\r\n")
        while size := int(client.until(b"\r\n"), 16):
            yield client.exactly(size)
            client.exactly(2)

    def over_2(self, target):
        """The same over HTTP/2."""
        client = Client((self.daemon.host, self.daemon.port), SECONDS)
        client.ask(1, target, ("accept-encoding", coding_of(target)),
                   ("accept", "text/html"))
        for kind, flags, stream, payload in client.frames():
            if kind == DATA and stream == 1:
                yield payload
            if kind in (0, 1) and stream == 1 and flags & 1:
                return

    def check(self, pieces, bursts, coding):
        """Each burst is there before the next is written; of a script that
        is cut in two, what stands before it."""
        coder = CODERS[coding]()
        within = False
        seen = b""
        for burst in bursts:
            self.origin.say.put(burst)
            mark = re.sub(rb"<script.*?</script>", b"", burst)
            if within:
                within = not mark.startswith(b"ipt>")
                mark = b"" if within else mark[4:]
            elif b"<script" in mark:
                mark, within = mark[:mark.index(b"<script")], True
            while mark not in seen:
                piece = next(pieces, None)
                if piece is None:
                    raise Broken(f"no {mark!r} in {seen!r}")
                seen += coder.decode(piece)
        self.origin.say.put(None)
        for piece in pieces:
            seen += coder.decode(piece)
        if b"stats.example" in seen or b"var t = " in seen:
            raise Broken(f"it was not rewritten: {seen!r}")
        return seen


def all_ways(path, bursts):
    with Bursts() as stage:
        for coding in CODERS:
            for options in (coding, f"chunked-{coding}"):
                for way in (stage.over_1, stage.over_2):
                    stage.check(way(f"{path}?{options}"), bursts, coding)


def events_leave_as_they_come():
    all_ways("/events", EVENTS)


def text_leaves_as_it_comes():
    all_ways("/text", EVENTS)


def pages_leave_as_they_come():
    all_ways("/page", PAGE)


def a_script_in_pieces_holds_back_nothing_before_it():
    all_ways("/page", SPLIT)


def a_charset_that_comes_late_is_not_believed():
    with Bursts() as stage:
        client = stage.client()
        stage.ask(client, ["GET /page?chunked HTTP/1.1",
                           "Accept: text/html"])
        for burst in PAGE[:2]:
            stage.origin.say.put(burst)
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
                   a_script_in_pieces_holds_back_nothing_before_it,
                   a_charset_that_comes_late_is_not_believed)))
