#!/usr/bin/env python3
"""Two sidecars in a row, a cache before one, and pages fetched ahead of time.
Writes TAP; BUILD names the folder of the programs."""

import os
import sys

from stage import Message, Stage, expect, play

PAGE = (b"<!doctype html><html><head><title>T</title></head><body class=x>"
        b"<script src=\"https://stats.example/t.js\"></script>"
        b"<p id=consent-control>text</p></body></html>")


class Pages(Stage):
    """Its origin answers every request with one page, under one tag."""

    def __init__(self, config=()):
        super().__init__(config)
        self.origin.answer = self.answer
        self.cookies = []           # of the requests, as they came

    def answer(self, stream, _port):
        request = Message(stream)
        self.cookies.append(request.values("Cookie"))
        if request.values("If-None-Match") == ['"v1"']:
            stream.sock.sendall(b"HTTP/1.1 304 Not Modified\r\n"
                                b"ETag: \"v1\"\r\n\r\n")
            return True
        stream.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                            b"ETag: \"v1\"\r\nCache-Control: max-age=600\r\n"
                            b"Content-Length: %d\r\n\r\n%s"
                            % (len(PAGE), PAGE))
        return True


def get(stage, *fields):
    client = stage.client()
    stage.ask(client, ["GET /page HTTP/1.1", "Accept: text/html", *fields])
    return Message(client)


def accept(stage):
    """The Cookie line of a visitor who agreed to all."""
    client = stage.client()
    body = b"action=accept"
    stage.ask(client, ["POST /.consent/choice HTTP/1.1",
                       "Content-Type: application/x-www-form-urlencoded",
                       f"Content-Length: {len(body)}",
                       "Sec-Fetch-Site: same-origin"], body)
    answer = Message(client)
    token = [line for line in answer.values("Set-Cookie")
             if "consent=" in line.split(";")[0]]
    return "Cookie: " + token[0].split(";")[0]


def two_in_a_row_do_what_one_does():
    with Pages() as inner:
        keys = os.path.join(inner.daemon.folder, "keys")
        config = [f'token = {{ keys = "{keys}"; }}', "forward_token = true",
                  f'upstream = "http://127.0.0.1:{inner.daemon.port}"']
        with Stage(config) as outer:
            granted = accept(outer)
            for fields in ([], [granted], ["Sec-GPC: 1"],
                           ["Sec-Fetch-Dest: iframe"],
                           ["Accept-Language: ar"]):
                one, two = get(inner, *fields), get(outer, *fields)
                expect(one.start, two.start)
                expect(one.body, two.body)
                expect(one.values("Cache-Control"), two.values("Cache-Control"))
                expect(fields == [granted], b"stats.example" in two.body)


def without(body, start, end):
    """The body without the first stretch from start through end."""
    at = body.index(start)
    return body[:at] + body[body.index(end, at) + len(end):]


def all_granted_is_the_page_and_our_own():
    with Pages() as stage:
        granted = accept(stage)
        body = get(stage, granted).body
        body = without(body, b"<link rel=\"stylesheet\" href=",
                       b"</section>")
        body = without(body, b"<script data-base=\"/.consent/\"",
                       b"</script>")
        expect(PAGE, body)
        expect(PAGE, get(stage, granted, "Sec-Fetch-Dest: iframe").body)


class Cache:
    """A shared cache by RFC 9111: what may be stored for all is, and what
    must be asked about again is."""

    def __init__(self, stage):
        self.stage, self.stored = stage, {}

    def get(self, *fields):
        asked = dict(line.split(": ", 1) for line in fields)
        answer = self.stored.get("/page")
        if answer is not None:
            vary = ", ".join(answer[0].values("Vary")).lower()
            if all(answer[1].get(name) == asked.get(name)
                   for name in ("Cookie", "Accept-Language", "Sec-Fetch-Dest")
                   if name.lower() in vary):
                return answer[0]
        answer = get(self.stage, *fields)
        control = ", ".join(answer.values("Cache-Control"))
        if "private" not in control and "no-store" not in control:
            self.stored["/page"] = answer, asked
        return answer


def a_shared_cache_mixes_no_visitors():
    with Pages() as stage:
        granted = accept(stage)
        for order in ([granted], []), ([], [granted]):
            cache = Cache(stage)
            for fields in (*order, *order):
                expect(fields == [granted],
                       b"stats.example" in cache.get(*fields).body)
            expect({}, cache.stored)


class Edge:
    """A shared cache that names variants as OPERATIONS.md says, and keeps
    what it may by URL, name and Vary."""

    FIELD = "Consent-Variant"

    def __init__(self, stage):
        self.stage, self.stored, self.hits = stage, {}, 0

    def name(self, asked):
        crumbs = dict(crumb.split("=", 1) for crumb in
                      asked.get("Cookie", "x=").split("; "))
        named = [value for name, value in crumbs.items()
                 if name.endswith("consent-variant")]
        token = any(name.endswith("consent") for name in crumbs)
        if "Sec-GPC" in asked or "Sec-Fetch-Dest" in asked:
            return None
        if named and token:
            return named[0] + "/en"
        return None if named or token else "undecided/en"

    def get(self, *fields, name=""):
        asked = dict(line.split(": ", 1) for line in fields)
        asked[self.FIELD] = self.name(asked) if name == "" else name
        if asked[self.FIELD] is None:
            return get(self.stage, *fields)
        for answer, before, vary in self.stored.get(asked[self.FIELD], []):
            if all(before.get(name) == asked.get(name) for name in vary):
                self.hits += 1
                return answer
        answer = get(self.stage, *fields,
                     f"{self.FIELD}: {asked[self.FIELD]}")
        control = ", ".join(answer.values("Cache-Control"))
        if "private" not in control and "s-maxage" in control:
            vary = [name.strip() for line in answer.values("Vary")
                    for name in line.split(",")]
            self.stored.setdefault(asked[self.FIELD], []).append(
                (answer, asked, vary))
        return answer


