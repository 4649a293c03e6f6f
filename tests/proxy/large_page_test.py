#!/usr/bin/env python3
"""Pages without an end in sight are rewritten in constant memory; what passes
a limit is cut, counted and said. Writes TAP; BUILD names the folder of the
programs."""

import gzip
import http.client
import re
import sys

from admin_test import ADMIN, Admin
from stage import BUILD, SECONDS, Broken, Message, Origin, Stage, expect, play

MILLION = 1000 * 1000
SANITIZED = "release" not in BUILD      # slower, and of another size
MEGABYTES = 10 if SANITIZED else 100
CEILING = 16 << 20      # of a worker's resident memory at its peak
TRACKER = b'<script src="https://stats.example/t.js"></script>'
PARAGRAPH = b"<p class=a>Some text of an <b>article</b>, and more.</p>\n"
HEAD = b"<!doctype html><title>t</title>"


def page():
    """A page of that many megabytes, a tracker in each."""
    yield HEAD
    for _ in range(MEGABYTES):
        yield PARAGRAPH * (MILLION // len(PARAGRAPH)) + TRACKER
    yield b"<p>The end"


def attribute():
    yield HEAD + b'<img alt="' + b"x" * MILLION + b'" src="/a.png">'
    yield TRACKER
    yield b'<img src="https://stats.example/p" alt="' + b"x" * MILLION
    yield b'"><p>The end'


def attributes():
    yield HEAD + b"<p"
    yield b"".join(b" a%d=%d" % (n, n) for n in range(60000))
    yield b">" + TRACKER + b"<p>The end"


def script():
    yield HEAD + b"<script>" + b"var a = 1;\n" * (MILLION // 11)
    yield b"myTracker(1)</script><script>" + b"var b = 2;\n" * (MILLION // 11)
    yield b"</script><p>The end"


def comment():
    yield HEAD + b"<!-- "
    for _ in range(MEGABYTES // 5):
        yield TRACKER * (MILLION // len(TRACKER))
    yield b" -->" + TRACKER + b"<p>The end"


def long_tag():
    yield HEAD + b'<p>Before<img src="/a.png" alt="' + b"x" * 4 * MILLION
    yield b'">' + TRACKER + b"<p>The end"


def long_script():
    yield HEAD + b"<p>Before<script>" + b"var a = 1;\n" * (MILLION // 2)
    yield b"</script><p>The end"


def bomb():
    """A page that comes in a thousandth of its bytes."""
    yield gzip.compress(HEAD + b"<p>Before" + b" " * (200 * MILLION))


BODIES = {"/page": page, "/attribute": attribute, "/attributes": attributes,
          "/script": script, "/comment": comment, "/long-tag": long_tag,
          "/long-script": long_script, "/bomb": bomb}


class Library(Origin):
    """Sends the page of a path, in chunks."""

    def answer(self, stream, port):
        path = Message(stream, no_body=True).start.split()[1]
        coding = "Content-Encoding: gzip\r\n" if path == "/bomb" else ""
        stream.sock.sendall(("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                             f"{coding}Transfer-Encoding: chunked\r\n\r\n"
                             ).encode())
        for piece in BODIES[path]():
            stream.sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        stream.sock.sendall(b"0\r\n\r\n")
        return True


class Reader:
    """A page as it comes: how long, whether whole, what is in it."""

    def __init__(self, daemon, path):
        connection = http.client.HTTPConnection(
            daemon.host, daemon.port, timeout=SECONDS * 6)
        connection.request("GET", path, headers={"Host": "library.example"})
        response = connection.getresponse()
        self.status, self.length, self.trackers = response.status, 0, 0
        self.whole, tail = True, b""
        try:
            while piece := response.read(1 << 18):
                self.length += len(piece)
                known = tail[-100:].count(b"stats.example")
                tail = tail[-100:] + piece
                self.trackers += tail.count(b"stats.example") - known
        except (http.client.IncompleteRead, ConnectionError):
            self.whole = False
        self.ends = tail.find(b"The end") >= 0
        connection.close()


class Proxy(Stage):
    """A daemon of one worker before the library."""

    def __init__(self):
        super().__init__(ADMIN, start=False)
        self.origin.close()
        self.origin = Library()
        self.daemon.origin_port = self.origin.port
        self.daemon.write(ADMIN)
        self.daemon.start()

    def peak(self):
        """The most resident memory of the worker so far."""
        pid, = self.daemon.children("worker")
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1]) << 10

    def cut(self):
        """The pages that were cut for a limit, by the metrics."""
        return Admin(self).settle(1).value(
            "consentd_pages_cut_total", reason="limit")


def check_memory(proxy, path):
    peak = proxy.peak()
    print(f"# {path}: peak of the worker {peak / (1 << 20):.1f} MiB")
    if not SANITIZED and peak > CEILING:
        raise Broken(f"{peak} bytes after {path}")


def check_whole(path, least):
    """The page comes whole, without trackers, in little memory."""
    with Proxy() as proxy:
        got = Reader(proxy.daemon, path)
        expect((200, True, True), (got.status, got.whole, got.ends))
        if got.length < least:
            raise Broken(f"only {got.length} bytes came")
        check_memory(proxy, path)
        expect(0, proxy.cut())
        return got


def check_cut(path):
    """The page is cut before its end; that is counted and said."""
    with Proxy() as proxy:
        got = Reader(proxy.daemon, path)
        expect((False, False), (got.whole and got.status == 200, got.ends))
        expect(0, got.trackers)
        proxy.daemon.wait_for(lambda line: "page.cut" in line)
        check_memory(proxy, path)
        expect(1, proxy.cut())


def a_page_of_100_megabytes():
    expect(0, check_whole("/page", MEGABYTES * MILLION * 99 // 100).trackers)


def an_attribute_of_a_megabyte():
    expect(0, check_whole("/attribute", MILLION).trackers)


def sixty_thousand_attributes():
    expect(0, check_whole("/attributes", MILLION // 2).trackers)


def a_script_of_a_megabyte():
    got = check_whole("/script", MILLION * 99 // 100)
    if got.length > MILLION * 3 // 2:
        raise Broken("the tracker's script is still there")


def a_comment_of_megabytes():
    got = check_whole("/comment", MEGABYTES // 5 * MILLION * 99 // 100)
    expect(MEGABYTES // 5 * (MILLION // len(TRACKER)), got.trackers)


def a_tag_past_the_limit():
    check_cut("/long-tag")


def a_script_past_the_limit():
    check_cut("/long-script")


def a_bomb():
    check_cut("/bomb")


if __name__ == "__main__":
    sys.exit(play([
        a_page_of_100_megabytes, an_attribute_of_a_megabyte,
        sixty_thousand_attributes, a_script_of_a_megabyte,
        a_comment_of_megabytes, a_tag_past_the_limit, a_script_past_the_limit,
        a_bomb]))
