#!/usr/bin/env python3
"""TLS with clients, as they see it: certificates, versions, tickets, staples,
certificates of their own, and what a broken-off connection is taken for."""

import os
import re
import socket
import ssl
import subprocess
import sys
import time

from certificates import Authority
from stage import SECONDS, Broken, Message, Stage, Stream, expect, play

SITE = "library.example"


def listener(certificate, key, *more, **values):
    """A group of `listen` with TLS."""
    lines = [f"certificate = \"{certificate}\";", f"key = \"{key}\";"]
    if len(more) > 0:
        rows = [(certificate, key, None), *more]
        lines = ["certificates = (" + ", ".join(
            f"{{ certificate = \"{row[0]}\"; key = \"{row[1]}\";"
            + (f" ocsp = \"{row[2]}\";" if row[2] else "") + " }"
            for row in rows) + ");"]
    outside = values.pop("outside", "")
    lines += [f"{name} = \"{value}\";" for name, value in values.items()]
    return ("{ address = \"127.0.0.1:0\"; " + outside
            + " tls : { " + " ".join(lines) + " }; }")


class Front(Stage):
    """A stage whose clients come by TLS, with an authority of its own."""

    def __init__(self, make, config=(), ready=lambda folder: None, **values):
        super().__init__(start=False, **values)
        ready(self.daemon.folder)
        self.authority = Authority(self.daemon.folder)
        self.make, self.config = make, config
        self.configure()
        self.daemon.start()

    def configure(self):
        self.daemon.write([f"listen = ( {self.make(self.authority)} )",
                           *self.config])

    def context(self, name=SITE, protocols=("http/1.1",), identity=None):
        context = ssl.create_default_context(
            cafile=self.authority.certificate)
        context.set_alpn_protocols(list(protocols))
        if identity:
            context.load_cert_chain(*identity)
        return context

    def connect(self, name=SITE, context=None, session=None, before=b""):
        plain = socket.create_connection(
            (self.daemon.host, self.daemon.port), SECONDS)
        plain.sendall(before)
        return self.keep(Stream((context or self.context()).wrap_socket(
            plain, server_hostname=name, session=session))).sock

    def get(self, sock, path="/"):
        stream = Stream(sock)
        self.ask(stream, [f"GET {path} HTTP/1.1"])
        return Message(stream)

    def reload(self):
        start = len(self.daemon.lines)
        self.daemon.signal("HUP")
        return self.daemon.wait_for(
            re.compile("reload.done|reload.refused").search, start)


def one(authority, **values):
    return listener(*authority.sign("site", f"DNS:{SITE}"), **values)


def refused(call, *wanted):
    """The call fails with one of these words of OpenSSL's."""
    try:
        call()
    except (ssl.SSLError, ConnectionError) as error:
        if wanted and not any(word in str(error) for word in wanted):
            raise OSError(f"wanted {wanted}, found {error}") from error
        return
    raise OSError("it was not refused")


def names(sock):
    return [value for _, value in sock.getpeercert()["subjectAltName"]]


def s_client(stage, *options):
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{stage.daemon.port}",
         "-servername", SITE, *options], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False)
    return done.stdout


def serves_both_versions():
    with Front(one) as stage:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = stage.context()
            context.minimum_version = context.maximum_version = version
            sock = stage.connect(context=context)
            expect(version.name.replace("_", "."), sock.version())
            expect("200", stage.get(sock).start.split()[1])
            sock.close()


def tells_the_origin_that_it_was_https():
    with Front(one) as stage:
        stage.get(stage.connect())
        expect(["https"], stage.origin.heads[0].values("X-Forwarded-Proto"))


def refuses_what_is_old_or_weak():
    with Front(one) as stage:
        for version, cipher in (("-tls1_1", "ALL:@SECLEVEL=0"),
                                ("-tls1_2", "AES128-GCM-SHA256"),
                                ("-tls1_2", "ECDHE-ECDSA-AES128-SHA256")):
            text = s_client(stage, version, "-cipher", cipher)
            expect(True, "Cipher is (NONE)" in text)
        text = s_client(stage, "-tls1_2", "-cipher",
                        "ECDHE-ECDSA-AES128-GCM-SHA256")
        expect(True, "Cipher is ECDHE-ECDSA-AES128-GCM-SHA256" in text)
        stage.daemon.wait_for(re.compile("entrance.refused why=tls").search)


def has_a_minimum():
    with Front(lambda a: one(a, minimum="1.3")) as stage:
        context = stage.context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        refused(lambda: stage.connect(context=context), "PROTOCOL_VERSION")
        stage.connect().close()