def choose(stage, body):
    """The Cookie line of a visitor who chose: token and name."""
    client = stage.client()
    stage.ask(client, ["POST /.consent/choice HTTP/1.1",
                       "Content-Type: application/x-www-form-urlencoded",
                       f"Content-Length: {len(body)}",
                       "Sec-Fetch-Site: same-origin"], body)
    answer = Message(client)
    crumbs = [line.split(";")[0] for line in answer.values("Set-Cookie")
              if line.split("=")[0].endswith(("consent", "consent-variant"))]
    expect(2, len(crumbs))
    return "Cookie: " + "; ".join(crumbs)


def a_cache_that_names_variants_mixes_none():
    with Pages(['cdn_variant = "Consent-Variant"']) as stage:
        granted, denied = (choose(stage, b"action=accept"),
                           choose(stage, b"action=reject"))
        visitors = [], [granted], [denied]
        first = {}
        for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
            edge = Edge(stage)
            for i in (*order, *order, *order):
                answer = edge.get(*visitors[i])
                expect(i == 1, b"stats.example" in answer.body)
                expect(first.setdefault(i, answer.body), answer.body)
            expect(3, sum(len(kept) for kept in edge.stored.values()))
            expect(6, edge.hits)
            # a signal, a frame, half of the cookies: past what is kept
            for other in ("Sec-GPC: 1", "Sec-Fetch-Dest: iframe"):
                expect(["private, no-cache"], edge.get(
                    granted, other).values("Cache-Control"))
            expect(False, b"stats.example" in edge.get(
                granted, "Sec-GPC: 1").body)
            expect(6, edge.hits)
        for crumbs in stage.cookies:
            expect([], [line for line in crumbs if "consent" in line])


def a_wrong_name_spoils_no_cache():
    with Pages(['cdn_variant = "Consent-Variant"']) as stage:
        granted = choose(stage, b"action=accept")
        edge = Edge(stage)
        right = edge.name({"Cookie": granted[8:]})
        for name in (right, "undecided", "undecided/xx", "x", "", " "):
            fields = [] if name != "undecided/en" else [granted]
            answer = edge.get(*fields, name=name or "-")
            expect(False, b"stats.example" in answer.body)
        edge.get(granted, name="undecided/en")
        expect({}, edge.stored)
        expect(True, b"stats.example" in edge.get(granted).body)
        expect([right], list(edge.stored))


def what_a_kept_page_tells_its_scripts_is_of_its_variant():
    with Pages(['cdn_variant = "Consent-Variant"']) as stage:
        granted, again = (choose(stage, b"action=accept"),
                          choose(stage, b"action=accept"))
        expect(True, granted != again)
        edge = Edge(stage)
        for fields, decided in (([], b"false"), ([granted], b"true"),
                                ([again], b"true"), ([], b"false")):
            body = edge.get(*fields).body
            told = body.split(b"data-state=\"")[1].split(b"\"")[0]
            expect(True, b"&quot;decided&quot;:" + decided in told)
            expect(False, b"expires" in told or b"signal" in told)
        expect(2, edge.hits)


def a_kept_page_is_asked_about_by_its_own_visitor_alone():
    with Pages() as stage:
        granted = accept(stage)
        tags = {}
        for fields in ((), (granted,)):
            tags[fields] = get(stage, *fields).values("ETag")[0]
        for fields, tag in tags.items():
            for visitor in ((), (granted,)):
                answer = get(stage, *visitor, f"If-None-Match: {tag}")
                status = answer.start.split()[1]
                expect("304" if visitor == fields else "200", status)
                expect([tags[visitor]], answer.values("ETag"))


def what_is_fetched_ahead_is_of_the_same_variant():
    with Pages() as stage:
        granted = accept(stage)
        for purpose in ("prefetch", "prefetch;prerender",
                        "prefetch;anonymous-client-ip"):
            ahead = f"Sec-Purpose: {purpose}"
            expect(get(stage).body, get(stage, ahead).body)
            expect(get(stage, granted).body, get(stage, granted, ahead).body)
            for cookie in ([], [granted], ["Cookie: __Host-consent=x"]):
                answer = get(stage, ahead, *cookie)
                expect(cookie == [granted], b"stats.example" in answer.body)
                expect([], [line for line in answer.values("Set-Cookie")
                            if "consent=" in line])
                expect(["private, no-cache"], answer.values("Cache-Control"))


sys.exit(play([
    two_in_a_row_do_what_one_does,
    all_granted_is_the_page_and_our_own,
    a_shared_cache_mixes_no_visitors,
    a_cache_that_names_variants_mixes_none,
    a_wrong_name_spoils_no_cache,
    what_a_kept_page_tells_its_scripts_is_of_its_variant,
    a_kept_page_is_asked_about_by_its_own_visitor_alone,
    what_is_fetched_ahead_is_of_the_same_variant,
]))
