#!/usr/bin/env python3
"""consentctl try: pages as visitors get them, and what they lose. Writes TAP;
BUILD names the folder of the programs."""

import http.server
import json
import os
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))

from certificates import Authority  # noqa: E402
from stage import (BUILD, SECONDS, Broken, Message, Stage,  # noqa: E402
                   expect, play)

CTL = os.path.join(BUILD, "consentctl")
POST = ["POST /.consent/choice HTTP/1.1",
        "Content-Type: application/x-www-form-urlencoded"]
PAGES = ("/en/diabetes-fasting", "/ar/", "/en/appointment")
POLICY = """version = "1";
categories = ( { id = "essential"; required = true; }, { id = "analytics"; },
               { id = "media"; mode = "report"; } );
resources = ( { host = "tracker.example"; category = "analytics"; },
              { host = "video.example"; category = "media"; } );
"""
PAGE = """<title>x</title>
<p>one
<p>two
<script src="https://tracker.example/a.js"></script>
<img alt="" src="//video.example/1.png">
<p>three <img src="https://cdn.else.example/x.png">
"""


def run(*args, text=None, status=0):
    done = subprocess.run([CTL, "try", *args], input=text, timeout=120,
                          capture_output=True, check=False)
    expect((status, args), (done.returncode, args))
    return done.stdout, done.stderr.decode()


def page_of(url):
    with urllib.request.urlopen(url, timeout=SECONDS) as answer:
        return answer.read()


class Site:
    """The demonstration's site without anything before it."""

    def __init__(self):
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "tests/demo-origin")], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.url = self.process.stdout.readline().strip().rstrip("/")
        self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate(timeout=SECONDS)


def choose(stage, form):
    client = stage.client()
    stage.ask(client, [*POST, f"Content-Length: {len(form)}"], form.encode())
    answer = Message(client)
    expect("303", answer.start.split()[1])
    return answer.values("Set-Cookie")[0].split(";")[0]


def get(stage, path, *fields):
    client = stage.client()
    stage.ask(client, [f"GET {path} HTTP/1.1", *fields])
    answer = Message(client)
    expect("200", answer.start.split()[1])
    return answer.body


def it_gives_the_bytes_that_the_daemon_sends():
    with open("conf/policy-demo.conf", encoding="utf-8") as file:
        policy = [file.read()]
    with Site() as site:
        stage = Stage(start=False)
        stage.daemon.policy = policy
        stage.daemon.write([f'upstream = "{site.url}"'.replace(
            "localhost", "127.0.0.1"),
                            'notice = { languages = [ "en", "de", "ar" ]; }'])
        stage.daemon.start()
        with stage:
            visitors = [((), None), (("--consent", "none"), "reject"),
                        (("--consent", "all"), "accept")]
            for options, action in visitors:
                fields = [] if action is None else \
                    [f"Cookie: {choose(stage, 'action=' + action)}"]
                for path in PAGES[:1] if action else PAGES:
                    same(stage, site, path, fields, options)
            same(stage, site, PAGES[1], ["Sec-GPC: 1"], ["--gpc"])
            same(stage, site, PAGES[1], ["Accept-Language: de"],
                 ["--language", "de"])
            choice = "action=choose&category=marketing"
            same(stage, site, PAGES[1], [f"Cookie: {choose(stage, choice)}"],
                 ["--consent", "marketing"])


def same(stage, site, path, fields, options):
    """A page by the daemon is that of a file, of stdin and of a URL."""
    sent = get(stage, path, *fields)
    conf = ["-c", stage.daemon.file, *options]
    if not options:
        equal(sent, run(*conf, site.url + path)[0])
    equal(sent, run(*conf, "--at", path, "-", text=page_of(site.url + path))[0])


def equal(*pages):
    """The site puts a new secret into its form each time; nothing else
    differs."""
    one, other = (re.sub(b'name="csrf" value="[^"]+"', b"", page)
                  for page in pages)
    if one != other:
        at = len(os.path.commonprefix([one, other]))
        raise Broken(f"{one[at - 40:at + 40]} is not {other[at:at + 40]}")