def chooses_by_name():
    def make(authority):
        first = authority.sign("first", f"DNS:{SITE}", "DNS:*.b.example")
        second = authority.sign("second", "DNS:a.b.example", key="rsa")
        return listener(*first, (*second, None))
    with Front(make) as stage:
        for name, wanted in ((SITE, [SITE, "*.b.example"]),
                             ("a.b.example", ["a.b.example"]),
                             ("c.b.example", [SITE, "*.b.example"])):
            sock = stage.connect(name)
            expect(wanted, names(sock))
            sock.close()
        context = stage.context()
        context.check_hostname = False
        for name in (None, "elsewhere.example"):
            sock = stage.connect(name, context)
            expect([SITE, "*.b.example"], names(sock))
            sock.close()


def agrees_on_http2_where_it_is_on():
    for outside, offered, wanted in (
            ("", ["h2", "http/1.1"], "h2"),
            ("", ["http/1.1", "h2"], "h2"),
            ("", ["http/1.1"], "http/1.1"),
            ("http2 = false;", ["h2", "http/1.1"], "http/1.1")):
        with Front(lambda a: one(a, outside=outside)) as stage:
            sock = stage.connect(context=stage.context(protocols=offered))
            expect(wanted, sock.selected_alpn_protocol())
            sock.close()
    with Front(one) as stage:
        refused(lambda: stage.connect(
            context=stage.context(protocols=["spdy/1"])), "application protocol")
        sock = stage.connect(context=stage.context(protocols=[]))
        expect(None, sock.selected_alpn_protocol())
        expect("200", stage.get(sock).start.split()[1])


def resumes_over_workers_and_reloads():
    with Front(one, ["workers = 2"]) as stage:
        context = stage.context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        first = stage.connect(context=context)
        stage.get(first)
        session = first.session
        ports = 0
        for turn in range(16):
            if turn == 8:
                expect(True, "reload.done" in stage.reload())
            sock = stage.connect(context=context, session=session)
            expect("200", stage.get(sock).start.split()[1])
            expect(True, sock.session_reused)
            ports += 1
            sock.close()
        expect(16, ports)
        # TLS 1.3, whose tickets come behind the handshake
        context = stage.context()
        sock = stage.connect(context=context)
        stage.get(sock)
        again = stage.connect(context=context, session=sock.session)
        expect(True, again.session_reused)
        expect("200", stage.get(again).start.split()[1])


def takes_no_ticket_of_another_run():
    sessions = []
    for _ in range(2):
        with Front(one) as stage:
            context = stage.context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            if sessions:
                context = sessions[0][0]
            sock = stage.connect(context=context, session=sessions[0][1]
                                 if sessions else None)
            stage.get(sock)
            expect(False, sock.session_reused)
            sessions.append((context, sock.session))


def staples_what_the_authority_said():
    def make(authority):
        certificate, key = authority.sign("site", f"DNS:{SITE}")
        answer = authority.answer(certificate)
        authority.append_to(certificate)
        return listener(certificate, key, ocsp=answer)
    with Front(make) as stage:
        expect(True, "Cert Status: good" in s_client(stage, "-status"))
        path = os.path.join(stage.daemon.folder, "site.ocsp")
        # revoked: not sent, and said so
        stage.authority.answer(os.path.join(stage.daemon.folder, "site.pem"),
                               status="R")
        stage.make = lambda a: listener(
            os.path.join(a.folder, "site.pem"),
            os.path.join(a.folder, "site.key"), ocsp=path)
        stage.configure()
        expect(True, "reload.done" in stage.reload())
        stage.daemon.wait_for(re.compile("warning: .*site.ocsp: says that the "
                                         "certificate is revoked").search)
        expect(True, "no response sent" in s_client(stage, "-status"))
        # about another: an error
        other, _ = stage.authority.sign("other", "DNS:other.example")
        os.replace(stage.authority.answer(other), path)
        expect(True, "reload.refused" in stage.reload())
        stage.daemon.wait_for(re.compile(
            "error: .*site.ocsp: is about another certificate").search)


