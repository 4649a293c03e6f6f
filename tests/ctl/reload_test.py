#!/usr/bin/env python3
"""consentctl reload and status, as an operator calls them, and what else may
come over the control socket. Writes TAP; BUILD names the folder of the
programs."""

import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))

from stage import (BUILD, SECONDS, Broken, Message, Stage, expect,  # noqa: E402
                   play)

CTL = os.path.join(BUILD, "consentctl")
CONTROL = ['control = "control.sock"']
CLIENTS = 8             # that the socket serves at a time


def ctl(*arguments):
    done = subprocess.run([CTL, *arguments], text=True, capture_output=True,
                          timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def path_of(stage):
    return os.path.join(stage.daemon.folder, "control.sock")


def connect(stage):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(SECONDS)
    sock.connect(path_of(stage))
    return sock


def read(sock):
    """All that comes up to the end."""
    data = b""
    while part := sock.recv(65536):
        data += part
    return data


def status(stage):
    rc, out, _ = ctl("status", "--json", "--socket", path_of(stage))
    expect(0, rc)
    return json.loads(out)


def settle(stage, requests):
    """The status when so many requests are counted; that may be a moment
    after their answers."""
    deadline = time.monotonic() + SECONDS
    while True:
        found = status(stage)
        if found["numbers"]["requests"] >= requests:
            expect(requests, found["numbers"]["requests"])
            return found
        if time.monotonic() > deadline:
            raise Broken(f"requests stay at {found['numbers']['requests']}")


def the_socket_is_for_its_owner():
    with Stage(CONTROL) as stage:
        mode = os.stat(path_of(stage))
        expect(True, stat.S_ISSOCK(mode.st_mode))
        expect(0o600, stat.S_IMODE(mode.st_mode))
        stage.daemon.signal("TERM")
        expect(0, stage.daemon.wait())
        expect(False, os.path.exists(path_of(stage)))


def status_tells_how_all_stands():
    with Stage(CONTROL + ["workers = 2"]) as stage:
        stage.turn()
        found = settle(stage, 20)
        expect(stage.daemon.file, found["configuration"]["file"])
        expect("2026-11-01", found["policy"]["version"])
        expect(2, found["workers"])
        pids = {"worker": sorted(stage.daemon.children("worker")),
                "notary": stage.daemon.children("notary"),
                "parent": [stage.daemon.process.pid]}
        for role, wanted in pids.items():
            expect(wanted, sorted(row["pid"] for row in found["processes"]
                                  if row["role"] == role))
        expect(None, found["reload"])
        expect("ok", found["readiness"]["checks"]["ledger"])
        stage.kill("worker")
        deadline = time.monotonic() + SECONDS
        while (found := status(stage)["restarts"]["worker"]) < 2:
            if time.monotonic() > deadline:
                raise Broken("they are not replaced")
        expect(2, found)
        rc, out, _ = ctl("status", "-c", stage.daemon.file)
        expect(0, rc)
        expect(True, "\nrestarts       workers 2, notary 0, admin 0\n" in out)


def readiness_is_an_exit_code():
    def verdict():
        return ctl("status", "--ready", "--socket", path_of(stage))[0]

    with Stage(CONTROL + ["workers = 1"]) as stage:
        expect(1, verdict())    # it has not met its origin yet
        expect(0, ctl("status", "--socket", path_of(stage))[0])
        client = stage.client()
        stage.ask(client, ["GET /a HTTP/1.1"])
        expect(b"/a ", Message(client).body)
        expect(0, verdict())


def a_reload_is_done_when_it_returns():
    with Stage(CONTROL) as stage:
        stage.turn()
        old, = stage.daemon.children("worker")
        stage.daemon.policy = ['version = "2";',
                               'categories = ({ id = "essential"; '
                               'required = true; }, { id = "analytics"; });',
                               'cookies = ({ name = "_x*"; '
                               'category = "analytics"; });']
        stage.daemon.write(CONTROL + ["workers = 2"])
        rc, out, err = ctl("reload", "-c", stage.daemon.file)
        expect((0, "the new configuration is in force\n", ""), (rc, out, err))
        found = status(stage)
        expect("2", found["policy"]["version"])
        expect("done", found["reload"]["result"])
        serving = [row for row in found["processes"]
                   if row["role"] == "worker" and not row["leaving"]]
        expect([True, True], [row["well"] for row in serving])
        expect(False, old in [row["pid"] for row in serving])
        stage.turn()


def a_bad_file_changes_nothing_and_says_why():
    with Stage(CONTROL) as stage:
        stage.turn()
        before = status(stage)
        workers = stage.daemon.children("worker")
        stage.daemon.write(CONTROL + ["wrkers = 2", 'prefix = "consent"'])
        rc, out, err = ctl("reload", "-c", stage.daemon.file)
        expect((1, ""), (rc, out))
        file = stage.daemon.file
        lines = err.splitlines()
        wanted = [f"{file}:7: error: unknown key `wrkers`"]
        expect(True, lines[0].startswith(wanted[0]))
        expect("     7 | wrkers = 2;", lines[1])
        expect("       | ^~~~~~", lines[2])
        expect(True, "       = help: workers = 2;" in lines)
        expect(True, any(line.startswith(f"{file}:8: error: ")
                         for line in lines))
        # word for word what check says of the same file
        _, _, checked = ctl("check", file)
        expect(checked.splitlines(), lines[:-1])
        expect("consentctl: not reloaded: configuration", lines[-1])
        rc, out, _ = ctl("reload", "--json", "--socket", path_of(stage))
        expect(1, rc)
        found = json.loads(out)
        expect("refused", found["result"])
        expect(2, found["errors"])
        rc, out, _ = ctl("check", "--json", file)
        expect(json.loads(out), found["findings"])
        expect(workers, stage.daemon.children("worker"))
        after = status(stage)
        expect(before["configuration"], after["configuration"])
        expect("refused", after["reload"]["result"])
        expect(2, after["reload"]["errors"])
        stage.turn()


def a_syntax_error_is_told_without_the_daemon():
    with Stage(CONTROL) as stage:
        stage.daemon.write([], raw="listen = ;\n")
        rc, _, err = ctl("reload", "-c", stage.daemon.file)
        expect(1, rc)
        expect(True, err.startswith(f"{stage.daemon.file}:1: error: "))
        rc, _, err = ctl("reload", "--socket", path_of(stage))
        expect(1, rc)
        expect(True, err.startswith(f"{stage.daemon.file}:1: error: "))


def an_address_that_is_taken_changes_nothing():
    taken = socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    with Stage(CONTROL) as stage:
        stage.turn()
        for key in ("listen", "admin"):
            stage.daemon.write(CONTROL + [f'{key} = "127.0.0.1:{port}"'])
            rc, _, err = ctl("reload", "--socket", path_of(stage))
            expect(1, rc)
            expect(f"consentctl: not reloaded: {key}\n",
                   err.splitlines(True)[-1])
        stage.turn()
    taken.close()


def a_signal_does_the_same():
    with Stage(CONTROL) as stage:
        stage.daemon.write(CONTROL + ["wrkers = 2"])
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(lambda line: "reload.refused" in line)
        expect("refused", status(stage)["reload"]["result"])
        stage.daemon.write(CONTROL)
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(lambda line: "reload.done" in line)
        expect("done", status(stage)["reload"]["result"])


def reloads_at_a_time_are_all_answered():
    with Stage(CONTROL) as stage:
        results = []

        def reload():
            results.append(ctl("reload", "--socket", path_of(stage))[0])

        threads = [threading.Thread(target=reload) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expect([0] * CLIENTS, results)


def a_reload_moves_the_socket():
    with Stage(CONTROL) as stage:
        other = os.path.join(stage.daemon.folder, "other.sock")
        stage.daemon.write(['control = "other.sock"'])
        expect(0, ctl("reload", "--socket", path_of(stage))[0])
        expect(False, os.path.exists(path_of(stage)))
        expect(0, ctl("status", "--socket", other)[0])
        stage.daemon.write([])
        expect(0, ctl("reload", "--socket", other)[0])
        expect(False, os.path.exists(other))


def who_says_nothing_is_let_go():
    with Stage(CONTROL) as stage:
        silent = [connect(stage) for _ in range(CLIENTS + 2)]
        for sock in silent[:2]:
            sock.sendall(b"sta")
        start = time.monotonic()
        expect("2026-11-01", status(stage)["policy"]["version"])
        expect(True, time.monotonic() - start < SECONDS)
        stage.turn()            # nobody else waits for them
        for sock in silent:
            expect(b"", read(sock))


def what_is_no_order_is_refused():
    with Stage(CONTROL) as stage:
        for data in (b"stop\n", b"\n", b"status now\n", b"x" * 256, b"RELOAD\n",
                     b"\x00\n"):
            sock = connect(stage)
            sock.sendall(data)
            expect(b'{"error":"no such order"}\n', read(sock))
        for data in (b"", b"reload"):
            sock = connect(stage)
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            expect(b"", read(sock))
        expect(None, status(stage)["reload"])


def who_leaves_at_once_costs_nothing():
    with Stage(CONTROL) as stage:
        for _ in range(3):
            sock = connect(stage)
            sock.sendall(b"reload\n")
            sock.close()
        deadline = time.monotonic() + SECONDS
        while status(stage)["reload"] is None:
            if time.monotonic() > deadline:
                raise Broken("the reload did not come")
        stage.turn()


def ask_as(uid, path):
    """What a process of another user gets to hear."""
    end, other = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(SECONDS)
            sock.connect(path)
            sock.sendall(b"status\n")
            os.write(other, read(sock) or b"nothing")
        except (ConnectionResetError, BrokenPipeError):
            os.write(other, b"nothing")
        finally:
            os._exit(0)
    os.close(other)
    os.waitpid(pid, 0)
    with os.fdopen(end, "rb") as file:
        return file.read()


def strangers_are_not_heard():
    with Stage(CONTROL) as stage:
        expect(True, ask_as(0, path_of(stage)).startswith(b"{"))
        os.chmod(stage.daemon.folder, 0o755)
        os.chmod(path_of(stage), 0o666)
        expect(b"nothing", ask_as(65534, path_of(stage)))
        stage.daemon.wait_for(
            lambda line: "control.refused uid=65534" in line)


def without_a_socket_it_is_said():
    with Stage() as stage:
        rc, _, err = ctl("status", "-c", stage.daemon.file)
        expect(2, rc)
        expect(f"consentctl: {stage.daemon.file} has no `control`: name the "
               "socket by --socket\n", err)
        rc, _, err = ctl("reload", "--socket", path_of(stage))
        expect(2, rc)
        expect(True, "No such file" in err)
        rc, _, _ = ctl("status", "-c", stage.daemon.file, "more")
        expect(2, rc)


def a_stop_answers_who_waits():
    with Stage(CONTROL + ["timeouts = { drain = 20; }"]) as stage:
        client = stage.client()
        stage.ask(client, ["GET /hold HTTP/1.1"])
        if not stage.origin.behind.wait(SECONDS):
            raise Broken("the request did not arrive")
        stage.daemon.signal("TERM")
        stage.daemon.wait_for(lambda line: "server.stopping" in line)
        rc, _, err = ctl("reload", "--socket", path_of(stage))
        expect((1, "consentctl: not reloaded: stopping\n"), (rc, err))
        expect(True, status(stage)["stopping"])
        stage.origin.on.set()
        expect(b"/hold ", Message(client).body)
        expect(0, stage.daemon.wait())


TESTS = [the_socket_is_for_its_owner,
         status_tells_how_all_stands,
         readiness_is_an_exit_code,
         a_reload_is_done_when_it_returns,
         a_bad_file_changes_nothing_and_says_why,
         a_syntax_error_is_told_without_the_daemon,
         an_address_that_is_taken_changes_nothing,
         a_signal_does_the_same,
         reloads_at_a_time_are_all_answered,
         a_reload_moves_the_socket,
         who_says_nothing_is_let_go,
         what_is_no_order_is_refused,
         who_leaves_at_once_costs_nothing,
         without_a_socket_it_is_said,
         a_stop_answers_who_waits]

if __name__ == "__main__":
    if os.geteuid() == 0:       # to be somebody else takes root
        TESTS.append(strangers_are_not_heard)
    sys.exit(play(TESTS))
