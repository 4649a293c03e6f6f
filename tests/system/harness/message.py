"""Messages of HTTP/1.1 as the scripted client and origin see them: bytes out
of case files, strict reading from a socket, and comparison with a pattern.

What is read is read by the framing that the message itself declares, so that
a body that was cut short cannot be taken for a whole one."""

import gzip
import re

ESCAPE = re.compile(rb"\\(x[0-9A-Fa-f]{2}|[rnt0\\])")
PLAIN = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}


class Broken(Exception):
    """What came is not what the case says."""


def unescape(text):
    return ESCAPE.sub(
        lambda m: PLAIN.get(m[1]) or bytes([int(m[1][1:], 16)]), text)


def join(lines, end):
    """Lines to bytes, each with its end but for those that end in a \\."""
    out = b""
    for line in lines:
        line = line.encode()
        if line.endswith(b"\\") and not line.endswith(b"\\\\"):
            out += unescape(line[:-1])
        else:
            out += unescape(line) + end
    return out


def compose(lines, options):
    """The bytes of a section that sends."""
    if "raw" in options:
        return join(lines, b"\n")
    if "part" in options:
        return join(lines, b"\r\n")
    blank = lines.index("") if "" in lines else len(lines)
    body = join(lines[blank + 1:], b"\r\n" if "crlf" in options else b"\n")
    for option in options:
        if option == "gzip":
            body = gzip.compress(body, mtime=0)
        elif option.startswith("as="):
            body = body.decode().encode(option[3:])
        elif option.startswith("times="):
            body *= int(option[6:])
    head = join(lines[:blank], b"\r\n")
    return head.replace(b": auto\r\n", b": %d\r\n" % len(body)) \
        + b"\r\n" + body


class Stream:
    """Buffered reading from a socket that has a timeout; reset says that it
    was broken off rather than ended."""

    def __init__(self, sock):
        self.sock, self.buffer, self.reset = sock, b"", False

    def fill(self):
        try:
            more = self.sock.recv(65536)
        except ConnectionResetError:
            more, self.reset = b"", True
        except TimeoutError:
            raise Broken(f"nothing came in time after {self.buffer[-200:]!r}")
        self.buffer += more
        return bool(more)

    def until(self, mark):
        while mark not in self.buffer:
            if not self.fill():
                raise Broken(f"closed before {mark!r}: {self.buffer!r}")
        taken, _, self.buffer = self.buffer.partition(mark)
        return taken

    def exactly(self, n):
        """n bytes, or fewer at the end."""
        while len(self.buffer) < n and self.fill():
            pass
        taken, self.buffer = self.buffer[:n], self.buffer[n:]
        return taken

    def rest(self):
        while self.fill():
            pass
        taken, self.buffer = self.buffer, b""
        return taken


class Message:
    """A message that was read: start line, fields, body, trailers, whole."""

    def __init__(self, stream, no_body=False):
        head = stream.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        self.start = head[0]
        self.fields = [self.field(line) for line in head[1:]]
        self.trailers = []
        self.body, self.whole = b"", True
        status = self.start.split(" ")[1] if self.is_response() else ""
        if no_body or status[:1] == "1" or status in ("204", "304"):
            return
        self.read_body(stream)

    @staticmethod
    def field(line):
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise Broken(f"no field line: {line!r}")
        return name, value.strip(" \t")

    def is_response(self):
        return self.start.startswith("HTTP/")

    def values(self, name):
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def read_body(self, stream):
        codings = self.values("Transfer-Encoding")
        lengths = self.values("Content-Length")
        if codings and lengths or len(lengths) > 1:
            raise Broken(f"two framings: {codings} {lengths}")
        if codings:
            self.read_chunks(stream)
        elif lengths:
            self.body = stream.exactly(int(lengths[0]))
            self.whole = len(self.body) == int(lengths[0])
        elif self.is_response():
            self.body = stream.rest()
            self.whole = not stream.reset

    def read_chunks(self, stream):
        try:
            while size := self.chunk_size(stream.until(b"\r\n")):
                self.body += stream.exactly(size)
                if stream.exactly(2) != b"\r\n":
                    raise Broken("cut inside a chunk")
            while line := stream.until(b"\r\n"):
                self.trailers.append(self.field(line.decode("latin-1")))
        except Broken:
            self.whole = False

    @staticmethod
    def chunk_size(line):
        """A size alone: extensions are for one hop."""
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,16}", line):
            raise Broken(f"no chunk size: {line!r}")
        return int(line, 16)

    def text(self):
        lines = [self.start] + [f"{n}: {v}" for n, v in self.fields]
        return "\n".join(lines) + "\n\n" + self.body.decode("latin-1")


def match_value(pattern, value, names):
    """Whether a value is as the pattern says; named groups go to names."""
    if not pattern.startswith("~"):
        return pattern == value
    found = re.fullmatch(pattern[1:], value)
    if found:
        names.update({k: v for k, v in found.groupdict().items() if v})
    return bool(found)


def match_fields(patterns, fields, names):
    """Each name in a pattern has just these values, in this order."""
    wanted = {}
    for line in patterns:
        if line.startswith("!"):
            wanted.setdefault(line[1:].lower(), [])
        elif ":" in line:
            name, _, value = line.partition(":")
            wanted.setdefault(name.lower(), []).append(value.strip())
        else:
            wanted.setdefault(line.lower(), []).append("~.*")
    for name, values in wanted.items():
        found = [v for n, v in fields if n.lower() == name]
        if len(found) != len(values) or not all(
                match_value(p, v, names) for p, v in zip(values, found)):
            raise Broken(f"{name} is {found}, not {values}")


def match_body(lines, body, names):
    patterns = [line for line in lines if line[:1] in ("~", "!")]
    if not patterns:
        wanted = join(lines, b"\n")
        if body != wanted:
            raise Broken(f"body is {body!r}, not {wanted!r}")
        return
    text = body.decode("utf-8", "replace")
    for line in lines:
        if line.startswith("!") and line[1:] in text:
            raise Broken(f"{line[1:]!r} is in the body")
        if line.startswith("~"):
            found = re.search(line[1:], text, re.MULTILINE | re.DOTALL)
            if not found:
                raise Broken(f"{line[1:]!r} is not in the body")
            names.update(found.groupdict())


def match(lines, message, names):
    """Compares a message with the lines of a pattern; Broken tells why not."""
    if not lines:
        return
    if not match_value(lines[0], message.start, names):
        raise Broken(f"start line is {message.start!r}, not {lines[0]!r}")
    blank = lines.index("") if "" in lines else len(lines)
    head = [line for line in lines[1:blank] if not line.startswith("trailer ")]
    match_fields(head, message.fields, names)
    trailers = [line[len("trailer "):] for line in lines[1:blank]
                if line.startswith("trailer ")]
    match_fields(trailers, message.trailers, names)
    if "" in lines:
        match_body(lines[blank + 1:], message.body, names)
