#!/usr/bin/env python3
"""What becomes of the requests of a client that sends no more: a FIN may be
half a close, or nobody is there. Writes TAP; BUILD names the folder of the
programs."""

import queue
import socket
import ssl
import sys

from frames import CANCEL, DATA, PING, RST_STREAM, Client, frame, number
from stage import (SECONDS, Broken, Message, Origin, Stage, Stream, expect,
                   play, wait)
from tls_test import Front, one

GIVEN = 20              # seconds for what should be seen at once
TIMES = "upstream = 60; queue = 60; drain = 1;"
SHORT = f'timeouts = {{ half_closed = "300ms"; {TIMES} }}'
LONG = f"timeouts = {{ half_closed = 60; {TIMES} }}"
ONE = "limits = { upstream_connections = 1; queue = 1; }"
LISTEN = 'listen = ( { address = "127.0.0.1:0"; http2 = true; } )'


def hear(told, wanted):
    """It is what an origin tells next, and soon."""
    try:
        expect(wanted, told.get(timeout=GIVEN))
    except queue.Empty:
        raise Broken(f"the origin did not see {wanted}") from None


def say_goodbye(sock):
    """Says by TLS that no more comes, and leaves the socket as it is. What
    is on its way must have been read: OpenSSL's shutdown refuses data."""
    sock.setblocking(False)
    try:
        sock.unwrap()
    except ssl.SSLWantReadError:
        pass                    # theirs is not waited for
    sock.settimeout(GIVEN)


class Quiet(Origin):
    """Says nothing of /silent, and of /events what say gets, until its
    connection ends, which goes to ends."""

    def __init__(self):
        super().__init__()
        self.asked, self.ends, self.say = (queue.Queue() for _ in range(3))

    def answer(self, stream, port):
        path = Message(stream, no_body=True).start.split()[1]
        self.requests.append((path, port))
        self.asked.put(path)
        if path == "/events":
            stream.sock.sendall(b"HTTP/1.1 200 OK\r\n"
                                b"Content-Type: text/event-stream\r\n\r\n")
            for _ in range(3):
                try:
                    stream.sock.sendall(self.say.get(timeout=GIVEN))
                except queue.Empty:
                    return False
        if path in ("/silent", "/events"):
            try:
                stream.sock.settimeout(2 * GIVEN)
                if stream.sock.recv(1):
                    raise Broken("more came")
            except ConnectionResetError:
                pass
            self.ends.put(path)
            return False
        if path == "/hold":
            self.behind.set()
            self.on.wait(SECONDS)
        stream.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                            b"Content-Length: %d\r\n\r\n%s"
                            % (len(path), path.encode()))
        return True


class Leaving(Stage):
    """The stage with that origin, and one worker."""

    def __init__(self, *config):
        super().__init__(start=False)
        self.origin = Quiet()
        self.daemon.origin_port = self.origin.port
        self.daemon.write(["workers = 1", *config])
        self.daemon.start()

    def leave(self, target, close):
        """A client that asks, is heard, and then sends no more."""
        client = self.client()
        self.ask(client, [f"GET {target} HTTP/1.1"])
        hear(self.origin.asked, target)
        if close:
            client.sock.close()
        else:
            client.sock.shutdown(socket.SHUT_WR)
        return client


def a_silent_origin_is_left_with_the_client():
    with Leaving(SHORT) as stage:
        for close in (True, False):
            stage.leave("/silent", close)
            hear(stage.origin.ends, "/silent")
        stage.daemon.wait_for(lambda line: "why=client-gone" in line)


def a_place_in_the_queue_is_given_up():
    with Leaving(SHORT, ONE) as stage:
        first, gone, last = (stage.client() for _ in range(3))
        stage.ask(first, ["GET /hold HTTP/1.1"])
        wait(stage.origin.behind)
        stage.ask(gone, ["GET /gone HTTP/1.1"])
        stage.turn()                # it has the only place
        at = len(stage.daemon.lines)
        gone.sock.shutdown(socket.SHUT_WR)
        stage.daemon.wait_for(lambda line: "why=client-gone" in line, at)
        stage.ask(last, ["GET /last HTTP/1.1"])
        stage.turn()
        stage.origin.on.set()
        expect(b"/hold", Message(first).body)
        expect(b"/last", Message(last).body)
        expect(["/hold", "/last"],
               [path for path, _ in stage.origin.requests])


def a_quiet_stream_is_ended():
    with Leaving(SHORT) as stage:
        client = stage.leave("/events", False)
        for number in range(3):     # whoever reads on, gets what comes
            event = b"data: %d\n\n" % number
            stage.origin.say.put(event)
            client.until(event)
        hear(stage.origin.ends, "/events")
        client.rest()
        expect(True, client.reset)  # not whole: it has no end


def all_that_was_asked_before_is_answered():
    with Leaving(LONG) as stage:
        client = stage.client()
        paths = ["/a", "/hold", "/b", "/c"]
        client.sock.sendall(b"".join(
            f"GET {path} HTTP/1.1\r\nHost: library.example\r\n\r\n".encode()
            for path in paths))
        client.sock.shutdown(socket.SHUT_WR)
        wait(stage.origin.behind)
        stage.turn()                # its end was seen long before
        stage.origin.on.set()
        for path in paths:
            expect(path.encode(), Message(client).body)
        expect(b"", client.rest())


