#!/usr/bin/env python3
"""consentctl inventory: what a running daemon saw and no rule names. Writes
TAP; BUILD names the folder of the programs."""

import json
import os
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))

from stage import (BUILD, SECONDS, Broken, Message, Origin, Stage,  # noqa: E402
                   expect, play)

CTL = os.path.join(BUILD, "consentctl")
CONFIG = ['control = "control.sock"']
PAGE = (b'<!DOCTYPE html><script src="https://CDN.other.example/lib.js?secret">'
        b'</script><img src="//stats.example/pixel"><img src="/own.png">'
        b'<img src="https://img.library.example/a.png">'
        b'<a href="https://friends.example/">friends</a>'
        b'<iframe src="https://video.example/secret"></iframe>'
        b'<script>mine.track([VISITS"secret"], {"a": "VISITS"})</script>')
SCRIPT = "d1b6bbd6 mine track"
SET = ("newcookie=secret; Path=/", "session=1; HttpOnly", "_pk_id=1",
       "od\\d=1")


class Site(Origin):
    """Sets cookies and has a page with things of others."""

    visits = 0

    def answer(self, stream, port):
        Message(stream, no_body=True)
        self.visits += 1
        page = PAGE.replace(b"VISITS", f"{self.visits},".encode())
        fields = "".join(f"Set-Cookie: {cookie}\r\n" for cookie in SET)
        stream.sock.sendall(
            (f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{fields}"
             f"Content-Length: {len(page)}\r\n\r\n").encode() + page)
        return True


class Shown(Stage):
    """A stage with that site."""

    def __init__(self, config=()):
        super().__init__(CONFIG + list(config), start=False)
        self.origin.close()
        self.origin = Site()
        self.daemon.origin_port = self.origin.port
        self.daemon.write(CONFIG + list(config))
        self.daemon.start()


