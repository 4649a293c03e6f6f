#!/usr/bin/env python3
"""The demonstration as curl and nghttp see it: plain and by TLS, HTTP/1.1 and
HTTP/2, and a choice that is made by TLS."""

import os
import re
import signal
import subprocess
import sys
import tempfile

from stage import BUILD, SECONDS, Broken, expect, is_of_sanitizers, play

ARTICLE = "/en/diabetes-fasting"
TRACKED = "//collector.localhost"     # where the trackers come from
GUARD = re.compile(r'<script data-consent="\d+">.*?</script>', re.DOTALL)


class Demo:
    """The demonstration, on ports that were free."""

    def __init__(self, log=subprocess.DEVNULL):
        self.log = log

    def __enter__(self):
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "consentd"), "--demo"], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self.log)
        said = ""
        while not said.endswith("ends it.\n"):
            line = self.process.stdout.readline()
            if not line:
                raise Broken(f"it ended: {said}")
            said += line
        self.plain = re.search("http://localhost:[0-9]+", said)[0]
        self.secure = re.search("https://localhost:[0-9]+", said)[0]
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(SECONDS)
        self.process.stdout.close()
        expect(0, status)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True,
                          errors="replace", timeout=3 * SECONDS, check=False)
    if done.returncode:
        raise Broken(f"{command}: {done.returncode} {done.stderr}")
    return done.stdout


def is_tracked(body):
    """Whether a page names a tracker, but for the guard that holds it back."""
    return TRACKED in GUARD.sub("", body)


def curl(url, *options):
    """The version of HTTP, the status and the body."""
    out = run("curl", "-sk", "--max-time", str(3 * SECONDS), *options,
              "-w", "\n%{http_version} %{http_code}", url)
    body, _, last = out.rpartition("\n")
    return (*last.split(), body)


def it_has_nothing_to_warn_of():
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        with Demo(log) as demo:
            curl(demo.secure + ARTICLE)
        log.seek(0)
        said = log.readlines()
        if not any(" worker.started" in line for line in said):
            raise Broken(f"not a word: {said}")
        expect([], [line for line in said
                    if (" warn " in line or " error " in line)
                    and not is_of_sanitizers(line)])


def curl_speaks_what_it_asks_for():
    with Demo() as demo:
        for base, option, wanted in (
                (demo.plain, "--http1.1", "1.1"),
                (demo.plain, "--http2", "1.1"),     # Upgrade: h2c is gone
                (demo.plain, "--http2-prior-knowledge", "2"),
                (demo.secure, "--http1.1", "1.1"),
                (demo.secure, "--http2", "2")):
            version, status, body = curl(base + ARTICLE, option)
            expect((wanted, "200", True, False),
                   (version, status, "</html>" in body, is_tracked(body)))


def nghttp_speaks_http2():
    with Demo() as demo:
        for base in (demo.plain, demo.secure):
            seen = run("nghttp", "-nv", base + ARTICLE)
            expect(True, ":status: 200" in seen)
            expect(True, "recv DATA frame" in seen)
            expect(base == demo.secure, "negotiated protocol: h2" in seen)


def a_choice_made_by_tls_is_enforced():
    with Demo() as demo, tempfile.TemporaryDirectory() as folder:
        jar = ["-b", f"{folder}/jar", "-c", f"{folder}/jar"]
        for action, wanted in (("accept", True), ("withdraw", False),
                               ("reject", False)):
            _, status, _ = curl(
                f"{demo.secure}/.consent/choice", "--http2", *jar,
                "-H", f"Origin: {demo.secure}", "-d", f"action={action}")
            expect("303", status)
            version, _, body = curl(demo.secure + ARTICLE, *jar)
            expect(("2", wanted), (version, is_tracked(body)))
            expect(not wanted, bool(GUARD.search(body)))
        _, status, _ = curl(
            f"{demo.secure}/.consent/choice", *jar, "-H",
            "Origin: https://elsewhere.example", "-d", "action=accept")
        expect("403", status)


if __name__ == "__main__":
    sys.exit(play([
        it_has_nothing_to_warn_of,
        curl_speaks_what_it_asks_for,
        nghttp_speaks_http2,
        a_choice_made_by_tls_is_enforced,
    ]))
