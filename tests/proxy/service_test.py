#!/usr/bin/env python3
"""What a service manager hears from the daemon and gives to it; this test
plays the manager. Writes TAP; BUILD names the folder of the programs."""

import os
import re
import signal
import socket
import sys
import tempfile
import time

from stage import BUILD, SECONDS, Broken, Message, Stage, expect, play

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
GRACE = 2       # seconds after the drain time before all is killed

LAUNCHER = """#!/usr/bin/env python3
import fcntl, os, sys
os.environ["LISTEN_PID"] = str(os.getpid())
high = [fcntl.fcntl(file, fcntl.F_DUPFD_CLOEXEC, 64) for file in {files}]
for number, file in enumerate(high, 3):
    os.dup2(file, number)
os.execv({program!r}, sys.argv)
"""


class Manager:
    """Listens at NOTIFY_SOCKET; the daemon of a stage inherits it."""

    def __init__(self, **environment):
        self.folder = tempfile.TemporaryDirectory()
        path = os.path.join(self.folder.name, "notify")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(path)
        self.sock.settimeout(SECONDS)
        self.environment = {"NOTIFY_SOCKET": path, **environment}

    def __enter__(self):
        os.environ.update(self.environment)
        return self

    def __exit__(self, *_):
        for name in self.environment:
            del os.environ[name]
        self.sock.close()
        self.folder.cleanup()

    def news(self):
        """The next message as a dictionary."""
        return dict(line.split("=", 1) for line in
                    self.sock.recv(4096).decode().splitlines())

    def forget(self):
        """Drops what it was told until now."""
        self.sock.setblocking(False)
        try:
            while self.sock.recv(4096):
                pass
        except BlockingIOError:
            pass
        self.sock.settimeout(SECONDS)

    def wait_for(self, key):
        while True:
            news = self.news()
            if key in news:
                return news


def ready_reloading_ready_stopping():
    with Manager() as manager:
        with Stage(["workers = 2"]) as stage:
            news = manager.wait_for("READY")
            if not news["STATUS"].startswith("2 workers serve http://"):
                raise Broken(news["STATUS"])
            expect(3, len(stage.daemon.children("worker")
                          + stage.daemon.children("notary")))
            before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            stage.daemon.signal("HUP")
            news = manager.wait_for("RELOADING")
            if int(news["MONOTONIC_USEC"]) < before:
                raise Broken("the reload began before it was asked for")
            manager.wait_for("READY")
            stage.daemon.write([], raw="listen = ;")
            stage.daemon.signal("HUP")
            manager.wait_for("RELOADING")
            news = manager.wait_for("READY")
            if "refused: configuration" not in news["STATUS"]:
                raise Broken(news["STATUS"])
        manager.wait_for("STOPPING")


def life_is_shown_while_all_live():
    with Manager(WATCHDOG_USEC="8000000") as manager:
        with Stage() as stage:
            manager.wait_for("READY")
            for _ in range(2):
                manager.wait_for("WATCHDOG")
            stage.turn()


def hang_and_see(role):
    """A process that stops is killed, and replaced by one that serves."""
    with Manager(WATCHDOG_USEC="6000000") as manager:
        with Stage() as stage:
            manager.wait_for("READY")
            stage.faults = "Sanitizer|runtime error"
            pid, = stage.daemon.children(role)
            os.kill(pid, signal.SIGSTOP)
            stage.daemon.wait_for(
                lambda line: f"child.hung role={role} pid={pid}" in line)
            line = stage.daemon.wait_for(
                lambda line: f"child.killed role={role} pid={pid}" in line)
            stage.daemon.wait_for(lambda line: f" {role}.start" in line,
                                  stage.daemon.lines.index(line))
            manager.forget()
            manager.wait_for("WATCHDOG")
            stage.turn()


def a_worker_that_hangs_is_replaced():
    hang_and_see("worker")


def a_notary_that_hangs_is_replaced():
    hang_and_see("notary")


