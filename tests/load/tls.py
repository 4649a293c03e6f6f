#!/usr/bin/env python3
"""What TLS costs a worker: memory of idle connections, time of a long body.

    tests/load/tls.py [--connections N] [--megabytes N] BUILD

Opens that many connections, each after one request, and tells what the worker
takes for each; likewise without TLS. Then one body goes through in one
response, and the worker's own time for it is told."""

import argparse
import os
import re
import resource
import socket
import ssl
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))
sys.path.insert(0, os.path.join(HERE, "..", "system"))

from certificates import Authority      # noqa: E402
from harness.daemon import SECONDS, Daemon      # noqa: E402

NAME = "library.example"
PIECE = 1 << 20
GET = f"GET /%s HTTP/1.1\r\nHost: {NAME}\r\n\r\n"


class Origin:
    """Answers /N with N MiB, /0 with nothing."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            sock, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(sock,),
                             daemon=True).start()

    def serve(self, sock):
        piece = os.urandom(PIECE)
        while head := sock.recv(65536):
            n = int(re.match(rb"GET /(\d+)", head)[1])
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
                         b"Content-Length: %d\r\n\r\n" % (n * PIECE))
            for _ in range(n):
                sock.sendall(piece)


class Worker:
    """The one that serves, as the kernel sees it."""

    def __init__(self, daemon):
        self.pid = daemon.children("worker")[0]

    def kib(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s*(\d+)", file.read())[1])

    def files(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:
            rest = file.read().rsplit(") ", 1)[1].split()
        return (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")


def take(sock, n):
    """A head and n bytes behind it."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += sock.recv(65536)
    n -= len(data.split(b"\r\n\r\n", 1)[1])
    room = bytearray(PIECE)
    while n > 0:
        n -= sock.recv_into(room)


def ask(daemon, context, megabytes=0):
    sock = socket.create_connection((daemon.host, daemon.port), SECONDS)
    if context:
        sock = context.wrap_socket(sock, server_hostname=NAME)
    sock.sendall((GET % megabytes).encode())
    take(sock, megabytes * PIECE)
    return sock


def measure(build, options, tls):
    origin = Origin()
    daemon = Daemon(build, origin.port)
    context, at = None, ""
    if tls:
        authority = Authority(daemon.folder)
        certificate, key = authority.sign("site", f"DNS:{NAME}")
        context = ssl.create_default_context(cafile=authority.certificate)
        at = f'tls = {{ certificate = "{certificate}"; key = "{key}"; }};'
    daemon.write([f'listen = ( {{ address = "127.0.0.1:0"; {at} }} )',
                  "workers = 1", "limits = { connections = 65535; }",
                  "timeouts = { idle = 600; }"])
    daemon.start()
    worker = Worker(daemon)
    ask(daemon, context).close()
    before = worker.kib()
    idle = [ask(daemon, context) for _ in range(options.connections)]
    if worker.files() < len(idle):
        raise OSError("not all connections are still open")
    each = (worker.kib() - before) / len(idle)
    for sock in idle:
        sock.close()
    before = worker.seconds()
    ask(daemon, context, options.megabytes).close()
    spent = worker.seconds() - before
    daemon.stop()
    print(f"{'TLS' if tls else 'plain':6} {each:6.1f} KiB a connection, "
          f"{options.megabytes} MiB in {spent:.2f} s of the worker: "
          f"{options.megabytes / max(spent, 0.01):.0f} MiB/s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--connections", type=int, default=2000)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("build")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for tls in (False, True):
        measure(options.build, options, tls)


if __name__ == "__main__":
    main()
