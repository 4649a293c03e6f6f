#!/usr/bin/env python3
"""More clients than there may be: in all, of one address, or than there are
descriptors. Writes TAP; BUILD names the folder of the programs."""

import os
import resource
import socket
import sys

from stage import SECONDS, Broken, Message, Stage, expect, play, wait


def get(stage, client, path, *fields):
    stage.ask(client, [f"GET {path} HTTP/1.1", *fields])


def answered(client, path):
    expect(path.encode() + b" ", Message(client).body)


def closed(client):
    """Whether the connection ends without a byte."""
    try:
        return client.sock.recv(1) == b""
    except ConnectionResetError:
        return True


def said(stage, words):
    return [line for line in stage.daemon.lines if words in line]


def idle_ones_make_room():
    with Stage(["limits = { connections = 3; }"]) as stage:
        clients = []
        for number in range(12):
            clients.append(stage.client())
            get(stage, clients[-1], f"/{number}")
            answered(clients[-1], f"/{number}")
        expect(True, closed(clients[0]))


def a_shed_one_is_still_answered():
    """What is asked before the connection closes is not lost."""
    with Stage(["limits = { connections = 2; }"]) as stage:
        first = stage.client()
        get(stage, first, "/1")
        answered(first, "/1")
        second = stage.client()
        get(stage, second, "/hold")
        wait(stage.origin.behind)
        stage.daemon.wait_for(lambda line: "worker.full" in line)
        get(stage, first, "/2")
        answer = Message(first)
        expect(b"/2 ", answer.body)
        stage.origin.on.set()
        answered(second, "/hold")


def the_next_waits_while_all_are_busy():
    with Stage(["limits = { connections = 1; }"]) as stage:
        held = stage.client()
        get(stage, held, "/hold")
        wait(stage.origin.behind)
        late = stage.client()
        get(stage, late, "/late")
        stage.daemon.wait_for(lambda line: "worker.full" in line)
        expect(["/hold"], [path for path, _ in stage.origin.requests])
        stage.origin.on.set()
        answered(held, "/hold")
        held.sock.close()
        answered(late, "/late")


def one_address_has_its_share():
    with Stage(["limits = { address_connections = 2; }"]) as stage:
        clients = [stage.client() for _ in range(2)]
        for client in clients:
            get(stage, client, "/a")
            answered(client, "/a")
        expect(True, closed(stage.client()))
        stage.daemon.wait_for(
            lambda line: "worker.crowded refused=1" in line)
        expect(1, len(said(stage, "worker.crowded")))
        clients[0].sock.close()
        # the worker hears of it after or before it sees the next one
        for _ in range(1000):
            client = stage.client()
            try:
                get(stage, client, "/b")
                answered(client, "/b")
                return
            except (Broken, OSError):
                client.sock.close()
        raise Broken("a place that is free again is not given")


def the_trusted_have_no_share():
    with Stage(["limits = { address_connections = 1; }",
                'trusted = "127.0.0.1"']) as stage:
        clients = [stage.client() for _ in range(5)]
        for client in clients:
            get(stage, client, "/a")
            answered(client, "/a")


def the_address_of_a_proxy_header_counts():
    with Stage(["limits = { address_connections = 1; }",
                'listen = { address = "127.0.0.1:0"; proxy_protocol = true; }',
                'trusted = "127.0.0.1"']) as stage:
        def visit(address):
            client = stage.client()
            client.sock.sendall(
                f"PROXY TCP6 {address} ::1 1000 80\r\n".encode())
            get(stage, client, "/a")
            return client

        first = visit("2001:db8:0:1::1")
        answered(first, "/a")
        expect(True, closed(visit("2001:db8:0:1:ffff::2")))
        other = visit("2001:db8:0:2::1")
        answered(other, "/a")


def ticks(pid):
    """Processor time of a process so far."""
    with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
        rest = file.read().rsplit(") ", 1)[1].split()
    return int(rest[11]) + int(rest[12])


def descriptors_that_run_out_are_waited_for():
    with Stage() as stage:
        first = stage.client()
        get(stage, first, "/a")
        answered(first, "/a")
        pid, = stage.daemon.children("worker")
        numbers = [int(name) for name in os.listdir(f"/proc/{pid}/fd")]
        spare = max(numbers) + 1 + 3
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (spare, spare))
        busy = [stage.client() for _ in range(8)]
        for client in busy:     # not idle: a head that is not whole
            client.sock.sendall(b"GET /b HTTP/1.1\r\n")
        stage.daemon.wait_for(lambda line: "worker.accept" in line)
        before = ticks(pid)
        # the old connection is shed for others, but serves to the last
        late = stage.client()
        late.sock.settimeout(0.5)
        get(stage, late, "/late")
        try:
            late.sock.recv(1, socket.MSG_PEEK)
            raise Broken("there was a descriptor left")
        except TimeoutError:
            pass
        if ticks(pid) - before > 0.3 * os.sysconf("SC_CLK_TCK"):
            raise Broken("the worker spins")
        expect(1, len(said(stage, "worker.accept")))
        late.sock.settimeout(SECONDS)
        for client in busy:
            client.sock.close()
        answered(late, "/late")


if __name__ == "__main__":
    sys.exit(play((idle_ones_make_room,
                   a_shed_one_is_still_answered,
                   the_next_waits_while_all_are_busy,
                   one_address_has_its_share,
                   the_trusted_have_no_share,
                   the_address_of_a_proxy_header_counts,
                   descriptors_that_run_out_are_waited_for)))