def what_waits_behind_a_silent_origin_holds_nothing():
    with Leaving(SHORT) as stage:
        client = stage.client()
        client.sock.sendall(2 * (b"GET /silent HTTP/1.1\r\n"
                                 b"Host: library.example\r\n\r\n"))
        hear(stage.origin.asked, "/silent")
        client.sock.shutdown(socket.SHUT_WR)
        hear(stage.origin.ends, "/silent")
        client.rest()
        expect(1, len(stage.origin.requests))


class LeavingByTls(Front):
    """The same with clients that come by TLS."""

    def __init__(self, *config):
        super().__init__(one, ["workers = 1", *config])

    def configure(self):
        self.origin = Quiet()
        self.daemon.origin_port = self.origin.port
        super().configure()

    def client(self, port=None):
        return Stream(self.connect())


def an_end_by_tls_alone_is_one():
    with LeavingByTls(SHORT) as stage:
        client = stage.client()
        stage.ask(client, ["GET /silent HTTP/1.1"])
        hear(stage.origin.asked, "/silent")
        say_goodbye(client.sock)
        hear(stage.origin.ends, "/silent")
        client = stage.client()
        stage.ask(client, ["GET /events HTTP/1.1"])
        hear(stage.origin.asked, "/events")
        client.until(b"\r\n\r\n")
        say_goodbye(client.sock)
        for n in range(3):
            event = b"data: %d\n\n" % n
            stage.origin.say.put(event)
            client.until(event)
        hear(stage.origin.ends, "/events")


def half_a_close_by_tls_gets_its_answer():
    with LeavingByTls(LONG) as stage:
        client = stage.client()
        stage.ask(client, ["GET /hold HTTP/1.1"])
        wait(stage.origin.behind)
        say_goodbye(client.sock)
        stage.turn()
        stage.origin.on.set()
        expect(b"/hold", Message(client).body)


def a_place_in_the_queue_is_given_up_by_tls():
    for close in (True, False):
        leave_the_queue_by_tls(close)


def leave_the_queue_by_tls(close):
    with LeavingByTls(SHORT, ONE) as stage:
        first, gone, last = (stage.client() for _ in range(3))
        stage.ask(first, ["GET /hold HTTP/1.1"])
        wait(stage.origin.behind)
        stage.ask(gone, ["GET /gone HTTP/1.1"])
        stage.turn()
        at = len(stage.daemon.lines)
        say_goodbye(gone.sock)
        if close:
            gone.sock.close()
        stage.daemon.wait_for(lambda line: "why=client-gone" in line, at)
        stage.ask(last, ["GET /last HTTP/1.1"])
        stage.turn()
        stage.origin.on.set()
        expect(b"/hold", Message(first).body)
        expect(b"/last", Message(last).body)


def leave_by_http2(client, how):
    """Gives up stream 1, which must leave the connection alone, or all."""
    if how == "close":
        client.close()
        return
    client.send(frame(RST_STREAM, 0, 1, number(CANCEL))
                + frame(PING, 0, 0, b"are you "))
    if client.wait(PING) is None:
        raise Broken("the connection ended with the stream")


def http2_gives_up_at_once():
    for how in ("reset", "close"):
        with Leaving(LONG, LISTEN) as stage:
            address = stage.daemon.host, stage.daemon.port
            client = Client(address, GIVEN)
            client.ask(1, "/silent")
            hear(stage.origin.asked, "/silent")
            leave_by_http2(client, how)
            hear(stage.origin.ends, "/silent")
            client = Client(address, GIVEN)
            client.ask(1, "/events")
            hear(stage.origin.asked, "/events")
            for n in range(3):
                stage.origin.say.put(b"data: %d\n\n" % n)
                client.wait(DATA, 1)
            leave_by_http2(client, how)
            hear(stage.origin.ends, "/events")


def http2_leaves_the_queue_at_once():
    for how in ("reset", "close"):
        with Leaving(LONG, LISTEN, ONE) as stage:
            first, last = stage.client(), stage.client()
            gone = Client((stage.daemon.host, stage.daemon.port), GIVEN)
            stage.ask(first, ["GET /hold HTTP/1.1"])
            wait(stage.origin.behind)
            gone.ask(1, "/gone")
            gone.send(frame(PING, 0, 0, b"are you "))
            gone.wait(PING)         # it was read
            stage.turn()            # and waits
            at = len(stage.daemon.lines)
            leave_by_http2(gone, how)
            stage.daemon.wait_for(lambda line: "why=client-gone" in line, at)
            stage.ask(last, ["GET /last HTTP/1.1"])
            stage.turn()
            stage.origin.on.set()
            expect(b"/hold", Message(first).body)
            expect(b"/last", Message(last).body)
            expect(["/hold", "/last"],
                   [path for path, _ in stage.origin.requests])


if __name__ == "__main__":
    sys.exit(play((a_silent_origin_is_left_with_the_client,
                   a_place_in_the_queue_is_given_up,
                   a_quiet_stream_is_ended,
                   all_that_was_asked_before_is_answered,
                   what_waits_behind_a_silent_origin_holds_nothing,
                   an_end_by_tls_alone_is_one,
                   half_a_close_by_tls_gets_its_answer,
                   a_place_in_the_queue_is_given_up_by_tls,
                   http2_gives_up_at_once,
                   http2_leaves_the_queue_at_once)))
