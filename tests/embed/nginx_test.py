#!/usr/bin/env python3
"""contrib/nginx, built against the installed library and Debian's nginx, and
run in it before a site, with a consentd beside it that has nothing behind:
trackers are gone without consent and there with it, whatever pieces a page
comes in. Writes TAP; BUILD names the folder of the programs."""

import gzip
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading

from installed import TOP, Installed, run

from stage import Message, Stage, Stream, expect, play          # noqa: E402
from verify_test import NGINX, Front    # noqa: E402

SOURCES = "/usr/share/nginx/src"
PAGE = """<!doctype html><html lang="en"><head><title>Library</title>
<script src="https://stats.example/s.js"></script></head>
<body><p>Loans</p>{}<img src="https://ads.example/p.gif"></body></html>
"""
SHORT = PAGE.format("").encode()
LONG = PAGE.format("<p>and books</p>\n" * 40000).encode()
TRACKERS = (b"stats.example/s.js", b"ads.example/p.gif")

SERVER = """
	server {{
		listen unix:{path};
		consent https://library.example {policy} {keys};
		location / {{ root {folder}; types {{ text/html html; }} }}
		location /app/ {{
			proxy_pass http://127.0.0.1:{app};
			proxy_http_version 1.1;
			proxy_buffering {buffering};
		}}
		location /more/ {{
			alias {folder}/;
			types {{ text/html html; }}
			ssi on;
			sub_filter books BOOKS;
			sub_filter_once off;
			gzip on;
			limit_rate 1m;
			add_header X-More last;
		}}
		location /.consent/ {{
			consent off;
			proxy_pass http://127.0.0.1:{consentd};
			proxy_set_header Host $host;
			proxy_set_header X-Forwarded-For 127.0.0.1;
		}}
	}}
"""


class App(http.server.BaseHTTPRequestHandler):
    """A back end: what stands in pages is sent in pieces."""

    protocol_version = "HTTP/1.1"
    html = "text/html; charset=utf-8"
    pages = {           # path: type, coding, body, bytes of a piece
        "/app/short": (html, None, SHORT, 7),
        "/app/long": (html, None, LONG, 5000),
        "/app/plain": ("text/html", None, SHORT, 100),
        "/app/coded": (html, "br", SHORT, 100),
        "/app/other": ("text/html; charset=shift_jis", None, SHORT, 100),
        "/app/wide": (html, None, b"\xff\xfe" + SHORT, 100),
        "/app/data": ("application/json", None, b'{"a":1}', 3),
    }
    heads = []

    def do_GET(self):
        kind, coding, body, size = self.pages[self.path.partition("?")[0]]
        self.heads.append(self.headers)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if coding:
            self.send_header("Content-Encoding", coding)
        for cookie in ("_pk_id=1", "session=2"):
            self.send_header("Set-Cookie", cookie)
        self.send_header("ETag", '"one"')
        self.send_header("Cache-Control", "public, max-age=60")
        self.send_header("Content-Security-Policy", "style-src 'none'")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for at in range(0, len(body), size):
                piece = body[at:at + size]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.close_connection = True    # nginx gave the page up

    def log_message(self, *_):
        pass


class Module:
    """The module, built once for all tests."""

    def __init__(self):
        self.installed = Installed()
        root = self.installed.root
        shutil.copytree(SOURCES, f"{root}/src", symlinks=True)
        run(["bash", "-c", """. ./conf_flags && ./configure \
                --with-cc-opt="$1" --with-ld-opt="$2" "${NGX_CONF_FLAGS[@]}" \
                --add-dynamic-module="$3" --builddir="$4" && \
                make -f "$4/Makefile" modules""", "build",
             "-O2 -g -fPIC -Wall -Wextra -Wno-unused-parameter",
             f"-fPIC -Wl,-rpath,{self.installed.libdir}",
             f"{TOP}/contrib/nginx", f"{root}/objs"],
            cwd=f"{root}/src", env=self.installed.environment)
        self.path = f"{root}/objs/ngx_http_consent_module.so"
        # nginx's workers are another user
        os.chmod(root, 0o755)


