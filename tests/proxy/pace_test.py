#!/usr/bin/env python3
"""Who sends or takes just enough not to be late is not waited for for ever.
Writes TAP; BUILD names the folder of the programs."""

import select
import socket
import sys
import time

from frames import (CANCEL, DATA, END_HEADERS, END_STREAM, HEADERS,
                    INITIAL_WINDOW_SIZE, NO_ERROR, RST_STREAM, WINDOW_UPDATE,
                    Client, frame, head, number)
from stage import SECONDS, Broken, Message, Origin, Stage, expect, play

LISTEN = 'listen = ( { address = "127.0.0.1:0"; http2 = true; } )'
STRICT = [LISTEN, "limits = { body_rate = 2000; send_rate = 2000; }",
          'timeouts = { body = 1; send = 1; drain = 2; }']
LAX = [LISTEN, "limits = { body_rate = 0; send_rate = 0; }", STRICT[2]]
STEP = 0.1              # between two bytes: far below the times
STATUS = b"\x48\x03408"  # :status, as nghttp2 writes it (RFC 7541 6.2.1)
POST = ["POST /x HTTP/1.1", "Content-Length: 1000"]


class Big(Origin):
    """Answers /big with more than any buffer holds."""

    def answer(self, stream, port):
        request = Message(stream, no_body=True)
        self.requests.append((request.start.split()[1], port))
        stream.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
                            b"Content-Length: %d\r\n\r\n" % (64 << 20))
        for _ in range(64):
            stream.sock.sendall(bytes(1 << 20))
        return True


def big(config):
    stage = Stage(config, start=False)
    stage.origin.close()
    stage.origin = Big()
    stage.daemon.origin_port = stage.origin.port
    stage.daemon.write(config)
    stage.daemon.start()
    return stage


def answered(sock):
    """Whether something comes within a step; this is the clock, too."""
    sock.settimeout(STEP)
    try:
        sock.recv(1, socket.MSG_PEEK)
        return True
    except TimeoutError:
        return False
    finally:
        sock.settimeout(SECONDS)


def drip(sock, say, seconds=SECONDS):
    """Says something at each step until there is an answer, if there is."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if answered(sock):
            return True
        say()
    return False


def a_body_that_drips_is_refused():
    with Stage(STRICT) as stage:
        client = stage.client()
        stage.ask(client, POST)
        expect(True, drip(client.sock, lambda: client.sock.sendall(b"x")))
        expect("408", Message(client).start.split()[1])


def without_a_rate_it_may_drip():
    with Stage(LAX) as stage:
        client = stage.client()
        stage.ask(client, POST)
        expect(False, drip(client.sock,
                           lambda: client.sock.sendall(b"x"), 2.5))


def a_body_that_keeps_the_rate_may_take_its_time():
    with Stage(STRICT) as stage:
        client = stage.client()
        stage.ask(client, [POST[0], "Content-Length: 8000"])
        for _ in range(16):     # 500 in each step: over 2000 a second
            expect(False, answered(client.sock))
            client.sock.sendall(bytes(500))
        expect("200", Message(client).start.split()[1])


def open_h2(stage, settings=()):
    return Client((stage.daemon.host, stage.daemon.port), SECONDS, settings)


def a_body_that_drips_is_refused_on_a_stream():
    with Stage(STRICT) as stage:
        client = open_h2(stage)
        client.send(frame(HEADERS, END_HEADERS, 1, head("/x", "POST")))
        client.wait(4)          # SETTINGS, and what acknowledges ours
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            client.send(frame(DATA, 0, 1, b"x"))
            client.sock.settimeout(STEP)
            try:
                found = client.wait(HEADERS, 1)
                break
            except TimeoutError:
                pass
        else:
            raise Broken("it may drip")
        client.sock.settimeout(SECONDS)
        expect(True, STATUS in found[3])
        expect(number(NO_ERROR), client.wait(RST_STREAM, 1)[3])
        expect([], stage.origin.answered)


def who_takes_little_of_an_answer_is_cut():
    """With a small window: each read lets the daemon write some."""
    with big(STRICT) as stage:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(SECONDS)
        sock.connect((stage.daemon.host, stage.daemon.port))
        sock.sendall(b"GET /big HTTP/1.1\r\nHost: library.example\r\n\r\n")
        ends = select.poll()    # what was received stays readable
        ends.register(sock, select.POLLRDHUP)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            sock.recv(1)
            if ends.poll(STEP * 1000):
                return
        raise Broken("it may sip for ever")


def who_takes_little_of_a_stream_loses_it():
    with big(STRICT) as stage:
        client = open_h2(stage, [(INITIAL_WINDOW_SIZE, 1)])
        client.send(frame(HEADERS, END_HEADERS | END_STREAM, 1,
                          head("/big")))
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            client.sock.settimeout(STEP)
            try:
                found = client.wait(RST_STREAM, 1)
                break
            except TimeoutError:
                client.send(frame(WINDOW_UPDATE, 0, 1, number(1)))
        else:
            raise Broken("it may sip for ever")
        expect(number(CANCEL), found[3])
        stage.daemon.wait_for(lambda line: "http2.stalled" in line)


if __name__ == "__main__":
    sys.exit(play((a_body_that_drips_is_refused,
                   without_a_rate_it_may_drip,
                   a_body_that_keeps_the_rate_may_take_its_time,
                   a_body_that_drips_is_refused_on_a_stream,
                   who_takes_little_of_an_answer_is_cut,
                   who_takes_little_of_a_stream_loses_it)))
