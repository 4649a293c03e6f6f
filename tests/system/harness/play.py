"""Plays the steps of a case: a client and an origin whose every word is in
the case, one step after the other. Nothing sleeps; every wait has a limit."""

import gzip
import re
import selectors
import socket
import struct

from .daemon import SECONDS
from .message import Broken, Message, Stream, compose, join, match

REFERENCE = re.compile(r"\$\{([a-z_]+)\}")


def break_off(sock):
    """Makes its close a reset, which is no end."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))


def reserve(port):
    """A socket that holds the port and does not listen: who connects is
    refused."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    return sock


class Origin:
    """The site behind the proxy: takes connections as they come."""

    def __init__(self):
        self.listener = reserve(0)
        self.port = self.listener.getsockname()[1]
        self.open()

    def open(self):
        self.listener.listen(128)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.streams = {}
        self.stream = None      # that the last request came on

    def take(self):
        """Accepts a connection."""
        sock, _ = self.listener.accept()
        sock.settimeout(SECONDS)
        self.selector.register(sock, selectors.EVENT_READ)
        self.streams[sock] = Stream(sock)

    def request(self, no_body):
        """The next request, on whichever connection it comes."""
        while True:
            ready = self.selector.select(SECONDS)
            if not ready:
                raise Broken("no request reached the origin")
            for key, _ in ready:
                if key.fileobj is self.listener:
                    self.take()
                    continue
                self.stream = self.streams[key.fileobj]
                if self.stream.buffer or self.stream.fill():
                    return Message(self.stream, no_body)
                self.close()

    def close(self):
        """Closes the connection of the last request."""
        if self.stream:
            self.selector.unregister(self.stream.sock)
            del self.streams[self.stream.sock]
            self.stream.sock.close()
            self.stream = None

    def reset(self):
        """The same without an orderly end: the other side sees a reset."""
        break_off(self.stream.sock)
        self.close()

    def unfinished(self):
        """Whether no request waits here that is whole."""
        while ready := self.selector.select(0):
            for key, _ in ready:
                if key.fileobj is self.listener:
                    self.take()
                    continue
                self.stream = self.streams[key.fileobj]
                if self.is_whole():
                    return False
                self.close()
        return True

    def is_whole(self):
        """Whether the next message is there to its end."""
        try:
            return Message(self.stream).whole
        except Broken:
            return False        # not even a head

    def end(self):
        """Closes everything, for good."""
        for sock in [self.listener, *self.streams]:
            sock.close()
        self.selector.close()
        self.streams, self.stream = {}, None

    def stop(self):
        """The same for a while: the port refuses connections from here on."""
        self.end()
        self.listener = reserve(self.port)      # for open()

    def clean(self):
        """Forgets what an earlier case left unread."""
        for key, _ in self.selector.select(0):
            if key.fileobj is self.listener:
                self.listener.accept()[0].close()
            else:
                self.stream = self.streams[key.fileobj]
                self.close()
        self.stream = None

    def is_quiet(self):
        """Whether nothing is there to be read."""
        return all(key.fileobj is not self.listener
                   and self.drained(key.fileobj)
                   for key, _ in self.selector.select(0))

    @staticmethod
    def drained(sock):
        """Whether a readable connection only has its end to tell."""
        try:
            return not sock.recv(1, socket.MSG_PEEK)
        except ConnectionResetError:
            return True


