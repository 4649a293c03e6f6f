#!/usr/bin/env python3
"""Servers in front that ask consentd who agreed to what, configured as
docs/INTEGRATION.md has it: nginx by auth_request, HAProxy by Lua. The site
behind them sees the field Consent, and never one that a visitor made up.
Writes TAP; BUILD names the folder of the programs."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from stage import HERE, SECONDS, Broken, Message, Stage, Stream, expect, play

PAGE = os.path.join(HERE, "..", "..", "docs", "INTEGRATION.md")

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
{user}
events {{ worker_connections 64; }}
http {{
	access_log off;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
{block}
}}
"""


def block(language):
    """The block of the page in that language."""
    with open(PAGE, encoding="utf-8") as file:
        return re.search(rf"^```{language}\n(.*?)^```", file.read(),
                         re.MULTILINE | re.DOTALL)[1]


class Front:
    """A server in front of a stage, on a socket of its own in a folder."""

    def __init__(self, stage):
        self.stage = stage
        self.folder = tempfile.mkdtemp(prefix="consent-front-")
        os.chmod(self.folder, 0o755)
        self.path = f"{self.folder}/front"
        self.child = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.wait_for_it()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.child.communicate(timeout=SECONDS)
        shutil.rmtree(self.folder)

    def wait_for_it(self):
        """Until it listens, unless it ends."""
        deadline = time.monotonic() + SECONDS
        while not self.listens() and time.monotonic() < deadline:
            try:
                self.child.wait(0.01)
            except subprocess.TimeoutExpired:
                continue
            raise Broken(f"it does not start: {self.child.stdout.read()}")

    def listens(self):
        try:
            self.connect().close()
        except OSError:
            return False
        return True

    def connect(self):
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(SECONDS)
        sock.connect(self.path)
        return sock

    def place(self, text):
        """The text of the page with the addresses of the stage."""
        return text.replace("127.0.0.1:8080",
                            f"127.0.0.1:{self.stage.daemon.port}") \
                   .replace("127.0.0.1:9000",
                            f"127.0.0.1:{self.stage.origin.port}")

    def write(self, name, text):
        with open(f"{self.folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
        return f"{self.folder}/{name}"

    def ask(self, *lines, method="GET", path="/page", body=b""):
        """One request by a connection of its own."""
        stream = Stream(self.connect())
        stream.sock.sendall("".join(f"{line}\r\n" for line in (
            f"{method} {path} HTTP/1.1", "Host: library.example", *lines,
            "Connection: close", "")).encode() + body)
        answer = Message(stream)
        stream.sock.close()
        return answer

    def consent(self, *lines, **request):
        """The Consent fields that the site gets for such a request."""
        expect("200", self.ask(*lines, **request).start.split()[1])
        return self.stage.origin.heads[-1].values("Consent")

    def choose(self, action):
        form = f"action={action}".encode()
        answer = self.ask("Content-Type: application/x-www-form-urlencoded",
                          f"Content-Length: {len(form)}", method="POST",
                          path="/.consent/choice", body=form)
        expect("303", answer.start.split()[1])
        return answer.values("Set-Cookie")[0].split(";")[0]


class Nginx(Front):
    def command(self):
        text = self.place(block("nginx")).replace("listen 80;",
                                                  f"listen unix:{self.path};")
        user = "user root;" if os.getuid() == 0 else ""
        return ["nginx", "-p", self.folder, "-c", self.write(
            "nginx.conf", NGINX.format(folder=self.folder, user=user,
                                       block=text))]


class Haproxy(Front):
    def command(self):
        script = self.write("consent.lua", self.place(block("lua")))
        text = self.place(block("haproxy"))
        text = text.replace("/etc/haproxy/consent.lua", script)
        text = text.replace("bind :80", f"bind unix@{self.path}")
        return ["haproxy", "-db", "-f", self.write("haproxy.cfg", text)]


def alone():
    """A consentd that has nothing behind it, and a site beside it."""
    return Stage(['upstream = "none"', 'trusted = ( "127.0.0.1" )'])


def the_site_gets_the_field(server):
    with alone() as stage, server(stage) as front:
        lie = "Consent: essential, analytics, ads"
        expect(["essential"], front.consent(lie))
        token = front.choose("accept")
        everything = ["essential, analytics, ads"]
        expect(everything, front.consent(lie, f"Cookie: a=b; {token}"))
        expect(everything, front.consent(
            f"Cookie: {token}", "Content-Length: 3", method="POST",
            path="/send?it=now", body=b"now"))
        expect("POST /send?it=now",
               stage.origin.heads[-1].start.rpartition(" ")[0])
        expect(["essential"], front.consent(f"Cookie: {token}x"))
        expect(["essential"], front.consent(f"Cookie: {token}", "Sec-GPC: 1"))
        # a sensitive path of the policy
        expect(["essential"], front.consent(f"Cookie: {token}",
                                            path="/account/loans?x"))
        expect(["essential"], front.consent(f"Cookie: {front.choose('reject')}"))
        expect(2, stage.daemon.choices())


def without_consentd_nothing_is_granted(server):
    stage = alone()
    with server(stage) as front:
        token = front.choose("accept")
        stage.daemon.stop()
        expect([], front.consent("Consent: analytics", f"Cookie: {token}"))


def nginx_passes_it_on():
    the_site_gets_the_field(Nginx)


def nginx_goes_on_without():
    without_consentd_nothing_is_granted(Nginx)


def haproxy_passes_it_on():
    the_site_gets_the_field(Haproxy)


def haproxy_goes_on_without():
    without_consentd_nothing_is_granted(Haproxy)


if __name__ == "__main__":
    sys.exit(play([nginx_passes_it_on, nginx_goes_on_without,
                   haproxy_passes_it_on, haproxy_goes_on_without]))
