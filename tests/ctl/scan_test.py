#!/usr/bin/env python3
"""consentctl scan: what a site shows from outside. Writes TAP; BUILD names the
folder of the programs."""

import http.server
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))

from stage import BUILD, SECONDS, Stage, expect, play  # noqa: E402

CTL = os.path.join(BUILD, "consentctl")
KINDS = ("set-cookie", "host", "inline")
LINKS = ('<title>x</title><a href="/b?q=1#top">b</a> <a href="c/">c</a>'
         '<area href="/secret/d"><a href="/photo.JPG">p</a>'
         '<a href="//other.example/">o</a><a href="/gone">g</a>'
         '<iframe src="/frame"></iframe><a href="/turn">t</a>'
         '<a href="mailto:x@y.example">m</a>')
PAGES = {
    "/": (LINKS, {}),
    "/b?q=1": ('<script src="https://cdn.one.example/x.js"></script>'
               '<script>mine.call("Ada", 17)</script><a href="/deep">d</a>',
               {"Set-Cookie": "found=secret; Path=/"}),
    "/c/": ('<base href="/c/x/"><a href="y">y</a>', {}),
    "/c/x/y": ("<p>y", {"Link": "<//early.example/x.js>; rel=preload; "
                        "as=script, <//quiet.example/>; rel=license",
                        "Refresh": "9; url=https://later.example/"}),
    "/deep": ('<a href="/deeper">d</a>', {}),
    "/deeper": ('<img src="https://deep.example/p.png">', {}),
    "/frame": ('<meta charset="utf-16">'
               '<img src="//pixel.two.example/x?Ada">', {}),
    "/wide": ('<img src="//wide.example/x">', {}),
}