def asks_for_certificates():
    def make(verify):
        def inner(authority):
            return one(authority, client_verify=verify,
                       client_ca=Authority(authority.folder,
                                           "people").certificate)
        return inner

    for verify in ("require", "optional"):
        with Front(make(verify)) as stage:
            # a second one of that name has another key
            strangers = Authority(stage.daemon.folder, "strangers")
            people = Authority.__new__(Authority)
            people.__dict__.update(strangers.__dict__, name="people",
                                   certificate=stage.authority.path(
                                       "people.pem"),
                                   key=stage.authority.path("people.key"))
            good = people.sign("good", use="clientAuth")
            bad = strangers.sign("bad", use="clientAuth")
            late = people.sign("late", use="clientAuth", days=-1)
            sock = stage.connect(context=stage.context(identity=good))
            expect("200", stage.get(sock).start.split()[1])
            for identity, word in ((bad, "UNKNOWN_CA"),
                                   (late, "CERTIFICATE_EXPIRED")):
                refused(lambda: stage.get(stage.connect(
                    context=stage.context(identity=identity))), word)
            if verify == "require":
                refused(lambda: stage.get(stage.connect()),
                        "CERTIFICATE_REQUIRED")
            else:
                expect("200", stage.get(stage.connect()).start.split()[1])


def believes_no_half_request():
    """A body that ends with the connection, and not by TLS, is none."""
    with Front(one) as stage:
        sock = stage.connect()
        stream = Stream(sock)
        stage.ask(stream, ["POST /upload HTTP/1.1", "Content-Length: 10"],
                  b"12345")
        with socket.socket(fileno=os.dup(sock.fileno())) as plain:
            plain.shutdown(socket.SHUT_WR)
        expect(b"", read_all(sock))
        expect([], stage.origin.answered)


def read_all(sock):
    parts = []
    try:
        while part := sock.recv(65536):
            parts.append(part)
    except (ssl.SSLError, ConnectionError):
        pass
    return b"".join(parts)


def ends_clean_only_when_whole():
    """close_notify comes behind a whole answer and behind no other."""
    with Front(one) as stage:
        sock = stage.connect()
        sock.suppress_ragged_eofs = False
        sock.sendall(b"GET /whole HTTP/1.0\r\nHost: library.example\r\n\r\n")
        parts = []
        while part := sock.recv(65536):
            parts.append(part)
        expect(b"/whole ", b"".join(parts)[-7:])
        stage.origin.half.add("/half")
        sock = stage.connect()
        sock.suppress_ragged_eofs = False
        sock.sendall(b"GET /half HTTP/1.0\r\nHost: library.example\r\n\r\n")

        def read():
            while sock.recv(65536):
                pass
        refused(read)


def reads_a_proxy_header_before():
    with Front(lambda a: one(a, outside="proxy_protocol = true;"),
               ["trusted = \"127.0.0.1\""]) as stage:
        sock = stage.connect(
            before=b"PROXY TCP4 192.0.2.7 192.0.2.1 1 443\r\n")
        expect("200", stage.get(sock).start.split()[1])
        head = stage.origin.heads[0]
        expect(["192.0.2.7"], head.values("X-Forwarded-For"))
        expect(["https"], head.values("X-Forwarded-Proto"))
        refused(stage.connect)


def gives_a_handshake_its_time():
    with Front(one, ["timeouts = { header = 1; drain = 2; }"]) as stage:
        sock = socket.create_connection(
            (stage.daemon.host, stage.daemon.port), SECONDS)
        sock.sendall(b"\x16\x03\x01\x02\x00")
        expect(b"", sock.recv(1))
        stage.daemon.wait_for(re.compile("entrance.refused why=slow").search)


def takes_new_certificates_and_refuses_bad_ones():
    with Front(one) as stage:
        before = stage.connect().getpeercert()["serialNumber"]
        path = os.path.join(stage.daemon.folder, "site.pem")
        stage.authority.sign("site", f"DNS:{SITE}")
        expect(True, "reload.done" in stage.reload())
        # an old worker may still take the next one
        for _ in range(1000):
            after = stage.connect().getpeercert()["serialNumber"]
            if after != before:
                break
        expect(False, before == after)
        for bad, word in (
                (b"", "site.pem: is empty"),
                (b"nothing", "site.pem: holds no certificate"),
                (None, "site.pem: No such file"),
                ("other", "site.key: is not the key of")):
            if bad is None:
                os.unlink(path)
            elif bad == "other":
                os.replace(stage.authority.sign(
                    "other", f"DNS:{SITE}")[0], path)
            else:
                with open(path, "wb") as file:
                    file.write(bad)
            start = len(stage.daemon.lines)
            expect(True, "reload.refused" in stage.reload())
            stage.daemon.wait_for(
                lambda line: " error: " in line and word in line, start)
            expect(after, stage.connect().getpeercert()["serialNumber"])
        # the connection that was there all the time is served
        expect("200", stage.get(stage.connect()).start.split()[1])


