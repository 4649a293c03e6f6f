#!/usr/bin/env python3
"""Pages that come again: the same answers and numbers as without the memo.
Writes TAP; BUILD names the folder of the programs."""

import gzip
import re
import sys
import zlib

from admin_test import ADMIN, Admin
from stage import Broken, Message, Origin, Stage, expect, play, wait

TRACKER = b'<script src="https://stats.example/t.js"></script>'
UNKNOWN = b'<img src="https://unknown.example/a.png">'
PARAGRAPH = b"<p class=a>Some text of an <b>article</b>, and more.</p>\n"
PAGE = (b"<!doctype html><html lang=en><title>t</title><body>" + UNKNOWN +
        (PARAGRAPH * 40 + TRACKER) * 12 + b"<p>The end")
SIGHTS = 4


class Library(Origin):
    """Answers with what the test has put there, in pieces of some size."""

    pages = {}          # by path: fields, body
    piece = 3000
    breaks = False      # in the middle
    pauses_at = None    # until on is set

    def answer(self, stream, port):
        path = Message(stream, no_body=True).start.split()[1]
        fields, body = self.pages[path]
        stream.sock.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
            + fields + b"Transfer-Encoding: chunked\r\n\r\n")
        at = 0
        while at < len(body):
            end = at + self.piece
            if self.pauses_at and at < self.pauses_at:
                end = min(end, self.pauses_at)
            piece = body[at:end]
            stream.sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            at += len(piece)
            if self.breaks and at > len(body) // 2:
                return False
            if at == self.pauses_at:
                wait(self.on)
        stream.sock.sendall(b"0\r\n\r\n")
        return True


class Proxy(Stage):
    """A daemon of one worker before the library."""

    def __init__(self, *config):
        super().__init__(ADMIN, start=False)
        self.origin.close()
        self.origin = Library()
        self.daemon.origin_port = self.origin.port
        self.daemon.write([*ADMIN, *config])
        self.daemon.start()
        self.admin = Admin(self)
        self.asked = 0

    def get(self, path, *fields):
        client = self.client()
        self.asked += 1
        self.ask(client, [f"GET {path} HTTP/1.1", *fields])
        return Message(client)

    def numbers(self):
        return self.admin.settle(self.asked)

    def memo(self, result):
        return self.numbers().value("consentd_memo_pages_total", result=result)


def plain(answer):
    """The page, decoded whole: an end that is missing is an error."""
    expect(True, answer.whole)
    try:
        return (gzip.decompress(answer.body)
                if "gzip" in answer.values("Content-Encoding")
                else answer.body)
    except (EOFError, OSError, zlib.error) as error:
        raise Broken(str(error)) from error


def show(proxy, path, *fields):
    """The page, which is the same each time."""
    pages = {plain(proxy.get(path, *fields)) for _ in range(SIGHTS)}
    expect(1, len(pages))
    return pages.pop()


def counted(numbers):
    """What does not say whether there is a memo, nor how long things took."""
    return {key: value for key, value in numbers.samples.items()
            if re.match("consentd_(resources|pages|vendor|inventory|requests_f"
                        "|cookies|response)", key[0])}


def with_and_without():
    """The same bytes and numbers, plain and coded."""
    packed = (b"Content-Encoding: gzip\r\n", gzip.compress(PAGE))
    seen = []
    for config in ("memo_bytes = 0", 'memo_bytes = "8M"'):
        with Proxy(config) as proxy:
            proxy.origin.pages = {"/page": (b"", PAGE), "/packed": packed}
            pages = (show(proxy, "/page"),
                     show(proxy, "/packed", "Accept-Encoding: gzip"))
            numbers = counted(proxy.numbers())
            hits = proxy.memo("hit")
            seen.append((pages, numbers))
    expect(2 * (SIGHTS - 2), hits)
    expect(seen[0], seen[1])
    expect(2 * 12 * SIGHTS, numbers[("consentd_resources_removed_total",
                                     (("category", "analytics"),))])
    for page in pages:
        expect((0, 1), (page.count(b"stats.example"), page.count(b"The end")))


class Shared:
    """One daemon for all that follows; each test has a path of its own."""
    proxy = None


def put(path, fields=b"", body=PAGE):
    proxy = Shared.proxy
    proxy.origin.pages = {**proxy.origin.pages, path: (fields, body)}
    return proxy


def a_page_that_is_edited():
    proxy = put("/edited")
    hits = proxy.memo("hit")
    show(proxy, "/edited")
    at = PAGE.rindex(b"article")
    put("/edited", body=PAGE[:at] + b"another" + PAGE[at + 7:])
    page = show(proxy, "/edited")
    expect(1, page.count(b"<b>another</b>"))
    expect(1, proxy.memo("different"))
    expect(2 * SIGHTS - 3, proxy.memo("hit") - hits)


def a_page_that_breaks_off():
    """No end is made up, though the memo knows one."""
    proxy = put("/breaks")
    hits = proxy.memo("hit")
    show(proxy, "/breaks")
    proxy.origin.breaks = True
    expect(False, proxy.get("/breaks").whole)
    proxy.origin.breaks = False
    show(proxy, "/breaks")
    expect(2 * SIGHTS - 2, proxy.memo("hit") - hits)


def a_page_whose_origin_pauses():
    """What came before a pause is not held back."""
    proxy = put("/pauses")
    show(proxy, "/pauses")
    proxy.origin.pauses_at = 7001
    client = proxy.client()
    proxy.asked += 1
    proxy.ask(client, ["GET /pauses HTTP/1.1"])
    got = b""
    while got.count(PARAGRAPH) < 7001 // len(PARAGRAPH) - 20:
        got += client.exactly(1)
    proxy.origin.on.set()
    while not got.endswith(b"\r\n0\r\n\r\n"):
        got += client.exactly(1)
    proxy.origin.pauses_at = None
    expect(1, proxy.memo("paused"))


def what_is_not_remembered():
    proxy = put("/kept", b"Cache-Control: no-store\r\n")
    put("/known")
    before = [proxy.memo("hit"), proxy.memo("miss")]
    show(proxy, "/kept")
    show(proxy, "/known", "Authorization: Basic eDp5")
    show(proxy, "/known", "Cache-Control: no-store")
    expect(before, [proxy.memo("hit"), proxy.memo("miss")])


if __name__ == "__main__":
    with Proxy() as Shared.proxy:
        failed = play([
            with_and_without,
            a_page_that_is_edited,
            a_page_that_breaks_off,
            a_page_whose_origin_pauses,
            what_is_not_remembered,
        ])
    sys.exit(failed)