class Folder:
    """A policy alone and a page beside it."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.policy = self.write("policy.conf", POLICY.encode())
        self.page = self.write("page.html", PAGE.encode())

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(text)
        return path

    def run(self, *args, **more):
        return run("-c", self.policy, *args, **more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()


def it_reports_what_goes_and_where():
    with Folder() as f:
        out = f.run("--report", f.page)[0].decode().splitlines()
        expect("LINE:COL ELEMENT CATEGORY RULE", " ".join(out[0].split()))
        expect(f'4:1 <script src="https://tracker.example/a.js"> analytics '
               f'{f.policy}:4: host "tracker.example"',
               " ".join(out[1].split()))
        expect(f'5:1 <img alt="" src="//video.example/1.png"> media '
               f'{f.policy}:5: host "video.example" (only reported)',
               " ".join(out[2].split()))
        expect([f"{f.page}: 1 withheld, 1 only reported"], out[3:])
        row = json.loads(f.run("--json", f.page)[0])
        expect([(4, 1, "withheld"), (5, 1, "reported")],
               [(r["line"], r["column"], r["answer"])
                for r in row["removed"]])
        expect([(6, 10, "cdn.else.example")],
               [(r["line"], r["column"], r["host"])
                for r in row["strangers"]])
        out = f.run("--report", "--consent", "analytics, media", f.page)[0]
        expect(f"{f.page}: 0 withheld, 0 only reported\n", out.decode())


def it_shows_a_diff():
    with Folder() as f:
        expect(f"""--- {f.page}
+++ what visitors get
@@ -1,6 +1,6 @@
 <title>x</title>
 <p>one
 <p>two
-<script src="https://tracker.example/a.js"></script>
+
 <img alt="" src="//video.example/1.png">
 <p>three <img src="https://cdn.else.example/x.png">
