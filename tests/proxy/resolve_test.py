#!/usr/bin/env python3
"""An origin whose name comes to mean another address while the daemon runs,
which has a file of hosts of its own. Writes TAP; BUILD names the folder of the
programs."""

import os
import socket
import subprocess
import sys
import threading
import time

from stage import SECONDS, Broken, Message, Origin, Stage, expect, play

NAME = "origin.test"
FIRST = "127.0.0.2"     # which breaks off on /break
DAY = 86400
# mounts the first argument over the file of hosts, for the rest alone
APART = ("unshare", "-m", "sh", "-c",
         "mount --bind \"$1\" /etc/hosts && shift && exec \"$@\"", "sh")


class Placed(Origin):
    """An origin at an address of loopback; its answers are its number."""

    def __init__(self, number, port=0):
        self.at, self.wanted = f"127.0.0.{number}", port
        super().__init__()

    def open(self, port=0):
        self.listener = socket.create_server((self.at, port or self.wanted))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,),
                         daemon=True).start()

    def close(self):
        """Listens no more."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def answer(self, stream, port):
        path = Message(stream, no_body=True).start.split()[1]
        self.requests.append((path, port))
        if path == "/break" and self.at == FIRST:
            return False
        stream.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                            b"Content-Length: %d\r\n\r\n%s"
                            % (len(self.at), self.at.encode()))
        return True


class Moving(Stage):
    """The stage with a name for its origin, which is at the first address."""

    def __init__(self, resolve):
        super().__init__(start=False)
        self.origin = Placed(2)
        self.other = Placed(3, self.origin.port)
        self.hosts = os.path.join(self.daemon.folder, "hosts")
        self.point_to(self.origin)
        self.daemon.write([
            f'upstream = "http://{NAME}:{self.origin.port}"', "workers = 1",
            f"timeouts = {{ resolve = {resolve}; drain = 1; }}"])
        self.daemon.start(by=(*APART, self.hosts))

    def point_to(self, origin):
        with open(self.hosts, "w", encoding="ascii") as file:
            file.write(f"{origin.at} {NAME}\n")

    def get(self, path="/"):
        client = self.client()
        self.ask(client, [f"GET {path} HTTP/1.1"])
        return Message(client).body

    def until_moved(self, path):
        """Asks until the other one answers."""
        deadline = time.monotonic() + SECONDS
        while self.get(path) != self.other.at.encode():
            if time.monotonic() > deadline:
                raise Broken("the name was not asked for again")


def a_name_is_asked_for_again_in_time():
    with Moving(1) as stage:
        expect(stage.origin.at.encode(), stage.get())
        stage.point_to(stage.other)
        stage.until_moved("/")


def and_not_before():
    with Moving(DAY) as stage:
        expect(stage.origin.at.encode(), stage.get())
        stage.point_to(stage.other)
        stage.turn()
        expect(stage.origin.at.encode(), stage.get())


def a_name_is_asked_for_at_once_when_all_addresses_rest():
    """A day is not waited for."""
    with Moving(DAY) as stage:
        expect(stage.origin.at.encode(), stage.get())
        stage.point_to(stage.other)
        stage.origin.close()
        # the connection that is kept breaks, and nobody listens any more
        stage.until_moved("/break")


def is_possible():
    """It takes root, or a right of it, to mount."""
    return subprocess.run([*APART, "/etc/hosts", "true"], check=False,
                          stderr=subprocess.DEVNULL).returncode == 0


if __name__ == "__main__":
    if not is_possible():
        print("1..0 # SKIP to mount takes root")
        sys.exit(0)
    sys.exit(play((a_name_is_asked_for_again_in_time,
                   and_not_before,
                   a_name_is_asked_for_at_once_when_all_addresses_rest)))
