"""Starts consentd over a folder of its own and watches what it says."""

import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

SECONDS = 60            # for what should take a moment on a busy machine
LISTENING = re.compile(r"listening on (https?://([^/:]+|\[[^]]*\]):(\d+)/)")

# without the guard, which names the trackers that a case looks for
POLICY = """
version = "2026-11-01";
unknown_cookie = "analytics";
third_parties = "listed";
guard = false;
categories = ( { id = "essential"; required = true; },
  { id = "analytics"; }, { id = "ads"; } );
sensitive = ( { path = "/account*"; } );
cookies = (
  { name = "session"; category = "essential"; ground = "requested";
    purpose = "Keeps you signed in"; lifetime = "session"; },
  { name = "_pk_*"; category = "analytics"; },
  { name = "ad_*"; category = "ads"; } );
resources = (
  { host = "stats.example"; category = "analytics"; },
  { host = "ads.example"; category = "ads"; },
  { path = "/collect*"; category = "analytics"; },
  { inline = "myTracker("; category = "analytics"; } );
"""


def settings(origin_port):
    """The least that a case needs; its own lines come over these."""
    return {
        "listen": '"127.0.0.1:0"',
        "upstream": f'"http://127.0.0.1:{origin_port}"',
        "site": '"https://library.example"',
        "workers": "1",
        "timeouts": "{ drain = 10; }",
    }


class Daemon:
    """A running consentd with its configuration, log and diagnostics."""

    def __init__(self, build, origin_port, config=(), policy=None):
        self.build, self.origin_port = build, origin_port
        self.folder = tempfile.mkdtemp(prefix="consentd-")
        self.file = os.path.join(self.folder, "consentd.conf")
        self.policy = policy
        self.lines, self.heard = [], threading.Condition()
        self.write(config)
        self.process = None

    def write(self, config, raw=None):
        """Writes the configuration; lines `key = value` come over ours."""
        rows = settings(self.origin_port)
        for line in config:
            key, _, value = line.partition("=")
            rows[key.strip()] = value.strip().rstrip(";")
        policy = "\n".join(self.policy) if self.policy else POLICY
        text = "".join(f"{key} = {value};\n" for key, value in rows.items())
        text += "policy : {\n" + policy + "\n};\n"
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(text if raw is None else raw)

    def start(self, files=(), by=()):
        """Starts it, over what an earlier one left if there was one; it
        inherits the descriptors files. by is a command that executes it."""
        self.lines = []
        self.process = subprocess.Popen(
            [*by, os.path.join(self.build, "consentd"), "-c", self.file],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, errors="replace",
            start_new_session=True, pass_fds=files)
        self.listeners = [
            threading.Thread(target=self.listen, args=(pipe, self.lines),
                             daemon=True)
            for pipe in (self.process.stdout, self.process.stderr)]
        for listener in self.listeners:
            listener.start()
        line = self.wait_for(LISTENING.search)
        found = LISTENING.search(line)
        self.host, self.port = found.group(2), int(found.group(3))
        return self

    def listen(self, pipe, lines):
        for line in pipe:
            with self.heard:
                lines.append(line.rstrip("\n"))
                self.heard.notify_all()
        with self.heard:
            lines.append("(end)")
            self.heard.notify_all()

    def wait_for(self, is_it, start=0):
        """The first line from number start on that is_it; waits for it."""
        deadline = time.monotonic() + SECONDS
        with self.heard:
            at = start
            while True:
                for line in self.lines[at:]:
                    if is_it(line):
                        return line
                at = len(self.lines)
                ended = self.lines.count("(end)") == 2
                left = deadline - time.monotonic()
                if ended or left <= 0:
                    raise TimeoutError("the daemon did not say it:\n"
                                       + "\n".join(self.lines[start:]))
                self.heard.wait(left)

    def choices(self):
        """How many choices the log holds."""
        count = 0
        for path in glob.glob(os.path.join(self.folder, "log/entries/*")):
            with open(path, encoding="utf-8") as file:
                count += sum('"type":"choice"' in line for line in file)
        return count

    def signal(self, name):
        self.process.send_signal(getattr(signal, f"SIG{name}"))

    def names(self):
        """The names of the processes that the daemon made, by their ids."""
        found = {}
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, encoding="latin-1") as file:
                    pid, rest = file.read().split(" (", 1)
            except OSError:
                continue
            name, rest = rest.rsplit(") ", 1)
            state, parent = rest.split()[:2]
            if int(parent) == self.process.pid and state not in "ZX":
                found[int(pid)] = name
        return found

    def children(self, role):
        """The process ids of that role. The daemon names its processes, each
        a moment after it was made: until then it is called as its parent."""
        deadline = time.monotonic() + SECONDS
        while "consentd" in (names := self.names()).values():
            if time.monotonic() > deadline:
                raise TimeoutError(f"one has no name: {names}")
        return [pid for pid, name in names.items() if role in name]

    def kill(self, role):
        """kill -9 for all processes of a role; the daemon replaces them. The
        process ids of those that it killed."""
        found = self.children(role)
        if not found:
            raise TimeoutError(f"no {role} runs")
        for pid in found:
            os.kill(pid, signal.SIGKILL)
        return found

    def wait(self):
        """Its exit status, once all was heard that it said."""
        status = self.process.wait(timeout=SECONDS)
        for listener in self.listeners:
            listener.join(SECONDS)
        return status

    def stop(self):
        """Ends it, at once if need be; its exit status."""
        status = 0
        if self.process:
            if self.process.poll() is None:
                self.signal("TERM")
            try:
                status = self.wait()
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                status = self.wait()
                print("# the daemon did not stop by itself", file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)
        return status
