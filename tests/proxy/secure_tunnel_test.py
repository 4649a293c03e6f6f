#!/usr/bin/env python3
"""Tunnels of which one half is TLS, as of a wss: address: bytes and ends both
ways; and one whose reader hardly reads. Writes TAP; BUILD names the folder of
the programs."""

import socket
import ssl
import sys
import threading

from stage import Broken, Message, Stream, expect, play, wait
from tls_origin_test import TRUSTING, Back, SecureOrigin
from tls_test import Front, one
from tunnel_test import LARGE, UPGRADE, Far, Tunnels, pour

GIVEN = 20              # seconds for what should be seen at once


def shut(sock):
    """Ends the sending half: by TLS with a close_notify and no FIN."""
    if not isinstance(sock, ssl.SSLSocket):
        sock.shutdown(socket.SHUT_WR)
        return
    sock.setblocking(False)
    try:
        sock.unwrap()
    except ssl.SSLWantReadError:
        pass                    # theirs is not waited for
    sock.settimeout(GIVEN)


def strict(stream):
    """An end without close_notify is an error from now on."""
    if isinstance(stream.sock, ssl.SSLSocket):
        stream.sock.suppress_ragged_eofs = False
    return stream


class SecureFar(SecureOrigin, Far):
    """The far end by TLS."""

    def answer(self, stream, port):
        return Far.answer(self, stream, port)


class FarAway(Back):
    """Clients come without TLS, the origin has it."""

    def __init__(self):
        super().__init__(SecureFar, upstream=TRUSTING)


class Near(Front):
    """Clients come by TLS, the origin has none."""

    def __init__(self):
        super().__init__(one)

    def configure(self):
        self.origin = Far()
        self.daemon.origin_port = self.origin.port
        super().configure()

    def client(self, port=None):
        return Stream(self.connect())


def open_on(stage):
    """Both ends of a tunnel."""
    client = stage.client()
    stage.ask(client, ["GET /bulk HTTP/1.1", *UPGRADE])
    expect("HTTP/1.1 101 Go on", Message(client).start)
    wait(stage.origin.held)
    stage.origin.held.clear()
    return strict(client), strict(stage.origin.tunnels[-1])


def rest(stream):
    """All up to a proper end, which Python has as an error on a side that
    said its own before."""
    try:
        return stream.rest()
    except ssl.SSLZeroReturnError:
        taken, stream.buffer = stream.buffer, b""
        return taken


def pass_both_ways(one_end, other):
    for source, sink in ((one_end, other), (other, one_end)):
        for text in (b"a", b"frame", bytes(range(256)) * 512):
            source.sock.sendall(text)
            expect(text, sink.exactly(len(text)))


def end_one_by_one(first, second):
    """What the first says last gets there, its end as well, and then the
    second still speaks."""
    first.sock.sendall(b"last")
    shut(first.sock)
    expect(b"last", rest(second))
    expect(False, second.reset)
    second.sock.sendall(b"later")
    expect(b"later", first.exactly(5))
    shut(second.sock)
    expect(b"", rest(first))
    expect(False, first.reset)


def play_on(make):
    with make() as stage:
        for is_client_first in (True, False):
            client, far = open_on(stage)
            pass_both_ways(client, far)
            if is_client_first:
                end_one_by_one(client, far)
            else:
                end_one_by_one(far, client)
        stage.origin.on.set()
        stage.daemon.wait_for(lambda line: "step=tunnel why=-" in line)


def clients_by_tls_have_tunnels():
    play_on(Near)


def tunnels_go_through_tls_to_the_origin():
    play_on(FarAway)


def a_reader_that_drips_is_let_go():
    """It takes something before each timeout, and still too little."""
    with Tunnels(["timeouts = { send = 1; tunnel = 600; drain = 2; }",
                  "limits = { send_rate = 1000000; }"]) as stage:
        client, far = stage.open()
        ended = threading.Event()

        def drip():
            try:
                while not ended.wait(0.05) and client.sock.recv(1000):
                    pass
            except OSError:
                pass
        reader = threading.Thread(target=drip, daemon=True)
        reader.start()
        count = [0]
        try:
            pour(far.sock, 2 * LARGE, count)
        except OSError:
            pass                # it was broken off
        ended.set()
        reader.join()
        if count[0] >= 2 * LARGE:
            raise Broken("it was all taken although nobody read it")
        stage.daemon.wait_for(lambda line: "step=tunnel why=client-gone"
                              in line)
        client.sock.close()
        stage.origin.on.set()


if __name__ == "__main__":
    sys.exit(play((clients_by_tls_have_tunnels,
                   tunnels_go_through_tls_to_the_origin,
                   a_reader_that_drips_is_let_go)))