def ctl(stage, *arguments):
    done = subprocess.run([CTL, "inventory", "-c", stage.daemon.file,
                           *arguments], text=True, capture_output=True,
                          timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def found(stage):
    """The rows as kind, name and count, and what had no room."""
    rc, out, err = ctl(stage, "--json")
    expect((0, ""), (rc, err))
    answer = json.loads(out)
    for row in answer["rows"]:
        expect(True, row["first"] <= row["last"])
    return ({(row["kind"], row["name"]): row["count"]
             for row in answer["rows"]}, answer["forgotten"])


def visit(stage, *fields):
    client = stage.client()
    stage.ask(client, ["GET /a HTTP/1.1", *fields])
    expect("200", Message(client).start.split()[1])


def report(stage, *urls):
    body = json.dumps([
        {"type": "csp-violation", "body": {
            "blockedURL": url, "effectiveDirective": "img-src",
            "disposition": "report"}} for url in urls]).encode()
    client = stage.client()
    stage.ask(client, ["POST /.consent/report HTTP/1.1",
                       "Content-Type: application/reports+json",
                       f"Content-Length: {len(body)}"], body)
    expect("204", Message(client).start.split()[1])


def nothing_was_seen_at_first():
    with Shown() as stage:
        expect((0, "nothing was seen that no rule names\n", ""), ctl(stage))
        expect(0, ctl(stage, "--strict")[0])
        expect({}, found(stage)[0])


def traffic_shows_what_no_rule_names():
    with Shown() as stage:
        for _ in range(2):
            visit(stage, "Cookie: session=1; mine=secret; _pk_id=2")
        report(stage, "https://told.example/secret?x",
               "https://a.stats.example/x", "https://library.example/x",
               "inline")
        rows, forgotten = found(stage)
        expect({("set-cookie", "newcookie"): 2, ("set-cookie", "od\\x5cd"): 2,
                ("cookie", "mine"): 2, ("host", "cdn.other.example"): 2,
                ("host", "video.example"): 2,
                ("reported", "told.example"): 1,
                ("inline", SCRIPT): 2}, rows)
        expect({"set-cookie": 0, "cookie": 0, "host": 0, "reported": 0,
                "inline": 0},
               forgotten)
        rc, out, err = ctl(stage)
        expect((0, "", False), (rc, err, "secret" in out))
        lines = out.splitlines()
        expect(8, len(lines))
        start = lines[0].index("name")
        expect({" "}, {line[start - 1] for line in lines})
        expect(set(), {line for line in lines if line[start] == " "})
        expect(1, ctl(stage, "--strict")[0])


def it_outlives_a_worker():
    with Shown() as stage:
        visit(stage)
        before = found(stage)
        stage.kill("worker")
        expect(before, found(stage))
        deadline = time.monotonic() + SECONDS
        while not stage.daemon.children("worker"):
            if time.monotonic() > deadline:
                raise Broken("it is not replaced")
        visit(stage)
        expect({name: 2 for name in before[0]}, found(stage)[0])


def it_outlives_the_daemon():
    kept = ['inventory = "kept.json"']
    with Shown(kept) as stage:
        visit(stage)
        before = found(stage)
        file = os.path.join(os.path.dirname(stage.daemon.file), "kept.json")
        stage.daemon.signal("TERM")
        expect(0, stage.daemon.wait())
        expect(0o600, os.stat(file).st_mode & 0o777)
        with open(file, encoding="ascii") as text:
            expect(False, "secret" in text.read())
        stage.daemon.start()
        expect(before[0], found(stage)[0])
        visit(stage)
        expect({name: 2 for name in before[0]}, found(stage)[0])
        stage.daemon.signal("TERM")
        expect(0, stage.daemon.wait())
        with open(file, "w", encoding="ascii") as text:
            text.write("{}")
        stage.daemon.start()
        expect({}, found(stage)[0])
        expect(True, any("inventory.ignored" in line and "kept.json" in line
                         for line in stage.daemon.lines))
        expect(True, os.path.exists(file + ".bad"))


def a_rule_takes_its_row_away():
    with Shown() as stage:
        visit(stage)
        expect(1, found(stage)[0][("host", "video.example")])
        stage.daemon.policy = [
            'version = "2"; unknown_cookie = "a";',
            'categories = ({ id = "e"; required = true; }, { id = "a"; });',
            'cookies = ({ name = "new*"; category = "a"; });',
            'resources = ({ host = "video.example"; category = "a"; });']
        stage.daemon.write(CONFIG)
        done = subprocess.run([CTL, "reload", "-c", stage.daemon.file],
                              capture_output=True, check=False)
        expect(0, done.returncode)
        names = {name for _, name in found(stage)[0]}
        expect({"od\\x5cd", "cdn.other.example", SCRIPT}, names)


def a_proposal_names_it_all():
    with Shown() as stage:
        visit(stage, "Cookie: _hjid=1; mine=1")
        rc, out, err = ctl(stage, "--propose")
        expect((0, ""), (rc, err))
        expect(True, 'name = "hotjar"' in out)
        folder = os.path.dirname(stage.daemon.file)
        file = os.path.join(folder, "proposed.conf")
        with open(os.path.join(folder, "snippet.conf"), "w",
                  encoding="ascii") as snippet:
            snippet.write(out)
        with open(file, "w", encoding="ascii") as policy:
            policy.write('version = "1"; unknown_cookie = "analytics";\n'
                         'categories = ({ id = "essential"; required = true; '
                         '}, { id = "analytics"; });\n'
                         '@include "snippet.conf"\n')
        done = subprocess.run([CTL, "check", file], text=True,
                              capture_output=True, check=False)
        expect((0, ""), (done.returncode, done.stderr))
        for what in (("--cookie", "mine"), ("--cookie", "newcookie"),
                     ("--url", "https://cdn.other.example/"),
                     ("--url", "https://video.example/")):
            done = subprocess.run([CTL, "explain", "--json", "-c", file,
                                   *what], text=True, capture_output=True,
                                  check=False)
            expect(True, "snippet.conf" in done.stdout)


def strangers_push_nothing_out():
    with Shown() as stage:
        visit(stage)
        client = stage.client()
        for turn in range(20):
            pairs = "; ".join(f"n{turn}x{i}=1" for i in range(100))
            stage.ask(client, ["GET /.consent/state HTTP/1.1"])
            Message(client)
            stage.ask(client, ["GET /a HTTP/1.1", f"Cookie: {pairs}"])
            expect("200", Message(client).start.split()[1])
            report(stage, *(f"https://n{turn}x{i}.example/"
                            for i in range(32)))
        rows, forgotten = found(stage)
        for kind, most in (("cookie", 2000), ("reported", 640)):
            taken = [name for of, name in rows if of == kind]
            expect(True, 0 < len(taken) <= 60)  # a minute may have begun
            expect(most, len(taken) + forgotten[kind])
        expect(21, rows[("set-cookie", "newcookie")])
        expect(21, rows[("host", "video.example")])
        expect((0, 0), (forgotten["set-cookie"], forgotten["host"]))
        told = [line for line in stage.daemon.lines if "report.unnamed" in line]
        expect(True, len(told) <= 60)


def the_numbers_say_how_many():
    with Shown(['admin = "127.0.0.1:0"']) as stage:
        visit(stage, "Cookie: mine=1")
        line, = [line for line in stage.daemon.lines
                 if "admin.listening" in line]
        url = line.split("url=")[1].split()[0]
        with urllib.request.urlopen(f"{url}metrics", timeout=SECONDS) as page:
            text = page.read().decode()
        for kind, n in (("set-cookie", 2), ("cookie", 1), ("host", 2),
                        ("reported", 0), ("inline", 1)):
            expect(True, f'consentd_inventory_rows{{kind="{kind}"}} {n}\n'
                   in text)


def what_cannot_be_asked_is_an_error():
    with Shown() as stage:
        expect(2, ctl(stage, "--what")[0])
        expect(2, ctl(stage, "all")[0])
        expect(2, ctl(stage, "--socket", "/nowhere")[0])
        done = subprocess.run([CTL, "status", "--strict", "-c",
                               stage.daemon.file], capture_output=True,
                              check=False)
        expect(2, done.returncode)


if __name__ == "__main__":
    sys.exit(play((nothing_was_seen_at_first,
                   traffic_shows_what_no_rule_names,
                   it_outlives_a_worker,
                   it_outlives_the_daemon,
                   a_rule_takes_its_row_away,
                   a_proposal_names_it_all,
                   strangers_push_nothing_out,
                   the_numbers_say_how_many,
                   what_cannot_be_asked_is_an_error)))
