#!/usr/bin/env python3
"""TLS to the origin: whom the daemon believes, what it says of whom it does
not, and what an answer is worth that just ends."""

import os
import re
import socket
import ssl
import sys

from certificates import Authority
from stage import SECONDS, Broken, Message, Origin, Stage, expect, play

NAME = "inner.example"


class SecureOrigin(Origin):
    """An origin by TLS; tells which name it was asked for."""

    context = None              # set before the daemon starts
    silent = False              # takes connections and says nothing

    def __init__(self, broken=()):
        super().__init__(broken)
        self.names, self.people = [], []

    def serve(self, sock, port):
        if self.silent:
            return
        try:
            sock = self.context.wrap_socket(sock, server_side=True)
        except (OSError, ssl.SSLError):
            sock.close()
            return
        self.people.append(sock.getpeercert())
        super().serve(sock, port)

    def answer(self, stream, port):
        go_on = super().answer(stream, port)
        path = self.requests[-1][0]
        if path == "/kept":         # whole, and then the plain end
            return cut(stream.sock)
        if path == "/again" and not go_on:
            stream.sock.unwrap()    # it says so, and says no more
        return go_on


def cut(sock):
    """Ends the connection without a word of TLS."""
    with socket.socket(fileno=os.dup(sock.fileno())) as plain:
        plain.shutdown(socket.SHUT_RDWR)
    return False


class OneEach(SecureOrigin):
    """Answers one request of each connection; tells how that began."""

    def __init__(self):
        super().__init__()
        self.resumed = []

    def answer(self, stream, port):
        Message(stream, no_body=True)
        self.resumed.append(stream.sock.session_reused)
        stream.sock.sendall(b"HTTP/1.1 204 No Content\r\n"
                            b"Connection: close\r\n\r\n")
        return False


class UntilClose(SecureOrigin):
    """Answers by bodies that end with the connection."""

    def answer(self, stream, port):
        path = Message(stream, no_body=True).start.split()[1]
        stream.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain"
                            b"\r\n\r\nsome text")
        if path == "/clean":
            stream.sock.unwrap()
            return False
        return cut(stream.sock)


class Back(Stage):
    """A stage whose origin comes by TLS, with an authority of its own."""

    def __init__(self, kind=SecureOrigin, names=(f"DNS:{NAME}",), days=30,
                 upstream=f"server_name = \"{NAME}\";", people=False,
                 config=()):
        super().__init__(start=False)
        self.origin = kind()
        self.authority = Authority(self.daemon.folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(
            *self.authority.sign("origin", *names, days=days))
        context.sni_callback = lambda _, name, __: self.origin.names.append(
            name)
        context.set_alpn_protocols(["h2", "http/1.1"])
        if people:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.authority.certificate)
            self.authority.sign("us", use="clientAuth")
        self.origin.context = context
        upstream = upstream.replace("FOLDER", self.daemon.folder)
        self.daemon.write([
            "upstream = { address = \"https://127.0.0.1:%d\"; %s }"
            % (self.origin.port, upstream), *config])
        self.daemon.start()

    def get(self, path="/"):
        stream = self.client()
        self.ask(stream, [f"GET {path} HTTP/1.1"])
        return Message(stream)


TRUSTING = f"ca = \"FOLDER/ca.pem\"; server_name = \"{NAME}\";"


def believes_its_authority_and_name():
    with Back(upstream=TRUSTING) as stage:
        for _ in range(3):
            expect("200", stage.get().start.split()[1])
        expect(NAME, stage.origin.names[0])
        expect(1, len(set(stage.origin.names)))
        expect(1, len({port for _, port in stage.origin.requests}))


def believes_an_address():
    with Back(upstream="ca = \"FOLDER/ca.pem\";",
              names=("IP:127.0.0.1",)) as stage:
        expect("200", stage.get().start.split()[1])
        expect([None], stage.origin.names)      # an address is no name


def refused(reason, **values):
    with Back(**values) as stage:
        expect("502", stage.get().start.split()[1])
        expect([], stage.origin.requests)
        stage.daemon.wait_for(re.compile(
            f"warn worker tls.failed origin=[^ ]* reason=\"{reason}").search)


def refuses_another_name():
    refused("hostname mismatch", upstream=TRUSTING,
            names=("DNS:outer.example",))
    refused("IP address mismatch", upstream="ca = \"FOLDER/ca.pem\";")


def refuses_a_name_that_is_only_a_subject():
    refused("hostname mismatch", names=(), upstream=(
        "ca = \"FOLDER/ca.pem\"; server_name = \"origin\";"))


def refuses_an_authority_that_it_does_not_know():
    refused("unable to get local issuer certificate")