class Handler(http.server.BaseHTTPRequestHandler):
    """PAGES, redirects and a robots.txt; keeps what was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        site = self.server
        site.asked.append(self.path)
        site.agents.add(self.headers["User-Agent"])
        if self.path == "/robots.txt":
            self.reply(site.robots[0], site.robots[1], {})
        elif self.path == "/turn":
            self.reply(302, "", {"Location": "/turn2"})
        elif self.path == "/turn2":
            self.reply(302, "", {"Location": "/turn"})
        elif self.path == "/away":
            self.reply(301, "", {"Location": "https://other.example/x"})
        elif self.path in PAGES:
            text, fields = PAGES[self.path]
            self.reply(200, text, {"Content-Type": "text/html", **fields})
        else:
            self.reply(404, "gone", {})

    def reply(self, status, text, fields):
        body = text.encode()
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Site(http.server.ThreadingHTTPServer):
    """That site on a free port of the loopback."""

    daemon_threads = True

    def __init__(self, robots=(404, "")):
        super().__init__(("127.0.0.1", 0), Handler)
        self.robots, self.asked, self.agents = robots, [], set()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


def scan(*arguments, code=0):
    done = subprocess.run([CTL, "scan", *arguments], text=True, check=False,
                          capture_output=True, timeout=SECONDS * 4)
    expect((code, arguments), (done.returncode, arguments))
    return done.stdout, done.stderr


def found(*arguments):
    answer = json.loads(scan("--json", *arguments)[0])
    return {(row["kind"], row["name"]): row for row in answer["rows"]}, answer


def a_site_is_read_within_its_origin():
    with Site() as site:
        rows, answer = found(site.url)
        expect({("set-cookie", "found"), ("host", "cdn.one.example"),
                ("host", "pixel.two.example"), ("host", "deep.example"),
                ("host", "early.example"), ("host", "later.example"),
                ("inline", next(n for k, n in rows if k == "inline"))},
               set(rows))
        expect("/b", rows["set-cookie", "found"]["path"])
        expect(True, next(n for k, n in rows if k == "inline")
               .endswith(" mine call"))
        asked = sorted(set(site.asked))
        expect(["/", "/b?q=1", "/c/", "/c/x/y", "/deep", "/deeper", "/frame",
                "/gone", "/robots.txt", "/secret/d", "/turn", "/turn2"], asked)
        expect(asked, sorted(site.asked))       # once each
        expect((2, 0), (answer["failed"], answer["left"]))
        agent, = site.agents
        expect(True, agent.startswith("consentctl/"))
        out, err = scan(site.url)
        expect(True, f"{site.url}/gone: status 404" in err)
        expect(False, "Ada" in out + err or "=secret" in out + err)


def bounds_hold():
    with Site() as site:
        rows, answer = found("--depth", "1", site.url)
        expect(False, ("host", "deep.example") in rows)
        expect(False, "/deep" in site.asked)
        expect(True, answer["left"] > 0)
    with Site() as site:
        answer = found("--pages", "3", site.url)[1]
        expect((3, 4), (answer["pages"], len(site.asked)))
    with Site() as site:
        begin = time.monotonic()
        scan("--pages", "4", "--rate", "8", site.url)
        # robots.txt and four pages
        expect(True, time.monotonic() - begin >= 4 / 8)


def robots_are_obeyed():
    rules = ("User-agent: *\nDisallow: /\n\nUser-Agent: other\n"
             "User-agent: ConsentCtl/2\nDisallow: /secret/ # no\n"
             "Disallow: /*q=\nAllow: /c/\n")
    with Site((200, rules)) as site:
        answer = found(site.url)[1]
        expect(2, answer["refused"])
        expect(False, "/secret/d" in site.asked or "/b?q=1" in site.asked)
    for robots, words in (((200, "User-agent: *\nDisallow: /"),
                           "robots.txt does not let consentctl read it"),
                          ((503, ""), "robots.txt cannot be had")):
        with Site(robots) as site:
            expect(True, words in scan(site.url, code=2)[1])
            expect(["/robots.txt"], site.asked)


def what_cannot_be_read_has_a_message():
    with Site() as site:
        for url, words in ((f"{site.url}/gone", "status 404"),
                           (f"{site.url}/turn", "redirects in a circle"),
                           (f"{site.url}/away", "another site: https://other."
                            "example/x"),
                           ("ftp://a.example/", "no URL of http"),
                           ("nonsense", "no URL of http"),
                           ("http://a:b@127.0.0.1/", "name or password")):
            err = scan(url, code=2)[1]
            expect(True, err.splitlines()[-1].startswith(
                f"consentctl scan: {url}: ") and words in err)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/"
        expect(f"consentctl scan: {url}: cannot connect\n",
               scan(url, code=2)[1])
    for wrong in ((), ("a", "b"), ("--pages", "0", "x"), ("--rate", "x", "x"),
                  ("--depth", "101", "x"), ("--json", "--propose", "x"),
                  ("--what", "x"), ("-c", "/nowhere.conf", "http://x/")):
        out, err = scan(*wrong, code=2)
        expect(("", True), (out, err != ""))


def a_proposal_needs_no_configuration():
    with Site() as site, tempfile.TemporaryDirectory() as folder:
        out = scan("--propose", site.url)[0]
        file = os.path.join(folder, "policy.conf")
        with open(file, "w", encoding="ascii") as policy:
            policy.write('version = "1"; categories = ({ id = "essential"; '
                         'required = true; }, { id = "analytics"; });\n' + out)
        done = subprocess.run([CTL, "check", file], text=True,
                              capture_output=True, check=False)
        expect((0, ""), (done.returncode, done.stderr))
        # with it there is nothing left but the script
        expect({"inline"}, {kind for kind, _ in found("-c", file, site.url)[0]})


def the_demo_shows_the_same_from_both_sides():
    with Stage(['control = "control.sock"'], start=False) as stage, \
            subprocess.Popen([os.path.join(BUILD, "tests/demo-origin")],
                             text=True, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE) as demo:
        port = int(demo.stdout.readline().strip(" /\n").split(":")[-1])
        demo.stdout.readline()
        stage.daemon.origin_port = port
        stage.daemon.write(['control = "control.sock"'])
        stage.daemon.start()
        direct = found("-c", stage.daemon.file, "--depth", "1",
                       f"http://localhost:{port}/")[0]
        # the same pages, through the daemon
        scan("--depth", "1", f"http://127.0.0.1:{stage.daemon.port}/")
        done = subprocess.run([CTL, "inventory", "--json", "-c",
                               stage.daemon.file], text=True, check=True,
                              capture_output=True)
        seen = {(row["kind"], row["name"])
                for row in json.loads(done.stdout)["rows"]}
        expect(set(direct), {row for row in seen if row[0] in KINDS})
        expect(set(KINDS), {kind for kind, _ in direct})
        demo.stdin.close()


if __name__ == "__main__":
    sys.exit(play((a_site_is_read_within_its_origin,
                   bounds_hold,
                   robots_are_obeyed,
                   what_cannot_be_read_has_a_message,
                   a_proposal_needs_no_configuration,
                   the_demo_shows_the_same_from_both_sides)))