class Nginx(Front):
    def __init__(self, stage, module, buffering="on", policy=None):
        self.module, self.buffering = module, buffering
        self.policy = policy or stage.daemon.file
        self.app = http.server.ThreadingHTTPServer(("127.0.0.1", 0), App)
        threading.Thread(target=self.app.serve_forever, daemon=True).start()
        super().__init__(stage)

    def __exit__(self, *error):
        super().__exit__(*error)
        self.app.shutdown()
        self.app.server_close()

    def command(self):
        for name, text in (("short.html", SHORT), ("long.html", LONG)):
            self.write(name, text.decode())
        server = SERVER.format(
            path=self.path, folder=self.folder, policy=self.policy,
            keys=f"{self.stage.daemon.folder}/keys", buffering=self.buffering,
            app=self.app.server_address[1], consentd=self.stage.daemon.port)
        user = "user root;" if os.getuid() == 0 else ""
        text = f"load_module {self.module.path};\n" + NGINX.format(
            folder=self.folder, user=user, block=server)
        return ["nginx", "-p", self.folder, "-c",
                self.write("nginx.conf", text)]

    def memory(self):
        """The most that a worker ever took, in KB."""
        most = 0
        for task in os.listdir("/proc"):
            try:
                with open(f"/proc/{task}/status", encoding="utf-8") as file:
                    status = file.read()
            except OSError:
                continue
            if f"\nPPid:\t{self.child.pid}\n" in status:
                most = max(most, int(re.search(r"VmHWM:\s*(\d+)",
                                               status)[1]))
        return most

    def page(self, path, *lines):
        """The body of a page, whole."""
        answer = self.ask(*lines, path=path)
        expect("200", answer.start.split()[1])
        expect(True, answer.whole)
        return answer.body


MODULE = None


def module():
    global MODULE
    MODULE = MODULE or Module()
    return MODULE


def alone():
    return Stage(['upstream = "none"', 'trusted = ( "127.0.0.1" )'])


def seen(body):
    return tuple(name for name in TRACKERS if name in body)


PATHS = ("/short.html", "/long.html", "/app/short", "/app/long", "/app/plain")


def pages_go_by_the_token():
    for buffering in ("on", "off"):
        with alone() as stage, Nginx(stage, module(), buffering) as front:
            token = front.choose("accept")
            for path in PATHS:
                original = LONG if "long" in path else SHORT
                nobody = front.page(path)
                expect((path, ()), (path, seen(nobody)))
                expect(True, b'id="consent-notice"' in nobody)
                expect(original.count(b"<p>"),
                       nobody.partition(b"<p>Loans")[2].count(b"<p>and") + 1)
                granted = front.page(path, f"Cookie: {token}")
                expect((path, TRACKERS), (path, seen(granted)))
                # what is granted is there as it was
                expect(True, original[original.index(b"<p>Loans"):] in granted)
                expect((), seen(front.page(path, f"Cookie: {token}",
                                           "Sec-GPC: 1")))
            rejected = front.page("/short.html",
                                  f"Cookie: {front.choose('reject')}")
            expect((), seen(rejected))
            expect(False, b'id="consent-notice"' in rejected)


def heads_are_of_the_page_that_is_sent():
    with alone() as stage, Nginx(stage, module()) as front:
        for path in ("/short.html", "/app/short"):
            answer = front.ask("Range: bytes=0-9", 'If-None-Match: "one"',
                               "If-Modified-Since: Fri, 31 Dec 2099 00:00:00 "
                               "GMT", path=path)
            expect("200", answer.start.split()[1])
            for name in ("ETag", "Last-Modified", "Accept-Ranges",
                         "Content-Length"):
                expect((path, name, []), (path, name, answer.values(name)))
            expect(["private, no-cache"], answer.values("Cache-Control"))
            expect(["text/html; charset=utf-8"], answer.values("Content-Type"))
        answer = front.ask(path="/app/short")
        expect(["session=2"], answer.values("Set-Cookie"))
        expect(["style-src https://library.example/.consent/notice.css"],
               answer.values("Content-Security-Policy"))
        answer = front.ask(method="HEAD", path="/short.html")
        expect([], answer.values("Content-Length"))
        # what is none stays as it is
        answer = front.ask(path="/app/data")
        expect(b'{"a":1}', answer.body)
        expect(['"one"'], answer.values("ETag"))
        part = front.ask("Range: bytes=2-4", "Sec-Fetch-Dest: image",
                         path="/nginx.conf")
        expect(("206", b"ad_"), (part.start.split()[1], part.body))


def a_page_waits_for_its_reader():
    """What is not read by the client is not read of the page."""
    with alone() as stage, Nginx(stage, module()) as front:
        front.write("huge.html", PAGE.format("<p>and books</p>\n" * 1000000))
        front.page("/short.html")
        before = front.memory()
        with front.connect() as sock:
            sock.sendall(b"GET /huge.html HTTP/1.1\r\nHost: a\r\n"
                         b"Connection: close\r\n\r\n")
            front.page("/short.html")   # the worker has time for others
            answer = Message(Stream(sock))
        expect((True, 1000000),
               (answer.whole, answer.body.count(b"and books")))
        expect((), seen(answer.body))
        expect(True, front.memory() < before + 2048)


