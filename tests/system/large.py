#!/usr/bin/env python3
"""A gigabyte down and a gigabyte up through the proxy, with its memory watched.

    tests/system/large.py BUILD [MEGABYTES]

Prints the speed and the peak of resident memory (VmHWM) of all processes
together, which must stay under 32 MiB whatever goes through. Not a part of
`make test`: it takes a while and says little on a busy machine."""

import socket
import sys
import threading
import time

from harness.daemon import Daemon
from harness.message import Message, Stream

CEILING = 32 << 20
PIECE = b"0123456789abcdef" * 4096


class Origin(threading.Thread):
    """Sends as much as it is asked for, counts what it is given."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self):
        while True:
            sock, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(sock,),
                             daemon=True).start()

    @staticmethod
    def serve(sock):
        stream = Stream(sock)
        while stream.buffer or stream.fill():
            message = Message(stream, no_body=True)
            coming = int((message.values("Content-Length") or ["0"])[0])
            got = len(stream.buffer)
            stream.buffer = b""
            while got < coming:
                got += len(sock.recv(1 << 20))
            method, path, _ = message.start.split(" ")
            size = int(path[1:]) if method == "GET" else 0
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n"
                         b"Content-Length: %d\r\n\r\n" % size)
            for _ in range(size // len(PIECE)):
                sock.sendall(PIECE)


def peak(daemon):
    """Bytes of VmHWM of the daemon and its children together."""
    total = 0
    for pid in [daemon.process.pid, *daemon.children("consentd")]:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    total += int(line.split()[1]) << 10
    return total


def connect(daemon):
    return socket.create_connection((daemon.host, daemon.port), 60)


def download(daemon, size):
    with connect(daemon) as sock:
        sock.sendall(b"GET /%d HTTP/1.1\r\nHost: library.example\r\n\r\n"
                     % size)
        stream = Stream(sock)
        Message(stream, no_body=True)
        got = len(stream.buffer)
        while got < size and (more := len(sock.recv(1 << 20))):
            got += more
    return got


def upload(daemon, size):
    with connect(daemon) as sock:
        sock.sendall(b"POST /up HTTP/1.1\r\nHost: library.example\r\n"
                     b"Content-Length: %d\r\n\r\n" % size)
        for _ in range(size // len(PIECE)):
            sock.sendall(PIECE)
        answer = Message(Stream(sock))
    return size if " 200 " in answer.start else 0


def main(build, megabytes=1024):
    size = int(megabytes) << 20
    origin = Origin()
    origin.start()
    daemon = Daemon(build, origin.port, ["limits = { request_body = 0; }"])
    bad = False
    try:
        daemon.start()
        for move in (download, upload):
            start = time.monotonic()
            got = move(daemon, size)
            seconds = time.monotonic() - start
            memory = peak(daemon)
            good = got == size and memory < CEILING
            bad = bad or not good
            print(f"{'ok' if good else 'FAIL':4} {move.__name__:8} "
                  f"{got >> 20} MiB, {size / seconds / 1e6:.0f} MB/s, "
                  f"peak {memory / (1 << 20):.1f} MiB in all processes")
    finally:
        daemon.stop()
    return bad


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
