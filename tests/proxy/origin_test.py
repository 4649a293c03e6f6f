#!/usr/bin/env python3
"""How consentd uses its connections to the origin: kept, and tried again.
Writes TAP; BUILD names the folder of the programs."""

import sys

from stage import Message, Stage, expect, play, wait


def a_connection_is_used_again():
    with Stage() as stage:
        client = stage.client()
        for _ in range(3):
            stage.ask(client, ["GET /a HTTP/1.1"])
            expect(b"/a ", Message(client).body)
        other = stage.client()
        stage.ask(other, ["GET /b HTTP/1.1"])
        expect(b"/b ", Message(other).body)
        expect(1, len({port for _, port in stage.origin.requests}))


def retry(head, body, later):
    """An idle connection breaks; the second try waits behind /hold."""
    with Stage(["limits = { upstream_connections = 1; }"], ["/x"]) as stage:
        first, second = stage.client(), stage.client()
        stage.ask(first, ["GET /warm HTTP/1.1"])
        expect(b"/warm ", Message(first).body)
        stage.ask(first, ["PUT /x HTTP/1.1", *head], body)
        wait(stage.origin.held)
        stage.ask(second, ["GET /hold HTTP/1.1"])
        stage.turn()                # /hold is in the queue
        stage.origin.go.set()
        wait(stage.origin.behind)
        stage.turn()                # /x was tried again and waits, too
        first.sock.sendall(later)
        stage.turn()                # its body was read, or left unread
        stage.origin.on.set()
        answer = Message(first)
        expect(b"/hold ", Message(second).body)
        paths = [path for path, _ in stage.origin.requests]
        expect(2, paths.count("/x"))
        return answer.body


def a_body_waits_for_the_second_try():
    expect(b"/x hello", retry(["Content-Length: 5"], b"", b"hello"))


def an_empty_body_is_ended_again():
    expect(b"/x ", retry(["Transfer-Encoding: chunked"], b"0\r\n\r\n", b""))


def a_body_that_was_sent_on_is_not_sent_again():
    with Stage(broken=["/x"]) as stage:
        client = stage.client()
        stage.ask(client, ["GET /warm HTTP/1.1"])
        expect(b"/warm ", Message(client).body)
        stage.ask(client, ["PUT /x HTTP/1.1", "Content-Length: 5"], b"he")
        wait(stage.origin.held)
        stage.turn()                # the worker has sent what there is
        stage.origin.go.set()
        expect("HTTP/1.1 502 Bad Gateway", Message(client).start)
        paths = [path for path, _ in stage.origin.requests]
        expect(1, paths.count("/x"))
        expect(paths[0], "/warm")


def no_request_is_sent_more_than_twice():
    with Stage() as stage:
        client = stage.client()
        stage.ask(client, ["GET /warm HTTP/1.1"])
        expect(b"/warm ", Message(client).body)
        stage.origin.broken = Always("/x")
        stage.origin.go.set()
        stage.ask(client, ["GET /x HTTP/1.1"])
        expect("HTTP/1.1 502 Bad Gateway", Message(client).start)
        paths = [path for path, _ in stage.origin.requests]
        expect(2, paths.count("/x"))


class Always(set):
    """Paths that break off each time."""

    def __init__(self, *paths):
        super().__init__(paths)

    def remove(self, _):
        pass


if __name__ == "__main__":
    sys.exit(play((a_connection_is_used_again,
                   a_body_waits_for_the_second_try,
                   an_empty_body_is_ended_again,
                   a_body_that_was_sent_on_is_not_sent_again,
                   no_request_is_sent_more_than_twice)))
