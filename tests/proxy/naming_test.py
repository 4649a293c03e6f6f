#!/usr/bin/env python3
"""How requests are called: X-Request-Id and Trace Context on their way to the
origin, and in the line about each. Writes TAP; BUILD names the folder of the
programs."""

import re
import sys

from stage import Message, Stage, expect, play

TRUSTED = ['trusted = "127.0.0.1"']
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
NEW = re.compile(r"[0-9a-f]{32}$")


def ask(stage, *fields):
    """The origin's view of a request, and the id and trace of its line."""
    client = stage.client()
    at = len(stage.daemon.lines)
    stage.ask(client, ["GET /a HTTP/1.1", *fields])
    Message(client)
    line = stage.daemon.wait_for(lambda line: " access " in line, at)
    found = re.search(r" id=(\S+) trace=(\S+)$", line)
    return stage.origin.heads[-1], found.group(1), found.group(2)


def each_request_has_an_id_of_its_own():
    with Stage() as stage:
        seen = set()
        for _ in range(5):
            head, name, trace = ask(stage)
            expect([name], head.values("X-Request-Id"))
            expect("-", trace)
            expect(True, NEW.match(name) is not None)
            seen.add(name)
        expect(5, len(seen))


def a_strangers_id_is_replaced():
    with Stage() as stage:
        head, name, _ = ask(stage, "X-Request-Id: mine",
                            "X_Request_Id: other")
        expect([name], head.values("X-Request-Id"))
        expect(True, NEW.match(name) is not None)
        expect([], head.values("X_Request_Id"))


def the_id_of_one_who_is_trusted_stays():
    with Stage(TRUSTED) as stage:
        for good in ("mine", "Root=1-67891233-abcdef/a:b@c~d+e", "x" * 64):
            head, name, _ = ask(stage, f"X-Request-Id: {good}")
            expect(([good], good), (head.values("X-Request-Id"), name))
        for bad in ("", "x" * 65, "a b", "a;b", 'a"b', "\u00e4"):
            head, name, _ = ask(stage, f"X-Request-Id: {bad}")
            expect([name], head.values("X-Request-Id"))
            expect(True, NEW.match(name) is not None)
        head, name, _ = ask(stage, "X-Request-Id: a", "X-Request-Id: b")
        expect([name], head.values("X-Request-Id"))
        expect(True, NEW.match(name) is not None)


def a_good_trace_goes_on_as_it_came():
    with Stage() as stage:
        head, _, trace = ask(stage, f"traceparent: {PARENT}",
                             "tracestate: congo=t61rcWkgMzE,rojo=00f0")
        expect(([PARENT], ["congo=t61rcWkgMzE,rojo=00f0"], TRACE),
               (head.values("traceparent"), head.values("tracestate"), trace))


def a_malformed_trace_ends_here():
    with Stage() as stage:
        head, _, trace = ask(stage, f"traceparent: {PARENT[:-1]}",
                             "tracestate: congo=t61rcWkgMzE")
        expect(([], [], "-"), (head.values("traceparent"),
                               head.values("tracestate"), trace))
        head, _, trace = ask(stage, f"traceparent: {PARENT}",
                             "tracestate: CONGO=1")
        expect(([PARENT], [], TRACE), (head.values("traceparent"),
                                       head.values("tracestate"), trace))


if __name__ == "__main__":
    sys.exit(play((each_request_has_an_id_of_its_own,
                   a_strangers_id_is_replaced,
                   the_id_of_one_who_is_trusted_stays,
                   a_good_trace_goes_on_as_it_came,
                   a_malformed_trace_ends_here)))
