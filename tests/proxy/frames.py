"""HTTP/2 frames by hand (RFC 9113 4, 6): what a client sends that no library
would, and a strict look at what comes back. Field blocks are written without
any table and are not read: what answers say is for curl and nghttp."""

import socket
import ssl

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = range(5)
PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(5, 10)
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITIZED = 1, 1, 4, 8, 32
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR = 0, 1, 2
FLOW_CONTROL_ERROR, STREAM_CLOSED, FRAME_SIZE_ERROR = 3, 5, 6
CANCEL, COMPRESSION_ERROR, ENHANCE_YOUR_CALM = 8, 9, 11
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
ENABLE_PUSH, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = 2, 4, 5


def frame(kind, flags=0, stream=0, payload=b""):
    return (len(payload).to_bytes(3, "big") + bytes([kind, flags])
            + stream.to_bytes(4, "big") + payload)


def number(n):
    return n.to_bytes(4, "big")


def text(s):
    """A string of RFC 7541 5.2, not compressed."""
    s = s.encode()
    if len(s) < 127:
        return bytes([len(s)]) + s
    rest, out = len(s) - 127, b"\x7f"
    while rest >= 128:
        out += bytes([rest % 128 + 128])
        rest //= 128
    return out + bytes([rest]) + s


def block(*fields):
    """Literal fields without indexing."""
    return b"".join(b"\0" + text(name) + text(value)
                    for name, value in fields)


def head(path="/", method="GET", *fields):
    return block((":method", method), (":scheme", "http"), (":path", path),
                 (":authority", "library.example"), *fields)


class Client:
    """A connection that has said hello."""

    def __init__(self, address, seconds, settings=(), before=b"",
                 context=None):
        self.sock = socket.create_connection(address, seconds)
        if context:
            self.sock = context.wrap_socket(
                self.sock, server_hostname="library.example")
        self.buffer = b""
        self.send(before + PREFACE + frame(SETTINGS, payload=b"".join(
            key.to_bytes(2, "big") + number(value)
            for key, value in settings))
            + frame(WINDOW_UPDATE, 0, 0, number(1 << 30)))

    def send(self, data):
        try:
            self.sock.sendall(data)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass                # how it ended is read

    def ask(self, stream, path="/", *fields, method="GET", end=END_STREAM):
        self.send(frame(HEADERS, END_HEADERS | end, stream,
                        head(path, method, *fields)))

    def frames(self):
        """What comes, as rows of kind, flags, stream, payload."""
        while True:
            while len(self.buffer) >= 9:
                n = int.from_bytes(self.buffer[:3], "big")
                if len(self.buffer) < 9 + n:
                    break
                row, self.buffer = self.buffer[:9 + n], self.buffer[9 + n:]
                yield (row[3], row[4], int.from_bytes(row[5:9], "big"),
                       row[9:])
            try:
                more = self.sock.recv(65536)
            except ConnectionResetError:
                return
            if not more:
                return
            self.buffer += more

    def wait(self, kind, stream=None):
        """The next frame of a kind; None when the connection ends first."""
        for row in self.frames():
            if row[0] == kind and stream in (None, row[2]) \
                    and not (kind == SETTINGS and row[1] & ACK):
                return row
        return None

    def goaway(self):
        """The codes of all GOAWAY up to the end, with their last streams."""
        return [(int.from_bytes(payload[4:8], "big"),
                 int.from_bytes(payload[:4], "big"))
                for kind, _, _, payload in self.frames() if kind == GOAWAY]

    def close(self):
        self.sock.close()