def refuses_what_has_expired():
    refused("certificate has expired", upstream=TRUSTING, days=-1)


def believes_everybody_where_told_so():
    with Back(upstream="verify = false;", names=()) as stage:
        expect("200", stage.get().start.split()[1])
        stage.daemon.wait_for(re.compile(
            "warning: the certificate of https://127.0.0.1:[0-9]+ is not "
            "checked").search)


def shows_its_own_certificate():
    ours = " certificate = \"FOLDER/us.pem\"; key = \"FOLDER/us.key\";"
    with Back(upstream=TRUSTING + ours, people=True) as stage:
        expect("200", stage.get().start.split()[1])
        expect(((("commonName", "us"),),), stage.origin.people[0]["subject"])
    with Back(upstream=TRUSTING, people=True) as stage:
        expect("502", stage.get().start.split()[1])
        stage.daemon.wait_for(re.compile(
            "tls.failed .*certificate required").search)


def believes_no_answer_that_was_cut():
    with Back(UntilClose, upstream=TRUSTING) as stage:
        whole = stage.get("/clean")
        expect((True, b"some text"), (whole.whole, whole.body))
        half = stage.get("/cut")
        expect(False, half.whole)
        # and with HTTP/1.0, where an end is all that there is, it is a reset
        sock = socket.create_connection(
            (stage.daemon.host, stage.daemon.port), SECONDS)
        sock.sendall(b"GET /cut HTTP/1.0\r\nHost: library.example\r\n\r\n")
        try:
            while sock.recv(65536):
                pass
        except ConnectionResetError:
            return
        raise Broken("the answer looks whole")


def believes_an_answer_that_was_whole_before():
    with Back(upstream=TRUSTING) as stage:
        for _ in range(5):
            answer = stage.get("/kept")
            expect((True, b"/kept "), (answer.whole, answer.body))


def goes_on_when_an_idle_connection_ended():
    with Back(upstream=TRUSTING) as stage:
        expect("200", stage.get("/one").start.split()[1])
        stage.origin.half.add("/half")
        expect(False, stage.get("/half").whole)
        expect("200", stage.get("/two").start.split()[1])
        # one that ends just as it is used, by TLS: asked again elsewhere
        stage.origin.broken.add("/again")
        stage.origin.go.set()
        expect("200", stage.get("/again").start.split()[1])
        expect(["/again", "/again"],
               [path for path, _ in stage.origin.requests[-2:]])


def resumes_what_it_has_verified():
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with Back(OneEach, upstream=TRUSTING,
                  config=["workers = 1"]) as stage:
            stage.origin.context.maximum_version = version
            for _ in range(5):
                expect("204", stage.get().start.split()[1])
            expect([False] + 4 * [True], stage.origin.resumed)
            # another configuration begins anew
            at = len(stage.daemon.lines)
            stage.daemon.signal("HUP")
            for word in ("reload.done", "worker.draining"):
                stage.daemon.wait_for(lambda line, w=word: w in line, at)
            for _ in range(2):
                expect("204", stage.get().start.split()[1])
            expect([False, True], stage.origin.resumed[5:])


def believes_no_other_for_a_session():
    """Who cannot resume it has to show a certificate, as ever."""
    with Back(OneEach, upstream=TRUSTING, config=["workers = 1"]) as stage:
        for _ in range(2):
            expect("204", stage.get().start.split()[1])
        stranger = Authority(stage.daemon.folder, "stranger")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*stranger.sign("other", f"DNS:{NAME}"))
        context, stage.origin.context = stage.origin.context, context
        expect("502", stage.get().start.split()[1])
        stage.origin.context = context
        expect("204", stage.get().start.split()[1])
        expect([False, True, False], stage.origin.resumed)


def gives_a_handshake_its_time():
    with Back(upstream=TRUSTING, config=[
            "timeouts = { upstream_connect = \"300ms\"; drain = 2; }"]) as stage:
        stage.origin.silent = True
        expect(True, stage.get().start.split()[1] in ("502", "504"))


if __name__ == "__main__":
    sys.exit(play([
        believes_its_authority_and_name,
        believes_an_address,
        refuses_another_name,
        refuses_a_name_that_is_only_a_subject,
        refuses_an_authority_that_it_does_not_know,
        refuses_what_has_expired,
        believes_everybody_where_told_so,
        shows_its_own_certificate,
        believes_no_answer_that_was_cut,
        believes_an_answer_that_was_whole_before,
        goes_on_when_an_idle_connection_ended,
        resumes_what_it_has_verified,
        believes_no_other_for_a_session,
        gives_a_handshake_its_time,
    ]))
