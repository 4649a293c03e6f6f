#!/usr/bin/env python3
"""What becomes of the requests of a client that sends no more: a FIN may be
half a close, or nobody is there. Writes TAP; BUILD names the folder of the
programs."""

import queue
import socket
import sys

from stage import SECONDS, Broken, Message, Origin, Stage, expect, play, wait

SHORT = 'timeouts = { half_closed = "300ms"; upstream = 60; queue = 60; }'
LONG = "timeouts = { half_closed = 60; upstream = 60; queue = 60; }"


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
                stream.sock.sendall(self.say.get(timeout=SECONDS))
        if path in ("/silent", "/events"):
            try:
                stream.sock.settimeout(2 * SECONDS)
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
        expect(target, self.origin.asked.get(timeout=SECONDS))
        if close:
            client.sock.close()
        else:
            client.sock.shutdown(socket.SHUT_WR)
        return client


def a_silent_origin_is_left_with_the_client():
    with Leaving(SHORT) as stage:
        for close in (True, False):
            stage.leave("/silent", close)
            expect("/silent", stage.origin.ends.get(timeout=SECONDS))
        stage.daemon.wait_for(lambda line: "why=client-gone" in line)


def a_place_in_the_queue_is_given_up():
    with Leaving(SHORT, "limits = { upstream_connections = 1; queue = 1; }") \
            as stage:
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
        expect("/events", stage.origin.ends.get(timeout=SECONDS))
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
        expect("/silent", stage.origin.asked.get(timeout=SECONDS))
        client.sock.shutdown(socket.SHUT_WR)
        expect("/silent", stage.origin.ends.get(timeout=SECONDS))
        client.rest()
        expect(1, len(stage.origin.requests))


if __name__ == "__main__":
    sys.exit(play((a_silent_origin_is_left_with_the_client,
                   a_place_in_the_queue_is_given_up,
                   a_quiet_stream_is_ended,
                   all_that_was_asked_before_is_answered,
                   what_waits_behind_a_silent_origin_holds_nothing)))