def other_modules_work_on_what_was_filtered():
    with alone() as stage, Nginx(stage, module()) as front:
        include = '<!--#include virtual="/more/{}.html"-->'
        front.write("parts.html", PAGE.format(
            include.format("long") + include.format("short")))
        token = front.choose("accept")
        for lines, trackers in (((), ()), ((f"Cookie: {token}",), TRACKERS)):
            answer = front.ask("Accept-Encoding: gzip", *lines,
                               path="/more/parts.html")
            expect((["gzip"], ["last"], True),
                   (answer.values("Content-Encoding"),
                    answer.values("X-More"), answer.whole))
            body = gzip.decompress(answer.body)
            expect((3, 40000, 0), tuple(body.count(text) for text in (
                b"<p>Loans", b"and BOOKS", b"and books")))
            expect(trackers, seen(body))
            # the notice is in the page, not in its parts
            expect(0 if trackers else 1, body.count(b'id="consent-notice"'))


def what_is_no_request_of_a_site_is_refused_by_nginx():
    with alone() as stage, Nginx(stage, module()) as front:
        for method, path, status in (("OPTIONS", "*", "400"),
                                     ("GET", "/" + "a" * 20000, "414")):
            answer = front.ask(method=method, path=path)
            expect(status, answer.start.split()[1])
            expect(False, b"consent" in answer.body)


def back_ends_get_what_was_granted():
    with alone() as stage, Nginx(stage, module()) as front:
        cookies = "Cookie: _pk_id=1; session=2; ad_x=3"
        front.page("/app/short", cookies, "Consent: analytics",
                   "Range: bytes=0-9", 'If-None-Match: "one"', "DNT: 1")
        expect((["essential"], "session=2"),
               (App.heads[-1].get_all("Consent"), App.heads[-1]["Cookie"]))
        # of what goes nothing is left, and all else is there
        expect({"host", "connection", "cookie", "consent", "dnt"},
               {name.lower() for name in App.heads[-1]})
        front.page("/app/short", "Cookie: _pk_id=1")
        expect(None, App.heads[-1]["Cookie"])
        token = front.choose("accept")
        front.page("/app/short", f"{cookies}; {token}")
        expect(("essential, analytics, ads",
                f"_pk_id=1; session=2; ad_x=3; {token}"),
               (App.heads[-1]["Consent"], App.heads[-1]["Cookie"]))


def what_cannot_be_read_is_not_sent():
    with alone() as stage, Nginx(stage, module()) as front:
        for path in ("/app/coded", "/app/other"):
            answer = front.ask(path=path)
            expect((path, "502", ()),
                   (path, answer.start.split()[1], seen(answer.body)))
        with front.connect() as sock:
            sock.sendall(b"GET /app/wide HTTP/1.1\r\nHost: a\r\n\r\n")
            sent = b"".join(iter(lambda: sock.recv(65536), b""))
        expect((False, ()), (b"0\r\n\r\n" in sent, seen(sent)))


def refused(front):
    """What nginx says of its configuration, which is wrong."""
    done = subprocess.run([*front.command(), "-t"], text=True,
                          capture_output=True, check=False, timeout=60)
    expect(1, done.returncode)
    return done.stderr


def a_wrong_policy_is_no_start():
    with alone() as stage, Nginx(stage, module()) as front:
        front.policy = front.write("wrong.conf", 'version = "1";\n')
        expect(True, re.search(r"consent: \S*wrong\.conf:",
                               refused(front)) is not None)
        front.policy = f"{stage.daemon.file} extra"
        expect(True, "invalid number of arguments" in refused(front))
        good = f"{stage.daemon.file} {stage.daemon.folder}/keys;"
        for after, why in (("consent off; #", "is duplicate"),
                           ("location /a { consent on; } #",
                            "wants a site, its policy and its keys, or off")):
            front.policy = f"{good} {after}"
            expect(True, why in refused(front))


if __name__ == "__main__":
    status = play([pages_go_by_the_token, heads_are_of_the_page_that_is_sent,
                   a_page_waits_for_its_reader,
                   other_modules_work_on_what_was_filtered,
                   what_is_no_request_of_a_site_is_refused_by_nginx,
                   back_ends_get_what_was_granted,
                   what_cannot_be_read_is_not_sent,
                   a_wrong_policy_is_no_start])
    if MODULE:
        MODULE.installed.place.cleanup()
    sys.exit(status)
