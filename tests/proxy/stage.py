"""A daemon between clients and an origin that tests in Python play with."""

import os
import re
import socket
import sys
import threading
import weakref

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))

from harness.daemon import SECONDS, Daemon      # noqa: E402
from harness.message import Broken, Message, Stream     # noqa: E402
from harness.play import reserve        # noqa: E402

BUILD = os.path.abspath(os.environ.get("BUILD", "build/release"))


class Origin:
    """Answers each request with its path and body. Breaking off sets held and
    waits for go; /hold sets behind and waits for on; half an answer is some
    of a body without its end."""

    def __init__(self, broken=()):
        self.broken = set(broken)   # paths whose first request breaks off
        self.requests = []          # rows of path, port of the connection
        self.heads = []             # the same requests, as they came
        self.answered = []          # the paths of those that were whole
        self.half = set()           # paths that get half an answer
        self.held, self.go = threading.Event(), threading.Event()
        self.behind, self.on = threading.Event(), threading.Event()
        self.open()

    def open(self, port=0):
        """Listens, for the second time on the port that close() kept."""
        if port:
            self.listener.listen()
        else:
            self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,),
                         daemon=True).start()

    def close(self):
        """Listens no more; who is served goes on to be. The port is kept, so
        that nobody else gets it."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.listener = reserve(self.port)

    def accept(self, listener):
        while True:
            try:
                sock, peer = listener.accept()
            except OSError:
                return          # closed
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
        self.heads.append(request)
        if path in self.broken:
            self.broken.remove(path)
            self.held.set()
            self.go.wait(SECONDS)
            return False
        if path == "/hold":
            self.behind.set()
            self.on.wait(SECONDS)
        request.read_body(stream)
        if request.whole:
            self.answered.append(path)
        if path in self.half:
            stream.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain"
                                b"\r\nTransfer-Encoding: chunked\r\n\r\n"
                                b"4\r\nhalf\r\n")
            return False
        body = path.encode() + b" " + request.body
        stream.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                            b"Content-Length: %d\r\n\r\n%s"
                            % (len(body), body))
        return True


class Stage:
    """A daemon before an origin, and clients."""

    def __init__(self, config=(), broken=(), start=True):
        self.origin = Origin(broken)
        self.daemon = Daemon(BUILD, self.origin.port, config)
        self.clients = weakref.WeakSet()        # those that nobody let go
        self.faults = "Sanitizer|runtime error|killed"
        if start:
            self.daemon.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for sock in list(self.clients):
            sock.close()
        status = self.daemon.stop()
        faults = [line for line in self.daemon.lines
                  if re.search(self.faults, line)]
        if status or faults:
            raise Broken(f"ended with {status}: {faults}")

    def kill(self, role):
        """kill -9 for all of a role, which is no fault then. They are gone
        when it returns: until then one could still take a connection."""
        self.faults = "Sanitizer|runtime error"
        at = len(self.daemon.lines)
        for pid in self.daemon.kill(role):
            self.daemon.wait_for(
                lambda line: f"child.killed role={role} pid={pid} " in line,
                at)

    def each(self, role, check):
        """Checks all processes of a role. One may end meanwhile."""
        for pid in self.daemon.children(role):
            try:
                check(pid)
            except (FileNotFoundError, ProcessLookupError):
                if pid in self.daemon.children(role):
                    raise

    def keep(self, client):
        """Closes it before the daemon ends, which waits for those who stay."""
        self.clients.add(client.sock)
        return client

    def client(self, port=None):
        return self.keep(Stream(socket.create_connection(
            (self.daemon.host, port or self.daemon.port), SECONDS)))

    def ask(self, stream, head, body=b""):
        """Sends a request with these lines."""
        stream.sock.sendall("".join(
            f"{line}\r\n" for line in (*head, "Host: library.example", "")
        ).encode() + body)

    def turn(self):
        """Lets the worker go through its loop a few times. One that is
        replaced meanwhile says so; its successor takes the rest."""
        client = self.client()
        for _ in range(20):
            self.ask(client, ["GET /.consent/state HTTP/1.1"])
            if Message(client).values("Connection") == ["close"]:
                client = self.client()


def is_of_sanitizers(line):
    """A build with sanitizers says that it filters no calls; no other does."""
    return "sandbox.weak" in line and "sanitizers" in line


def expect(wanted, found):
    if wanted != found:
        raise Broken(f"wanted {wanted!r}, found {found!r}")


def wait(event):
    if not event.wait(SECONDS):
        raise Broken("the origin did not get so far")


def play(tests):
    """Runs functions as tests; writes TAP. Returns the exit status."""
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        try:
            test()
            verdict = "ok"
        except (Broken, OSError, TimeoutError) as error:
            print(f"# {error}")
            verdict, failed = "not ok", failed + 1
        print(f"{verdict} {number} - {test.__name__}", flush=True)
    return failed != 0