class Play:
    """One case against one daemon."""

    def __init__(self, case, daemon, origin):
        self.case, self.daemon, self.origin = case, daemon, origin
        origin.clean()
        self.clients = {}
        self.coming = None      # the request that was read last
        self.names = {"kilobyte": "k" * 1024, "port": str(daemon.port),
                      "origin_port": str(origin.port)}
        self.heard = len(daemon.lines)
        self.choices = daemon.choices()

    def run(self):
        """Plays all steps; Broken says which one failed and why."""
        try:
            for step in self.case.steps:
                try:
                    getattr(self, f"do_{step.word}")(step)
                except (Broken, OSError, TimeoutError, ValueError) as error:
                    raise Broken(f"line {step.line}: {step.word}: {error}")
        finally:
            for stream in self.clients.values():
                stream.sock.close()

    def expand(self, lines):
        try:
            return [REFERENCE.sub(lambda m: self.names[m[1]], line)
                    for line in lines]
        except KeyError as error:
            raise Broken(f"nothing is named {error} yet")

    def client(self, step):
        number = step.number()
        if number not in self.clients:
            sock = socket.create_connection(
                (self.daemon.host, self.daemon.port), SECONDS)
            self.clients[number] = Stream(sock)
        return self.clients[number]

    def do_client(self, step):
        self.send(step, self.client(step).sock)

    def send(self, step, sock):
        sock.sendall(compose(self.expand(step.lines), step.arguments))
        if "end" in step.arguments:
            sock.shutdown(socket.SHUT_WR)

    def do_leave(self, step):
        sock = self.client(step).sock
        if "reset" in step.arguments:
            break_off(sock)
        sock.close()
        del self.clients[step.number()]

    def do_request(self, step):
        head = "head" in step.arguments
        before = self.origin.stream
        self.coming = self.origin.request(head)
        same = self.origin.stream is before
        if "same" in step.arguments and not same:
            raise Broken("it came on another connection")
        if "new" in step.arguments and same:
            raise Broken("it came on the same connection")
        self.check(step, self.coming)

    def do_body(self, step):
        """The body of a request whose head alone was read before."""
        self.coming.read_body(self.origin.stream)
        self.check(step, self.coming)

    def do_origin(self, step):
        self.send(step, self.origin.stream.sock)
        if "close" in step.arguments:
            self.origin.close()
        if "reset" in step.arguments:
            self.origin.reset()

    def do_reaches(self, step):
        """Just these bytes come on the connection of the last request."""
        self.expect_bytes(step, self.origin.stream)

    def do_sees(self, step):
        """Up to and with these bytes something comes to the client."""
        self.client(step).until(join(self.expand(step.lines), b"\n"))

    def do_arrives(self, step):
        """Just these bytes come to the client."""
        self.expect_bytes(step, self.client(step))

    def expect_bytes(self, step, stream):
        wanted = join(self.expand(step.lines), b"\n")
        found = stream.exactly(len(wanted))
        if "end" in step.arguments:
            found += stream.rest()
        if found != wanted:
            raise Broken(f"{found[:500]!r} came, not {wanted[:500]!r}")
        if "end" in step.arguments and stream.reset:
            raise Broken("it was broken off, not ended")

    def do_response(self, step):
        stream = self.client(step)
        if "cut" in step.arguments and not stream.buffer and not stream.fill():
            return              # not even a head: surely not complete
        message = Message(stream, "head" in step.arguments)
        if "unpack" in step.arguments and message.values("Content-Encoding"):
            message.body = gzip.decompress(message.body)
        if "raw" in step.arguments:
            message.body = message.text().encode()
            step = step.with_body()
        self.check(step, message)

    def check(self, step, message):
        if message.whole == ("cut" in step.arguments):
            raise Broken(("a whole" if message.whole else "a cut")
                         + " message:\n" + message.text())
        try:
            match(self.expand(step.lines), message, self.names)
        except Broken as error:
            raise Broken(f"{error}\nin\n{message.text()}")

    def do_hangup(self, step):
        """The origin closes the connection without a word."""
        if "reset" in step.arguments:
            self.origin.reset()
        else:
            self.origin.close()

    def do_gone(self, _step):
        """The origin finds its connection closed, with nothing before."""
        rest = self.origin.stream.rest()
        if rest:
            raise Broken(f"more came before the end: {rest!r}")
        self.origin.close()

    def do_kill(self, step):
        """Goes on when they are gone: until then they could serve."""
        for pid in self.daemon.kill(step.arguments[0]):
            self.daemon.wait_for(lambda line: f"pid={pid} signal=9" in line,
                                 self.heard)

    def do_closed(self, step):
        """The client finds the connection closed, with nothing before."""
        rest = self.client(step).rest()
        if rest:
            raise Broken(f"more came before the end: {rest!r}")

    def do_broken(self, step):
        """The same, but it was broken off: nobody takes it for an end."""
        self.do_closed(step)
        if not self.client(step).reset:
            raise Broken("it ended, which looks complete")

    def do_quiet(self, _step):
        if not self.origin.is_quiet():
            raise Broken("something reached the origin")

    def do_unfinished(self, _step):
        if not self.origin.unfinished():
            raise Broken("a whole request reached the origin")

    def do_refuse(self, _step):
        self.origin.stop()

    def do_accept(self, _step):
        self.origin.open()

    def do_log(self, step):
        words = " ".join(step.arguments)
        self.daemon.wait_for(lambda line: words in line, self.heard)

    def do_entries(self, step):
        count = self.daemon.choices() - self.choices
        if count != int(step.arguments[0]):
            raise Broken(f"{count} choices were logged")

    def do_signal(self, step):
        self.daemon.signal(step.arguments[0])

    def do_rewrite(self, step):
        """Writes another configuration: lines over ours, or `raw` text."""
        raw = join(step.lines, b"\n").decode() \
            if "raw" in step.arguments else None
        self.daemon.write(step.lines, raw)

    def do_exit(self, step):
        status = self.daemon.wait()
        if status != int(step.arguments[0]):
            raise Broken(f"ended with {status}")
