#!/usr/bin/env python3
"""The program of docs/LIBCONSENT.md, a host without libevent, beside a daemon
that has the same policy and keys: it withholds by the tokens that the daemon
gave. Built against the installed library, shared and static. Writes TAP;
BUILD names the folder of the programs."""

import os
import subprocess
import sys

from installed import Installed, example

from stage import Message, Stage, expect, play          # noqa: E402

ANSWER = """Content-Type: text/html; charset=utf-8
Set-Cookie: _pk_id=1; Path=/
Set-Cookie: session=2; Path=/
Set-Cookie: unheard=3; Path=/
Content-Security-Policy: script-src 'self'; style-src 'none'

<!doctype html><html><head><title>Library</title>
<script src="https://stats.example/s.js"></script></head>
<body><p>Loans</p><img src="https://ads.example/p.gif"></body></html>
"""
TRACKERS = ("stats.example", "ads.example", "_pk_id", "unheard")


def program(installed, libraries):
    return installed.compile(installed.write("screen.c", example()),
                             libraries)


def screen(stage, screener, cookie="", gpc=""):
    """What the program makes of ANSWER for one visitor."""
    folder = stage.daemon.folder
    done = subprocess.run(
        [screener, stage.daemon.file, f"{folder}/keys",
         "https://library.example", "/loans"], input=ANSWER, text=True,
        capture_output=True, check=False, timeout=60,
        env=dict(os.environ, COOKIE=cookie, SEC_GPC=gpc))
    expect((0, False), (done.returncode, "error: " in done.stderr))
    return done.stdout


def choose(stage, action):
    form = f"action={action}".encode()
    client = stage.client()
    stage.ask(client, ["POST /.consent/choice HTTP/1.1",
                       "Content-Type: application/x-www-form-urlencoded",
                       f"Content-Length: {len(form)}"], form)
    answer = Message(client)
    expect("303", answer.start.split()[1])
    return answer.values("Set-Cookie")[0].split(";")[0]


def seen(text):
    """Which trackers stand in it."""
    return tuple(name for name in TRACKERS if name in text)


def goes_by_the_token(libraries):
    with Installed() as installed, Stage() as stage:
        screener = program(installed, libraries(installed))
        nobody = screen(stage, screener)
        expect((), seen(nobody))
        expect(True, "<p>Loans</p>" in nobody)
        expect(True, 'id="consent-notice"' in nobody)
        expect(True, "Set-Cookie: session=2" in nobody)
        expect(True, "style-src https://library.example/.consent/notice.css"
               in nobody)
        token = choose(stage, "accept")
        granted = screen(stage, screener, f"a=b; {token}")
        expect(TRACKERS, seen(granted))
        expect(False, 'id="consent-notice"' in granted)
        refused = screen(stage, screener, choose(stage, "reject"))
        expect((), seen(refused))
        expect(False, 'id="consent-notice"' in refused)
        expect((), seen(screen(stage, screener, token[:-4] + "AAAA")))
        # given without the signal it yields when that appears
        expect((), seen(screen(stage, screener, token, gpc="1")))


def shared_goes_by_the_token():
    goes_by_the_token(Installed.shared)


def static_goes_by_the_token():
    goes_by_the_token(Installed.static)


def a_wrong_policy_is_told():
    with Installed() as installed, Stage() as stage:
        screener = program(installed, installed.shared())
        wrong = installed.write("wrong.conf", 'version = "1";\n')
        done = subprocess.run(
            [screener, wrong, f"{stage.daemon.folder}/keys",
             "https://library.example", "/"], input=ANSWER, text=True,
            capture_output=True, check=False, timeout=60)
        expect(1, done.returncode)
        expect(True, "wrong.conf" in done.stderr)
        expect("", done.stdout)


if __name__ == "__main__":
    sys.exit(play([shared_goes_by_the_token, static_goes_by_the_token,
                   a_wrong_policy_is_told]))