def needs_keys_in_the_parent_alone():
    """Workers of another user serve with a key that only root may read. To
    change the user takes root."""
    with Front(one, ["user = \"nobody\"", "group = \"nogroup\""],
               ready=lambda folder: os.chmod(folder, 0o755)) as stage:
        key = os.stat(stage.authority.path("site.key"))
        expect((0, 0o600), (key.st_uid, key.st_mode & 0o777))
        expect("200", stage.get(stage.connect()).start.split()[1])
        expect(True, "reload.done" in stage.reload())
        expect("200", stage.get(stage.connect()).start.split()[1])


def looks_at_a_certificate_each_time():
    """No ticket stands for a client's certificate, nor one of a listener that
    asks for none."""
    def make(authority):
        site = authority.sign("site", f"DNS:{SITE}")
        return (listener(*site) + ", " + listener(
            *site, client_verify="require",
            client_ca=authority.certificate))
    with Front(make) as stage:
        first = stage.daemon.port
        strict = int(re.search(r":(\d+)/", stage.daemon.wait_for(
            lambda line: "listening" in line
            and f":{first}/" not in line))[1])
        identity = stage.authority.sign("person", use="clientAuth")
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = stage.context()
            context.maximum_version = version
            stage.daemon.port = first
            open_to_all = stage.connect(context=context)
            stage.get(open_to_all)
            stage.daemon.port = strict
            refused(lambda: stage.get(stage.connect(
                context=context, session=open_to_all.session)))
            context = stage.context(identity=identity)
            context.maximum_version = version
            known = stage.connect(context=context)
            expect("200", stage.get(known).start.split()[1])
            again = stage.connect(context=context, session=known.session)
            expect("200", stage.get(again).start.split()[1])
            expect(False, again.session_reused)


def checks_files_before():
    with Front(one) as stage:
        tool = os.path.join(stage.daemon.build, "consentctl")

        def check(wanted, text):
            """The status, and what is said of the files."""
            done = subprocess.run([tool, "check", stage.daemon.file],
                                  capture_output=True, text=True, check=False)
            said = done.stdout + done.stderr
            if done.returncode != wanted or not re.search(text, said):
                raise Broken(f"wanted {text}: {done.returncode}, {said}")
            return said
        expect(False, "site." in check(0, " 0 errors, "))
        os.chmod(stage.authority.path("site.key"), 0o644)
        check(0, r"consentd.conf:\d+: warning: .*/site.key: everybody may")
        stage.authority.sign("site", f"DNS:{SITE}", days=3)
        check(0, r"consentd.conf:\d+: warning: .*/site.pem: expires in [23] ")
        stage.authority.sign("site", f"DNS:{SITE}", days=-1)
        check(0, r"consentd.conf:\d+: warning: .*/site.pem: has expired")
        os.unlink(stage.authority.path("site.key"))
        check(1, r"consentd.conf:\d+: error: .*/site.key: No such file")


def tells_that_certificates_end():
    """In the log at the start and after a reload, and as a number."""
    with Front(lambda a: listener(*a.sign("site", f"DNS:{SITE}", days=6)),
               ["admin = \"127.0.0.1:0\""]) as stage:
        line = stage.daemon.wait_for(
            lambda line: "certificate.expires" in line)
        expect(True, re.search("file=[^ ]*/site.pem days=[56]$", line)
               is not None)
        url = stage.daemon.wait_for(lambda line: "admin.listening" in line)
        admin = stage.client(int(re.search(r":(\d+)", url.split("url=")[1])[1]))
        stage.ask(admin, ["GET /metrics HTTP/1.1"])
        until = re.search(
            r'consentd_certificate_expiry_timestamp_seconds\{listener="1",'
            r'number="1",file="[^"]*/site.pem"\} ([0-9.]+)\n',
            Message(admin).body.decode())
        left = float(until[1]) - time.time()
        expect(True, 5 * 86400 < left <= 6 * 86400)
        at = len(stage.daemon.lines)
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(
            lambda line: "certificate.expires" in line, at)


if __name__ == "__main__":
    sys.exit(play([
        serves_both_versions,
        tells_the_origin_that_it_was_https,
        refuses_what_is_old_or_weak,
        has_a_minimum,
        chooses_by_name,
        agrees_on_http2_where_it_is_on,
        resumes_over_workers_and_reloads,
        takes_no_ticket_of_another_run,
        staples_what_the_authority_said,
        asks_for_certificates,
        believes_no_half_request,
        ends_clean_only_when_whole,
        reads_a_proxy_header_before,
        gives_a_handshake_its_time,
        takes_new_certificates_and_refuses_bad_ones,
        *([needs_keys_in_the_parent_alone] if os.geteuid() == 0 else []),
        looks_at_a_certificate_each_time,
        checks_files_before,
        tells_that_certificates_end,
    ]))