class Given(Stage):
    """Started with these sockets, as by a service manager."""

    def __init__(self, sockets, config):
        files = [sock.fileno() for sock in sockets]
        self.bin = tempfile.TemporaryDirectory()
        program = os.path.join(self.bin.name, "consentd")
        with open(program, "w", encoding="utf-8") as file:
            file.write(LAUNCHER.format(
                program=os.path.join(BUILD, "consentd"), files=files))
        os.chmod(program, 0o755)
        super().__init__(config, start=False)
        self.daemon.build = self.bin.name
        os.environ["LISTEN_FDS"] = str(len(sockets))
        self.daemon.start(files)

    def __exit__(self, *rest):
        del os.environ["LISTEN_FDS"]
        self.bin.cleanup()
        super().__exit__(*rest)


def opened(many=1):
    return [socket.create_server(("127.0.0.1", 0), backlog=64)
            for _ in range(many)]


def listen(sockets):
    rows = ", ".join(f'"127.0.0.1:{sock.getsockname()[1]}"'
                     for sock in sockets)
    return f"listen = ( {rows} )"


def sockets_of_the_manager_are_served():
    sockets = opened(2)
    with Given(sockets, [listen(sockets), "workers = 2"]) as stage:
        for sock in sockets:
            for _ in range(20):
                client = stage.client(sock.getsockname()[1])
                stage.ask(client, ["GET /a HTTP/1.1", "Connection: close"])
                expect(b"/a ", Message(client).body)
        stage.daemon.signal("HUP")      # they stay over a reload
        stage.daemon.wait_for(lambda line: "reload.done" in line)
        client = stage.client(sockets[0].getsockname()[1])
        stage.ask(client, ["GET /b HTTP/1.1", "Connection: close"])
        expect(b"/b ", Message(client).body)


def who_waits_before_the_start_is_served():
    sock, = sockets = opened()
    early = socket.create_connection(sock.getsockname(), SECONDS)
    early.sendall(b"GET /early HTTP/1.1\r\nHost: library.example\r\n"
                  b"Connection: close\r\n\r\n")
    with Given(sockets, [listen(sockets)]):
        answer = b""
        while part := early.recv(4096):
            answer += part
        if not answer.endswith(b"/early "):
            raise Broken(answer)


def a_socket_that_is_not_configured_is_named():
    sockets = opened(2)
    try:
        Given(sockets, [listen(sockets[:1])])
        raise Broken("it started")
    except TimeoutError as error:
        said = str(error)
    finally:
        del os.environ["LISTEN_FDS"]
    for word in ("listen.inherited", str(sockets[1].getsockname()[1]),
                 "no address of listen"):
        if word not in said:
            raise Broken(f"{word} is not in: {said}")


def unit(name):
    """The settings of a unit in conf/; the last of each name."""
    with open(os.path.join(TOP, "conf", name), encoding="ascii") as file:
        return dict(line.strip().split("=", 1) for line in file
                    if "=" in line and not line.startswith("#"))


def the_units_go_with_the_daemon():
    service, sock = unit("consentd.service"), unit("consentd.socket")
    expect(["notify", "mixed", "2"],
           [service[key] for key in ("Type", "KillMode",
                                     "RestartPreventExitStatus")])
    with open(os.path.join(TOP, "docs/CONFIG.md"), encoding="utf-8") as file:
        row, = [line for line in file if line.startswith("| `drain`")]
    drain = int(re.search(r"`(\d+)s`", row)[1])
    if int(service["TimeoutStopSec"]) <= drain + GRACE:
        raise Broken("systemd stops before the daemon has drained")
    with open(os.path.join(TOP, "conf/consentd.conf"),
              encoding="utf-8") as file:
        expect(True, f'"{sock["ListenStream"]}"' in file.read())


if __name__ == "__main__":
    sys.exit(play((ready_reloading_ready_stopping,
                   life_is_shown_while_all_live,
                   a_worker_that_hangs_is_replaced,
                   a_notary_that_hangs_is_replaced,
                   sockets_of_the_manager_are_served,
                   who_waits_before_the_start_is_served,
                   a_socket_that_is_not_configured_is_named,
                   the_units_go_with_the_daemon)))