""", f.run("--diff", f.page)[0].decode())
        expect(b"", f.run("--diff", "--consent", "all", f.page)[0])


def it_is_a_gate_for_third_parties():
    with Folder() as f:
        out = f.run("--expect-clean", f.page, status=1)[0].decode()
        expect(f'{f.page}:6:10: cdn.else.example  '
               '<img src="https://cdn.else.example/x.png">',
               out.splitlines()[0])
        snippet = '{ host = "cdn.else.example"; category = "analytics"; }'
        expect(True, snippet in out)
        tagged = f.write("tagged.html", b'<script src="https://www.google'
                         b'tagmanager.com/gtm.js?id=GTM-1"></script>')
        out = f.run("--expect-clean", tagged, status=1)[0].decode()
        expect('  "google-tag-manager"', out.splitlines()[-1])
        expect(False, "host =" in out)
        row = json.loads(f.run("--json", tagged)[0])
        expect("google-tag-manager", row["strangers"][0]["vendor"])
        f.write("policy.conf", (POLICY + 'vendors = { name = "google-tag-'
                                'manager"; category = "media"; };'
                                ).encode())
        f.run("--expect-clean", tagged)
        # what it says to put there makes it clean
        f.write("policy.conf", POLICY.replace(
            "resources = (", f"resources = ( {snippet},").encode())
        f.run("--expect-clean", f.page)
        f.write("policy.conf", (POLICY + 'third_parties = "unlisted";\n'
                                ).encode())
        f.run("--expect-clean", f.page)
        f.run("--expect-clean", "--consent", "analytics", f.page, status=1)
        err = f.run("--expect-clean", "--consent", "all", f.page, status=2)[1]
        expect(True, "agreed to everything" in err)


def it_reads_other_charsets_and_xml():
    with Folder() as f:
        wide = f.write("wide.html", ("\ufeff" + PAGE).encode("utf-16-le"))
        out = f.run("--report", wide)[0].decode()
        expect(True, "\n      4:1  <script" in out)
        xml = f.write("a.xhtml", b'<html xmlns="http://www.w3.org/1999/xhtml">'
                      b'<head><script src="//tracker.example/"/></head></html>')
        expect(True, " 1:50  <script" in f.run("--report", xml)[0].decode())
        torn = f.write("torn.xhtml", b"<html>\n<a></b></html>")
        err = f.run("--report", torn, status=1)[1]
        expect(True, err.startswith(f"{torn}:2:"))
        odd = f.write("odd.html", b'<meta charset="iso-2022-kr">')
        f.run("--report", odd, status=2)
        picture = f.write("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg">'
                          b'<image href="//tracker.example/"/></svg>')
        expect(True, "1 withheld" in f.run("--report", picture)[0].decode())


class Handler(http.server.BaseHTTPRequestHandler):
    """Redirects, refuses and serves."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers["User-Agent"],
                                  self.headers["Cookie"]))
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path[3:])
        elif self.path == "/loop":
            self.send_response(301)
            self.send_header("Location", "/loop")
        else:
            self.send_response(200 if self.path == "/page?x=1" else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Set-Cookie", "a=b")
        self.send_header("Content-Length",
                         str(len(PAGE) if self.path == "/page?x=1" else 0))
        self.end_headers()
        if self.path == "/page?x=1":
            self.wfile.write(PAGE.encode())

    def log_message(self, *_):
        pass


def it_asks_a_server_politely():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://localhost:{server.server_port}"
    with Folder() as f:
        out = f.run("--report", f"{url}/to/page?x=1")[0].decode()
        expect(True, "1 withheld, 1 only reported" in out)
        expect(["/to/page?x=1", "/page?x=1"], [a[0] for a in server.asked])
        for _, agent, cookie in server.asked:
            expect(True, bool(re.match(r"consentctl/\S+ \(try\)$", agent)))
            expect(None, cookie)
        err = f.run("--report", f"{url}/loop", status=2)[1]
        expect(f"{url}/loop: too many redirects\n", err)
        expect(8, len(server.asked))
        err = f.run("--report", f"{url}/none", status=2)[1]
        expect(f"{url}/none: the server answers with status 404\n", err)
        server.shutdown()
        server.server_close()
        err = f.run("--report", f"{url}/", status=2)[1]
        expect(f"{url}/: cannot connect\n", err)


def it_asks_by_tls_and_checks_who_answers():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    with Folder() as f:
        authority = Authority(f.folder.name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.sign("one", "DNS:localhost"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"https://localhost:{server.server_port}/page?x=1"
        err = f.run("--report", url, status=2)[1]
        expect([], server.asked)
        # what is wrong with the certificate stands before it
        expect(True, "tls.failed" in err and "certificate" in err)
        expect(True, err.endswith(f"{url}: cannot connect\n"))
        os.environ["SSL_CERT_FILE"] = authority.certificate
        out = f.run("--report", url)[0].decode()
        del os.environ["SSL_CERT_FILE"]
        expect(True, "1 withheld, 1 only reported" in out)
        expect(1, len(server.asked))
        server.shutdown()
        server.server_close()


def a_page_is_of_the_site_that_is_named():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://localhost:{server.server_port}"
    with Stage([f'site = [ "http://one.example", "{url}" ]'],
               start=False) as stage:
        for args, site in ((["-"], "http://one.example"),
                           (["--site", url, "-"], url),
                           ([f"{url}/page?x=1"], url)):
            out = run("-c", stage.daemon.file, *args, text=PAGE.encode())[0]
            expect(True, f'href="{site}/.consent/'.encode() in out)
    server.shutdown()
    server.server_close()


def it_says_what_is_wrong_with_the_question():
    with Folder() as f:
        expect(True, "policy alone" in f.run(f.page, status=2)[1])
        expect(True, "no category of" in
               f.run("--report", "--consent", "analytic", f.page, status=2)[1])
        expect(True, "No such file" in
               f.run("--report", "/none.html", status=2)[1])
        f.run("--report", "--at", "mailto:x", f.page, status=2)
        f.run("--report", status=2)
        f.run("--what", f.page, status=2)
        run("-c", "/none", f.page, status=2)
        out = run("--help")[0].decode()
        expect(True, out.startswith("usage: consentctl try "))
    with Stage() as stage:
        err = run("-c", stage.daemon.file, "--site", "https://x.example", "-",
                  text=b"", status=2)[1]
        expect(True, "https://library.example" in err)


if __name__ == "__main__":
    sys.exit(play([
        it_gives_the_bytes_that_the_daemon_sends,
        it_reports_what_goes_and_where, it_shows_a_diff,
        it_is_a_gate_for_third_parties, it_reads_other_charsets_and_xml,
        it_asks_a_server_politely, it_asks_by_tls_and_checks_who_answers,
        a_page_is_of_the_site_that_is_named, it_says_what_is_wrong_with_the_question]))
