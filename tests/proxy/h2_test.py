#!/usr/bin/env python3
"""HTTP/2 to clients: what usual clients get, and what becomes of those that
attack. Writes TAP; BUILD names the folder of the programs."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from frames import (ACK, CANCEL, COMPRESSION_ERROR, CONTINUATION, DATA,
                    ENABLE_PUSH, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM,
                    FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, GOAWAY, HEADERS,
                    INITIAL_WINDOW_SIZE, INTERNAL_ERROR, MAX_FRAME_SIZE,
                    NO_ERROR, PADDED, PING, PRIORITIZED, PRIORITY,
                    PROTOCOL_ERROR, PUSH_PROMISE, RST_STREAM, SETTINGS,
                    STREAM_CLOSED, WINDOW_UPDATE, Client, block, frame, head,
                    number)
from stage import SECONDS, Broken, Message, Origin, Stage, expect, play, wait

LISTEN = 'listen = ( { address = "127.0.0.1:0"; http2 = true; } )'
MEGABYTE = 1 << 20
LARGE = 100 * MEGABYTE
CALM = 64 * 1024        # kilobytes that a worker may have


class Site(Origin):
    """Also /big, /sink, /cut, /gone, /none, /same and /crumbs."""

    def answer(self, stream, port):
        request = Message(stream, no_body=True)
        method, path = request.start.split()[:2]
        self.requests.append((path, port))
        send = stream.sock.sendall
        if path == "/sink":
            left = int(request.values("Content-Length")[0])
            while left:
                left -= len(stream.exactly(min(left, MEGABYTE)))
            body = b"all of it"
        elif path == "/big":
            return self.big(send)
        elif path == "/cut":
            send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                 b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
            return False
        elif path in ("/none", "/same"):
            send(b"HTTP/1.1 %s\r\nETag: \"a\"\r\n\r\n"
                 % (b"204 Fine" if path == "/none" else b"304 Not"))
            return True
        elif path == "/crumbs":
            body = "".join(request.values("Cookie")).encode()
        elif path == "/trailers":
            send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                 b"Content-Type: text/plain\r\n\r\n1\r\na\r\n0\r\nX-Sum: 7\r\n\r\n")
            return True
        else:
            if path == "/hold":
                self.behind.set()
                self.on.wait(SECONDS)
            request.read_body(stream)
            body = path.encode() + b" " + request.body
        send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
             b"Content-Length: %d\r\n\r\n%s"
             % (len(body), b"" if method == "HEAD" else body))
        return True

    def big(self, send):
        """Sends much; held is set where the client does not want it all."""
        send(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
             b"Content-Length: %d\r\n\r\n" % LARGE)
        piece = b"x" * MEGABYTE
        try:
            for _ in range(LARGE // MEGABYTE):
                send(piece)
        except OSError:
            self.held.set()
            return False
        return True


class H2(Stage):
    """The stage with a listener that knows HTTP/2."""

    def __init__(self, config=(), listen=LISTEN):
        super().__init__(start=False)
        self.origin = Site()
        self.daemon.origin_port = self.origin.port
        self.daemon.write((listen, *config))
        self.daemon.start()
        self.url = f"http://{self.daemon.host}:{self.daemon.port}"

    def raw(self, settings=(), before=b""):
        return self.keep(Client((self.daemon.host, self.daemon.port), SECONDS,
                                settings, before))

    def curl(self, *arguments):
        return run("curl", "--silent", "--show-error", "--max-time",
                   str(3 * SECONDS), "--http2-prior-knowledge", "-H",
                   "Host: library.example", *arguments)

    def says(self, text):
        self.daemon.wait_for(lambda line: text in line)

    def memory(self):
        """Kilobytes that the worker had at most."""
        pid, = self.daemon.children("worker")
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1])

    def lives(self):
        """The worker still serves."""
        expect(b"/after ", self.curl(self.url + "/after"))


def run(*command):
    done = subprocess.run(command, capture_output=True, timeout=4 * SECONDS,
                          check=False)
    if done.returncode:
        raise Broken(f"{command[0]}: {done.returncode} {done.stderr[-500:]}")
    return done.stdout


def usual_clients_are_served():
    with H2() as stage:
        expect(b"/a ", stage.curl(stage.url + "/a"))
        expect(b"/b hello", stage.curl("-d", "hello", stage.url + "/b"))
        expect(b"2", stage.curl("-o", os.devnull, "-w", "%{http_version}",
                                stage.url + "/c"))
        seen = run("nghttp", "-nv", "-H:authority: library.example",
                   stage.url + "/d", stage.url + "/e").decode()
        expect(2, len(re.findall(r"recv .*:status: 200", seen)))
        expect(2, len(re.findall(r"recv DATA.*\n *; END_STREAM", seen)))
        plain = stage.client()
        stage.ask(plain, ["GET /f HTTP/1.1"])
        expect(b"/f ", Message(plain).body)


def answers_without_bodies_end():
    with H2() as stage:
        for path, status in (("/none", b"204"), ("/same", b"304")):
            expect(status, stage.curl("-o", os.devnull, "-w", "%{http_code}",
                                      stage.url + path))
        found = stage.curl("--head", stage.url + "/a").lower()
        if b"content-length: 3\r\n" not in found:
            raise Broken(found)
        seen = run("nghttp", "-nv", "-H:authority: library.example",
                   stage.url + "/trailers").decode()
        expect(1, len(re.findall(r"recv .*x-sum: 7", seen)))


def crumbs_are_joined_before_the_filter():
    with H2() as stage:
        seen = run("nghttp", "-H:authority: library.example",
                   "-H", "cookie: session=1", "-H", "cookie: ad_x=2",
                   "-H", "cookie: session=3", stage.url + "/crumbs")
        expect(b"session=1; session=3", seen)


def many_streams_at_once():
    with H2() as stage:
        out = run("h2load", "-n", "600", "-c", "2", "-m", "100",
                  "-H:authority: library.example", stage.url + "/x").decode()
        if "600 succeeded" not in out:
            raise Broken(out)


def large_bodies_go_both_ways_in_bounded_memory():
    with H2([f"limits = {{ request_body = {LARGE}; }}"]) as stage, \
            tempfile.NamedTemporaryFile() as file:
        file.truncate(LARGE)
        expect(str(LARGE).encode(), stage.curl(
            "-o", os.devnull, "-w", "%{size_download}", stage.url + "/big"))
        expect(b"all of it", stage.curl(
            "-X", "POST", "-T", file.name, stage.url + "/sink"))
        if "asan" not in os.environ.get("BUILD", "") \
                and stage.memory() > CALM:
            raise Broken(f"{stage.memory()} kB")


def an_early_answer_is_read():
    with H2(["limits = { request_body = 1000; }"]) as stage, \
            tempfile.NamedTemporaryFile() as file:
        file.truncate(MEGABYTE)
        expect(b"413", stage.curl("-X", "POST", "-T", file.name, "-o",
                                  os.devnull, "-w", "%{http_code}",
                                  stage.url + "/sink"))
        client = stage.raw()
        client.ask(1, "/sink", ("content-length", "2000"), method="POST",
                   end=0)
        wait_end(client, 1)
        expect(number(NO_ERROR), client.wait(RST_STREAM, 1)[3])


def a_cut_answer_never_looks_whole():
    with H2() as stage:
        client = stage.raw()
        client.ask(1, "/cut")
        for kind, flags, stream, payload in client.frames():
            if stream == 1 and kind in (HEADERS, DATA) \
                    and flags & END_STREAM:
                raise Broken("it ended")
            if kind == RST_STREAM:
                expect(number(INTERNAL_ERROR), payload)
                break
        client.ask(3, "/next")  # the connection goes on
        wait_end(client, 3)


def wait_end(client, stream):
    """Waits for the end of an answer."""
    for kind, flags, which, payload in client.frames():
        if which == stream and kind == RST_STREAM:
            raise Broken(f"reset with {payload!r}")
        if which == stream and flags & END_STREAM:
            return
    raise Broken("closed before the end")


def a_stream_that_is_cancelled_frees_the_origin():
    with H2() as stage:
        client = stage.raw()
        client.ask(1, "/big")
        client.wait(DATA, 1)
        client.send(frame(RST_STREAM, 0, 1, number(CANCEL)))
        wait(stage.origin.held)
        client.ask(3, "/next")
        wait_end(client, 3)
        other = stage.raw()
        stage.origin.held.clear()
        other.ask(1, "/big")
        other.wait(DATA, 1)
        other.close()           # and so does a client that goes away
        wait(stage.origin.held)


def one_stalled_reader_stops_no_other():
    with H2(["timeouts = { send = 1; drain = 2; }"]) as stage:
        client = stage.raw([(INITIAL_WINDOW_SIZE, 0)])
        client.ask(1, "/big")
        client.send(frame(HEADERS, END_HEADERS | END_STREAM, 3, head("/x"))
                    + frame(WINDOW_UPDATE, 0, 3, number(100)))
        wait_end(client, 3)
        expect(number(CANCEL), client.wait(RST_STREAM, 1)[3])
        stage.says("http2.stalled")
        wait(stage.origin.held)


def waits_have_an_end():
    with H2(["timeouts = { header = 3; body = 3; idle = 3; drain = 2; }"]) \
            as stage:
        half = stage.raw()
        half.send(frame(HEADERS, END_STREAM, 1, head()))
        silent = stage.raw()
        body = stage.raw()
        body.ask(1, "/x", method="POST", end=0)
        mute = Client.__new__(Client)
        mute.sock, mute.buffer = stage.client().sock, b""
        mute.send(b"PRI * HTTP/2.0\r\n")
        expect([(NO_ERROR, 1)], half.goaway())
        expect([(NO_ERROR, 0)], silent.goaway())
        expect(HEADERS, body.wait(HEADERS, 1)[0])       # 408
        expect([], mute.goaway())
        stage.says("http2.refused why=slow-head")
        stage.lives()


def attack(stage, data, why):
    client = stage.raw()
    client.send(data)
    found = client.goaway()
    expect([ENHANCE_YOUR_CALM], [code for code, _ in found])
    stage.says(f"http2.refused why={why}")


def floods_end_the_connection():
    opened = frame(HEADERS, END_HEADERS, 1, head("/x", "POST"))
    with H2() as stage:
        attack(stage, frame(PING, 0, 0, bytes(8)) * 400, "pings")
        attack(stage, frame(SETTINGS) * 100, "settings")
        attack(stage, opened + frame(PRIORITY, 0, 1, bytes(5)) * 3000,
               "priorities")
        attack(stage, opened + frame(WINDOW_UPDATE, 0, 1, number(1)) * 9000,
               "windows")
        attack(stage, opened + frame(DATA, 0, 1) * 400, "empty-data")
        attack(stage, frame(HEADERS, 0, 1, head())
               + frame(CONTINUATION, 0, 1, b"") * 100, "continuations")
        attack(stage, frame(HEADERS, END_HEADERS, 1, b"\x40" + b"\x01a"
               + b"\x7f\xa1\x1e" + b"b" * 4000 + b"\xbe" * 4000),
               "head-bomb")
        stage.lives()


def resets_that_come_too_fast_end_the_connection():
    with H2() as stage:
        attack(stage, b"".join(
            frame(HEADERS, END_HEADERS | END_STREAM, 2 * i + 1, head("/r"))
            + frame(RST_STREAM, 0, 2 * i + 1, number(CANCEL))
            for i in range(2000)), "resets")
        stage.lives()


def malformed_requests_end_their_stream_alone():
    with H2() as stage:
        client = stage.raw()
        for at, fields in enumerate((("Upper", "1"), ("connection", "close"),
                                     ("transfer-encoding", "chunked"),
                                     ("host", "other.example"),
                                     ("te", "gzip"), ("x", "a\r\nb"))):
            client.ask(2 * at + 1, "/x", fields)
            expect(number(PROTOCOL_ERROR),
                   client.wait(RST_STREAM, 2 * at + 1)[3])
        client.ask(101, "/next")
        wait_end(client, 101)
        expect(["/next"], [path for path, _ in stage.origin.requests])


WHOLE = ((":method", "GET"), (":scheme", "http"), (":path", "/x"),
         (":authority", "library.example"))


def changed(name, *values):
    """The fields of a request, one of them with other values or gone."""
    return [row for field in WHOLE for row in (
        [(name, value) for value in values] if field[0] == name else [field])]


def pseudo_fields_are_as_they_must():
    blocks = [changed(field[0]) for field in WHOLE[:3]]
    blocks += [changed(field[0], field[1], field[1]) for field in WHOLE]
    blocks += [changed(":path", value) for value in (
        "", "x", "*", "http://library.example/x", "/a b", "/a\x7f")]
    blocks += [changed(":authority", value) for value in (
        "", "a b", "u@library.example")]
    blocks += [changed(":method", value) for value in ("", "G T")]
    blocks += [[*WHOLE, (":odd", "1")], [*WHOLE, (":status", "200")],
               [*WHOLE[:3], ("x", "1"), WHOLE[3]], [*WHOLE, (":Path", "/y")]]
    with H2() as stage:
        client = stage.raw()
        for at, fields in enumerate(blocks):
            client.send(frame(HEADERS, END_HEADERS | END_STREAM, 2 * at + 1,
                              block(*fields)))
            refused(client, 2 * at + 1)
        client.ask(201, "/x", method="POST", end=0)
        client.send(frame(HEADERS, END_HEADERS | END_STREAM, 201,
                          block((":path", "/y"))))
        expect(number(PROTOCOL_ERROR), client.wait(RST_STREAM, 201)[3])
        client.ask(203, "/next")
        wait_end(client, 203)
        expect(True, {path for path, _ in stage.origin.requests}
               <= {"/next", "/x"})


def refused(client, stream):
    """A stream is reset as malformed, or answered as a bad request is."""
    for kind, _, which, payload in client.frames():
        if which != stream or kind not in (HEADERS, RST_STREAM):
            continue
        if kind == RST_STREAM:
            expect(number(PROTOCOL_ERROR), payload)
        else:           # :status 400 stands in the static table
            expect(b"\x8c", payload[:1])
        return
    raise Broken(f"the connection ended before {stream}")


def authority_is_the_host():
    with H2() as stage:
        client = stage.raw()
        for at, (authority, host) in enumerate((
                ("library.example", "LIBRARY.example"),
                ("library.example:80", "library.example"),
                ("library.example", "library.example:80"),
                ("library.example", "library.example"))):
            client.send(frame(HEADERS, END_HEADERS | END_STREAM, 2 * at + 1,
                              block(*changed(":authority", authority),
                                    ("host", host))))
            wait_end(client, 2 * at + 1)
        for at, host in enumerate(("library.example:443", "x.example",
                                   "library.example:8080", "")):
            client.ask(2 * at + 101, "/x", ("host", host))
            expect(number(PROTOCOL_ERROR),
                   client.wait(RST_STREAM, 2 * at + 101)[3])
        expect(4, len(stage.origin.requests))


def lengths_that_lie_end_their_stream():
    with H2() as stage:
        client = stage.raw()
        for at, (length, body) in enumerate((("10", b"hello"), ("3", b"hello"),
                                             ("0", b"hello"), ("+5", b"hello"),
                                             ("5, 5", b"hello"))):
            client.ask(2 * at + 1, "/x", ("content-length", length),
                       method="POST", end=0)
            client.send(frame(DATA, END_STREAM, 2 * at + 1, body))
            expect(number(PROTOCOL_ERROR),
                   client.wait(RST_STREAM, 2 * at + 1)[3])
        client.ask(101, "/x", ("content-length", "5"))
        expect(number(PROTOCOL_ERROR), client.wait(RST_STREAM, 101)[3])
        client.ask(103, "/next")
        wait_end(client, 103)


def connect_and_trace_are_refused():
    with H2() as stage:
        client = stage.raw()
        client.send(frame(HEADERS, END_HEADERS, 1, block(
            (":method", "CONNECT"), (":authority", "library.example:443"))))
        expect(HEADERS, client.wait(HEADERS, 1)[0])
        client.ask(3, "/x", method="CONNECT")
        expect(number(PROTOCOL_ERROR), client.wait(RST_STREAM, 3)[3])
        client.ask(5, "/x", method="TRACE")
        expect(HEADERS, client.wait(HEADERS, 5)[0])
        expect([], stage.origin.requests)


def windows_do_not_overflow():
    most = number((1 << 31) - 1)
    with H2() as stage:
        client = stage.raw([(INITIAL_WINDOW_SIZE, 1)])
        client.ask(1, "/big")
        client.send(frame(WINDOW_UPDATE, 0, 1, most))
        expect(number(FLOW_CONTROL_ERROR), client.wait(RST_STREAM, 1)[3])
        for data, code in ((frame(WINDOW_UPDATE, 0, 0, most),
                            FLOW_CONTROL_ERROR),
                           (frame(WINDOW_UPDATE, 0, 0, number(0)),
                            PROTOCOL_ERROR),
                           (frame(SETTINGS, payload=b"\0\4" + number(1 << 31)),
                            FLOW_CONTROL_ERROR)):
            ends(stage, data, code)
        zero = stage.raw([(INITIAL_WINDOW_SIZE, 1)])
        zero.ask(1, "/big")
        zero.send(frame(WINDOW_UPDATE, 0, 1, number(0)))
        for kind, _, _, payload in zero.frames():
            if kind in (RST_STREAM, GOAWAY):    # of the stream, or of all
                expect(number(PROTOCOL_ERROR), payload[-4:]
                       if kind == RST_STREAM else payload[4:8])
                break
        stage.lives()


def ends(stage, data, *codes):
    """A connection ends with one of the codes after that."""
    client = stage.raw()
    client.send(data)
    found = [code for code, _ in client.goaway()]
    if not found or found[-1] not in codes:
        raise Broken(f"{data[:32]!r}: {found}, not {codes}")


def priorities_do_no_harm():
    on_itself = number(1) + b"\x10"
    with H2() as stage:
        client = stage.raw()
        client.send(frame(PRIORITY, 0, 1, on_itself)
                    + frame(HEADERS, END_HEADERS | END_STREAM | PRIORITIZED,
                            1, on_itself + head("/x")))
        for kind, flags, stream, payload in client.frames():
            if kind == RST_STREAM:
                expect((1, number(PROTOCOL_ERROR)), (stream, payload))
            if kind == GOAWAY:
                expect(number(PROTOCOL_ERROR), payload[4:8])
            if kind in (RST_STREAM, GOAWAY) or flags & END_STREAM and stream:
                break
        ends(stage, frame(PRIORITY, 0, 0, bytes(5)), PROTOCOL_ERROR)
        ends(stage, frame(PRIORITY, 0, 1, bytes(4)), FRAME_SIZE_ERROR)
        stage.lives()


def unknown_frames_are_ignored():
    with H2() as stage:
        client = stage.raw([(0x7f7f, 1)])
        client.send(frame(0x7f, 255, 0, b"what") + frame(0x21, 1, 1, b"ever"))
        client.ask(1, "/x")
        wait_end(client, 1)
        client.send(frame(HEADERS, END_STREAM, 3, head()) + frame(0x7f))
        expect([PROTOCOL_ERROR], [code for code, _ in client.goaway()])


def broken_frames_end_the_connection():
    opened = frame(HEADERS, END_HEADERS, 1, head("/x", "POST"))
    with H2() as stage:
        for data, *codes in (
                (frame(DATA, 0, 0, b"x"), PROTOCOL_ERROR),
                (frame(DATA, 0, 1, b"x"), PROTOCOL_ERROR, STREAM_CLOSED),
                (opened + frame(DATA, PADDED, 1, b"\x09x"), PROTOCOL_ERROR),
                (frame(HEADERS, END_HEADERS, 0, head()), PROTOCOL_ERROR),
                (frame(HEADERS, END_HEADERS, 2, head()), PROTOCOL_ERROR),
                (frame(HEADERS, END_HEADERS | PADDED, 1, b"\xff" + head()),
                 PROTOCOL_ERROR),
                (frame(HEADERS, 0, 1, head()) + frame(PING, 0, 0, bytes(8)),
                 PROTOCOL_ERROR),
                (frame(CONTINUATION, END_HEADERS, 1, head()), PROTOCOL_ERROR),
                (frame(RST_STREAM, 0, 1, number(0)), PROTOCOL_ERROR),
                (opened + frame(RST_STREAM, 0, 1, b"\0"), FRAME_SIZE_ERROR),
                (frame(WINDOW_UPDATE, 0, 0, b"\0\0\1"), FRAME_SIZE_ERROR),
                (frame(WINDOW_UPDATE, 0, 1, number(1)), PROTOCOL_ERROR),
                (frame(PING, 0, 0, bytes(7)), FRAME_SIZE_ERROR),
                (frame(PING, 0, 1, bytes(8)), PROTOCOL_ERROR),
                (frame(GOAWAY, 0, 1, bytes(8)), PROTOCOL_ERROR),
                (frame(PUSH_PROMISE, END_HEADERS, 1, number(2) + head()),
                 PROTOCOL_ERROR),
                (frame(SETTINGS, 0, 1), PROTOCOL_ERROR),
                (frame(SETTINGS, 0, 0, bytes(5)), FRAME_SIZE_ERROR),
                (frame(SETTINGS, ACK, 0, bytes(6)), FRAME_SIZE_ERROR),
                (setting(ENABLE_PUSH, 2), PROTOCOL_ERROR),
                (setting(MAX_FRAME_SIZE, 1), PROTOCOL_ERROR),
                (frame(DATA, 0, 1, bytes(16385)), FRAME_SIZE_ERROR)):
            ends(stage, data, *codes)
        stage.lives()


def setting(key, value):
    return frame(SETTINGS, 0, 0, key.to_bytes(2, "big") + number(value))


def tables_are_not_abused():
    with H2() as stage:
        for data in (b"\x80", b"\xff\x80\x7f", b"\x3f\xe1\xff\x7f",
                     b"\x00\x81\xff\x01x", b"\xbf", b"\x00\x7f\xff",
                     head() + b"\x20", b"\x40\x01a"):
            ends(stage, frame(HEADERS, END_HEADERS | END_STREAM, 1, data),
                 COMPRESSION_ERROR)
        stage.lives()


def draining_says_goaway_and_serves_what_came():
    with H2() as stage:
        client = stage.raw()
        client.ask(1, "/hold")
        wait(stage.origin.behind)
        stage.daemon.signal("HUP")
        first = client.wait(GOAWAY)
        expect(bytes([0x7f, 255, 255, 255]), first[3][:4])
        client.ask(3, "/late")  # it crossed on the way
        last = client.wait(GOAWAY)
        expect(number(3), last[3][:4])
        stage.origin.on.set()
        ended = {stream for kind, flags, stream, _ in client.frames()
                 if flags & END_STREAM and kind in (HEADERS, DATA)}
        expect(True, 1 in ended)        # and the connection closed
        stage.lives()


def a_proxy_names_the_client():
    listen = ('listen = ( { address = "127.0.0.1:0"; http2 = true; '
              "proxy_protocol = true; } )")
    with H2(['trusted = ( "127.0.0.1" )'], listen) as stage:
        client = stage.raw(
            before=b"PROXY TCP4 192.0.2.7 192.0.2.1 4711 80\r\n")
        client.ask(1, "/a")
        wait_end(client, 1)
        liar = stage.raw(before=b"PROXY TCP4 192.0.2.7\r\n")
        expect([], liar.goaway())
        stage.says("entrance.refused why=proxy-header")
    with H2(['trusted = ( "192.0.2.1" )'], listen) as stage:
        stranger = stage.raw(before=b"PROXY UNKNOWN\r\n")
        expect([], stranger.goaway())
        stage.says("entrance.refused why=untrusted")


if __name__ == "__main__":
    sys.exit(play((usual_clients_are_served,
                   answers_without_bodies_end,
                   crumbs_are_joined_before_the_filter,
                   many_streams_at_once,
                   large_bodies_go_both_ways_in_bounded_memory,
                   an_early_answer_is_read,
                   a_cut_answer_never_looks_whole,
                   a_stream_that_is_cancelled_frees_the_origin,
                   one_stalled_reader_stops_no_other,
                   waits_have_an_end,
                   floods_end_the_connection,
                   resets_that_come_too_fast_end_the_connection,
                   malformed_requests_end_their_stream_alone,
                   pseudo_fields_are_as_they_must,
                   authority_is_the_host,
                   lengths_that_lie_end_their_stream,
                   connect_and_trace_are_refused,
                   windows_do_not_overflow,
                   priorities_do_no_harm,
                   unknown_frames_are_ignored,
                   broken_frames_end_the_connection,
                   tables_are_not_abused,
                   draining_says_goaway_and_serves_what_came,
                   a_proxy_names_the_client)))
