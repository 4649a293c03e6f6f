#!/usr/bin/env python3
"""Reloads under load: what fails, and whether it may.

    tests/load/reload.py [--seconds N] [--connections N] [--think MS]
                         [--reloads N] [--http2 | --tls] BUILD

Keep-alive connections on loopback ask for pages that are rewritten and post
choices, without a pause or with pauses of up to --think milliseconds. Spread
over the time the daemon is reloaded, each time to another number of workers
and with an address more or less; one worker and one notary are killed. The
only requests that may fail are those that were in the killed worker. Afterwards
the log must verify and hold each choice that was answered. --http2 asks over
HTTP/2, for pages alone; --tls likewise, by TLS, with another
certificate at each reload, of which the last must be shown at the end. The exit
status is 1 when anything failed that may not."""

import argparse
import glob
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

import h2
from certificates import Authority

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))

from harness.daemon import SECONDS, Daemon      # noqa: E402

PAGES = ["/en/", "/tr/", "/ar/", "/assets/site.css"]
CHOICES = 10            # one request in so many is a choice
WORKERS = (2, 3, 1, 4)  # in turn, at each reload
DRAIN = 10              # seconds; an old generation is gone then


class Origin:
    """The demonstration's site in a process of its own; port 0: any."""

    def __init__(self, build, port=0):
        self.process = subprocess.Popen(
            [os.path.join(build, "tests/demo-origin"), str(port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.search(r":(\d+)", line).group(1))

    def stop(self):
        self.process.stdin.close()
        self.process.wait(SECONDS)


def state_of(pid):
    """The letter of its state; X when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
            return file.read().rsplit(") ", 1)[1][0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


def connections():
    """The kernel's table, which may miss rows while it changes."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        return [line.split() for line in list(file)[1:]]


class Victim:
    """A worker that is killed: when, and which clients it had then."""

    def __init__(self, pid):
        os.kill(pid, signal.SIGSTOP)    # what it holds stays as it is
        while state_of(pid) != "T":
            pass
        inodes = set()
        for path in glob.glob(f"/proc/{pid}/fd/*"):
            try:
                inodes.add(os.readlink(path)[len("socket:["):-1])
            except OSError:
                pass
        rows = [row for _ in range(3) for row in connections()]
        self.ports = {int(row[2].split(":")[1], 16) for row in rows
                      if row[9] in inodes}
        self.killed = time.monotonic() * 1000
        os.kill(pid, signal.SIGKILL)
        while state_of(pid) not in "ZX":
            pass
        self.gone = time.monotonic() * 1000

    def had(self, failure):
        """Whether a failed request was in it as it died."""
        return (failure["port"] in self.ports
                and failure["began"] <= self.gone
                and failure["ended"] >= self.killed)


class Http1:
    """Clients of HTTP/1.1: a program of their own."""

    def __init__(self, run, seconds):
        self.failures, self.entries, self.sums = [], [], {}
        # a pipe that nobody reads meanwhile would stop it
        self.output = tempfile.TemporaryFile("w+", encoding="ascii")
        self.process = subprocess.Popen(
            [os.path.join(run.build, "tests/http-load"),
             str(run.daemon.port), str(run.connections), str(seconds * 1000),
             str(run.think), str(CHOICES), *PAGES],
            stdin=subprocess.PIPE, stdout=self.output)

    def finish(self):
        self.process.stdin.close()
        self.process.stdin = None

    def wait(self):
        self.process.communicate()
        if self.process.returncode:
            raise RuntimeError("the load program failed")
        with self.output as output:
            output.seek(0)
            self.read(output)
        return self

    def read(self, output):
        for line in output:
            word, *rest = line.split()
            if word == "failure":
                self.failures.append({
                    "kind": rest[0], "port": int(rest[1]),
                    "began": float(rest[2]), "ended": float(rest[3]),
                    "what": rest[4]})
            elif word == "entry":
                self.entries.append(int(rest[0]))
            else:
                self.sums[word] = float(rest[0])


class Http2(h2.Load):
    """Clients of HTTP/2: threads."""

    def __init__(self, run, seconds):
        self.entries, self.sums = [], {}
        super().__init__(run.daemon.port, run.connections, seconds, PAGES,
                         run.context)

    def wait(self):
        self.sums = super().wait()
        return self


def logged(folder):
    """The numbers of all choices in the log."""
    found = set()
    for path in glob.glob(os.path.join(folder, "log/entries/*")):
        with open(path, encoding="utf-8") as file:
            for line in file:
                entry = json.loads(line)
                if entry["type"] == "choice":
                    found.add(entry["seq"])
    return found


class Run:
    """A daemon with its origin, under load until end()."""

    def __init__(self, build, connections, think, http2=False, tls=False):
        self.build, self.http2 = build, http2 or tls
        self.context, self.files = None, ""
        self.origin = Origin(build)
        self.daemon = Daemon(build, self.origin.port)
        if tls:
            self.certify()
        self.daemon.write(self.config(0))
        self.daemon.start()
        self.connections, self.think = connections, think
        self.victim, self.reloads, self.wrong = None, 0, []

    def certify(self):
        self.authority = Authority(self.daemon.folder)
        self.context = ssl.create_default_context(
            cafile=self.authority.certificate)
        self.context.set_alpn_protocols(["h2"])
        self.renew()

    def renew(self):
        """Another certificate, in force with the next reload."""
        certificate, key = self.authority.sign("site", "DNS:library.example")
        self.serial = int(self.authority.issued[certificate], 16)
        self.files = (f'tls = {{ certificate = "{certificate}"; '
                      f'key = "{key}"; }};')

    def config(self, turn):
        protocol = "http2 = true;" if self.http2 else ""
        more = ', "127.0.0.1:0"' if turn % 2 else ""
        return [f'listen = ( {{ address = "127.0.0.1:0"; {protocol} '
                f'{self.files} }}'
                f'{more} )',
                f"workers = {WORKERS[turn % len(WORKERS)]}",
                "limits = { choices = 100000; }",
                f"timeouts = {{ drain = {DRAIN}; }}"]

    def start(self, seconds):
        kind = Http2 if self.http2 else Http1
        self.load = kind(self, seconds)

    def reload(self):
        self.reloads += 1
        at = len(self.daemon.lines)
        if self.context:
            self.renew()
        self.daemon.write(self.config(self.reloads))
        self.daemon.signal("HUP")
        self.daemon.wait_for(lambda line: "reload.done" in line, at)

    def kill_worker(self):
        """The youngest, which serves."""
        self.victim = Victim(max(self.daemon.children("worker")))

    def kill_notary(self):
        self.daemon.kill("notary")

    def consentctl(self, *words):
        return subprocess.run(
            [os.path.join(self.build, "consentctl"), *words],
            capture_output=True, text=True, check=False)

    def check_log(self, report):
        key = os.path.join(self.daemon.folder, "key")
        with open(key, "w", encoding="ascii") as file:
            file.write(self.consentctl(
                "log", "key", "-c", self.daemon.file).stdout)
        found = self.consentctl("log", "verify", "--key", key,
                                os.path.join(self.daemon.folder, "log"))
        if found.returncode:
            self.wrong.append("log verify: " + found.stdout + found.stderr)
        choices = logged(self.daemon.folder)
        lost = [entry for entry in report.entries if entry not in choices]
        if lost or len(set(report.entries)) != len(report.entries):
            self.wrong.append(f"answered, but not logged: {lost}")
        self.logged = len(choices)

    def check_certificate(self):
        """Who comes now is shown the newest."""
        if not self.context:
            return
        with self.context.wrap_socket(
                socket.create_connection(("127.0.0.1", self.daemon.port)),
                server_hostname="library.example") as sock:
            shown = int(sock.getpeercert()["serialNumber"], 16)
        if shown != self.serial:
            self.wrong.append(f"certificate {shown}, not {self.serial}")

    def check_failures(self, report):
        excused = [failure for failure in report.failures
                   if self.victim and self.victim.had(failure)]
        self.excused = len(excused)
        self.wrong += [f"failed: {failure}" for failure in report.failures
                       if failure not in excused]

    def finish(self):
        """The load ends before its time."""
        self.load.finish()

    def stop(self):
        """Ends all; what the clients saw."""
        report = self.load.wait()
        self.check_certificate()
        self.daemon.signal("TERM")
        status = self.daemon.wait()
        if status:
            self.wrong.append(f"the daemon ended with {status}")
        self.check_failures(report)
        self.check_log(report)
        self.daemon.stop()
        self.origin.stop()
        return report


def play(run, seconds, reloads):
    """The reloads at even times, the kills between them."""
    began, pause = time.monotonic(), seconds / (reloads + 1)
    deeds = [((number + 1) * pause, run.reload) for number in range(reloads)]
    deeds.append((pause * (reloads // 3 + 0.5), run.kill_worker))
    deeds.append((pause * (2 * reloads // 3 + 0.5), run.kill_notary))
    run.start(seconds)
    for at, deed in sorted(deeds, key=lambda row: row[0]):
        time.sleep(max(0, began + at - time.monotonic()))
        deed()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--think", type=int, default=0)
    parser.add_argument("--reloads", type=int, default=10)
    parser.add_argument("--http2", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("build")
    options = parser.parse_args()
    run = Run(options.build, options.connections, options.think,
              options.http2, options.tls)
    play(run, options.seconds, options.reloads)
    report = run.stop()
    for name, value in report.sums.items():
        print(f"{name:20} {value:g}")
    print(f"{'reloads':20} {run.reloads}")
    print(f"{'in the killed worker':20} {run.excused}")
    print(f"{'choices logged':20} {run.logged}")
    for line in run.wrong[:20]:
        print(line)
    print(f"{len(run.wrong)} wrong")
    return 1 if run.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
