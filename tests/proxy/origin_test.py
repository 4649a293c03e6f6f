#!/usr/bin/env python3
"""How consentd uses its connections to the origin: kept, retried, freed.
Writes TAP; BUILD names the folder of the programs."""

import os
import re
import socket
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))

from harness.daemon import SECONDS, Daemon      # noqa: E402
from harness.message import Broken, Message, Stream     # noqa: E402

BUILD = os.path.abspath(os.environ.get("BUILD", "build/release"))


class Origin:
    """Answers each request with its path and body. Breaking off sets held and
    waits for go; /hold sets behind and waits for on."""

    def __init__(self, broken=()):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.broken = set(broken)   # paths whose first request breaks off
        self.requests = []          # rows of path, port of the connection
        self.held, self.go = threading.Event(), threading.Event()
        self.behind, self.on = threading.Event(), threading.Event()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            sock, peer = self.listener.accept()
            sock.settimeout(SECONDS)
            threading.Thread(target=self.serve, args=(sock, peer[1]),
                             daemon=True).start()

    def serve(self, sock, port):
        stream = Stream(sock)
        try:
            while self.answer(stream, port):
                pass
        except (Broken, OSError):
            pass
        sock.close()

    def answer(self, stream, port):
        request = Message(stream, no_body=True)
        path = request.start.split()[1]
        self.requests.append((path, port))
        if path in self.broken:
            self.broken.remove(path)
            self.held.set()
            self.go.wait(SECONDS)
            return False
        if path == "/hold":
            self.behind.set()
            self.on.wait(SECONDS)
        request.read_body(stream)
        body = path.encode() + b" " + request.body
        stream.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                            b"Content-Length: %d\r\n\r\n%s"
                            % (len(body), body))
        return True


class Stage:
    """A daemon before an origin, and clients."""

    def __init__(self, config=(), broken=()):
        self.origin = Origin(broken)
        self.daemon = Daemon(BUILD, self.origin.port, config).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        status = self.daemon.stop()
        faults = [line for line in self.daemon.lines
                  if re.search("Sanitizer|runtime error|killed", line)]
        if status or faults:
            raise Broken(f"ended with {status}: {faults}")

    def client(self):
        return Stream(socket.create_connection(
            (self.daemon.host, self.daemon.port), SECONDS))

    def ask(self, stream, head, body=b""):
        """Sends a request with these lines."""
        stream.sock.sendall("".join(
            f"{line}\r\n" for line in (*head, "Host: library.example", "")
        ).encode() + body)

    def turn(self):
        """Lets the worker go through its loop a few times."""
        client = self.client()
        for _ in range(20):
            self.ask(client, ["GET /.consent/state HTTP/1.1"])
            Message(client)


def expect(wanted, found):
    if wanted != found:
        raise Broken(f"wanted {wanted!r}, found {found!r}")


def wait(event):
    if not event.wait(SECONDS):
        raise Broken("the origin did not get so far")


def a_connection_is_used_again():
    with Stage() as stage:
        client = stage.client()
        for _ in range(3):
            stage.ask(client, ["GET /a HTTP/1.1"])
            expect(b"/a ", Message(client).body)
        other = stage.client()
        stage.ask(other, ["GET /b HTTP/1.1"])
        expect(b"/b ", Message(other).body)
        expect(1, len({port for _, port in stage.origin.requests}))


def retry(head, body, later):
    """An idle connection breaks; the second try waits behind /hold."""
    with Stage(["limits = { connections = 1; }"], ["/x"]) as stage:
        first, second = stage.client(), stage.client()
        stage.ask(first, ["GET /warm HTTP/1.1"])
        expect(b"/warm ", Message(first).body)
        stage.ask(first, ["PUT /x HTTP/1.1", *head], body)
        wait(stage.origin.held)
        stage.ask(second, ["GET /hold HTTP/1.1"])
        stage.turn()                # /hold is in the queue
        stage.origin.go.set()
        wait(stage.origin.behind)
        stage.turn()                # /x was tried again and waits, too
        first.sock.sendall(later)
        stage.turn()                # its body was read, or left unread
        stage.origin.on.set()
        answer = Message(first)
        expect(b"/hold ", Message(second).body)
        paths = [path for path, _ in stage.origin.requests]
        expect(2, paths.count("/x"))
        return answer.body


def a_body_waits_for_the_second_try():
    expect(b"/x hello", retry(["Content-Length: 5"], b"", b"hello"))


def an_empty_body_is_ended_again():
    expect(b"/x ", retry(["Transfer-Encoding: chunked"], b"0\r\n\r\n", b""))


TESTS = (a_connection_is_used_again, a_body_waits_for_the_second_try,
         an_empty_body_is_ended_again)


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, test in enumerate(TESTS, 1):
        try:
            test()
            verdict = "ok"
        except (Broken, OSError, TimeoutError) as error:
            print(f"# {error}")
            verdict, failed = "not ok", failed + 1
        print(f"{verdict} {number} - {test.__name__}", flush=True)
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
