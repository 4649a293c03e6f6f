#!/usr/bin/env python3
"""Health, readiness and numbers through the whole program. Writes TAP; BUILD
names the folder of the programs."""

import glob
import json
import os
import re
import resource
import signal
import socket
import sys
import time

from exposition import Exposition, Malformed
from stage import (SECONDS, Broken, Message, Stage, Stream, expect, play,
                   wait)

ADMIN = ['admin = "127.0.0.1:0"']
ADDRESS = re.compile(r"admin\.(?:listening|public) url=http://([^:]+):(\d+)/")
CONNECTIONS = 32        # that the admin address serves at a time


class Admin:
    """A client of the admin address."""

    def __init__(self, stage):
        found = ADDRESS.search(stage.daemon.wait_for(ADDRESS.search))
        self.at = (found.group(1), int(found.group(2)))
        self.stage = stage

    def connect(self):
        return self.stage.keep(Stream(
            socket.create_connection(self.at, SECONDS)))

    def send(self, data):
        stream = self.connect()
        stream.sock.sendall(data)
        return stream

    def ask(self, path, method="GET"):
        return Message(self.send(f"{method} {path} HTTP/1.1\r\nHost: a\r\n"
                                 "\r\n".encode()), no_body=method == "HEAD")

    def numbers(self):
        try:
            return Exposition(self.ask("/metrics").body.decode())
        except Malformed as error:
            raise Broken(str(error)) from error

    def settle(self, exchanges):
        """The numbers when so many exchanges are over. A worker counts one
        when its last byte has left, so that who has the answer may be ahead
        of the numbers; how long it took is counted last, and all else of it
        stands in the page that is asked for after that."""
        self.wait_for("consentd_request_duration_seconds_count", exchanges,
                      phase="whole")
        return self.numbers()

    def wait_for(self, name, wanted, **labels):
        """Until the number, which grows, is what is wanted; processes tell
        twice a second."""
        deadline = time.monotonic() + SECONDS
        while True:
            found = self.numbers().value(name, **labels)
            if found == wanted:
                return
            if found > wanted:
                raise Broken(f"{name} {labels} is {found}, not {wanted}")
            if time.monotonic() > deadline:
                raise Broken(f"{name} {labels} stays at {found}")

    def wait_ready(self, wanted):
        """Until the page says so; the last answer's checks."""
        deadline = time.monotonic() + SECONDS
        while True:
            answer = self.ask("/readyz")
            found = json.loads(answer.body)
            expect("200" if found["ready"] else "503",
                   answer.start.split()[1])
            if found["ready"] == wanted:
                return found["checks"]
            if time.monotonic() > deadline:
                raise Broken(f"stays at {found}")


def choose(stage, action="accept"):
    client = stage.client()
    form = f"action={action}".encode()
    stage.ask(client, ["POST /.consent/choice HTTP/1.1",
                       "Sec-Fetch-Site: same-origin",
                       "Content-Type: application/x-www-form-urlencoded",
                       f"Content-Length: {len(form)}"], form)
    return Message(client).start.split()[1]


def get(stage, *lines):
    client = stage.client()
    stage.ask(client, ["GET /a HTTP/1.1", *lines])
    return Message(client)


def numbers_move_as_requests_go():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        get(stage, "Cookie: _pk_id=1; session=2; ad_x=3")
        expect("303", choose(stage))
        expect("303", choose(stage, "reject"))
        client = stage.client()
        client.sock.sendall(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n")
        refused = len(Message(client).body)
        now = admin.settle(4)
        expect(1, now.value("consentd_requests_total", method="GET",
                            status="2xx"))
        expect(2, now.value("consentd_requests_total", method="POST",
                            status="3xx"))
        expect(1, now.value("consentd_requests_malformed_total",
                            reason="field-name"))
        expect(1, now.value("consentd_requests_failed_total",
                            reason="malformed"))
        expect(2, now.value("consentd_cookies_withheld_total",
                            direction="request"))
        for action in ("accept", "reject"):
            expect(1, now.value("consentd_choices_total", action=action,
                                result="recorded"))
        expect(2, now.value("consentd_choice_duration_seconds_count"))
        expect(4, now.value("consentd_connections_accepted_total"))
        expect(len(b"/a ") + refused,
               now.value("consentd_response_body_bytes_total"))
        expect(len(b"action=accept") + len(b"action=reject"),
               now.value("consentd_request_body_bytes_total"))
        for phase in ("origin", "queue"):
            expect(1, now.value("consentd_request_duration_seconds_count",
                                phase=phase))
        expect(4, now.value("consentd_request_duration_seconds_count",
                            phase="whole"))
        entries = now.value("consentd_ledger_entries")
        choose(stage)
        expect(entries + 1, admin.numbers().value("consentd_ledger_entries"))


VENDORS = ["""version = "1";
    categories = ( { id = "essential"; required = true; },
      { id = "analytics"; }, { id = "ads"; mode = "report"; } );
    vendors = ( "google-analytics", "matomo",
      { name = "meta-pixel"; category = "ads"; } );
    resources = ( { path = "/own*"; category = "analytics"; } );"""]


def vendors_are_counted_by_name():
    with Stage(ADMIN, start=False) as stage:
        stage.daemon.policy = VENDORS
        stage.daemon.write(ADMIN)
        stage.daemon.start()
        admin = Admin(stage)
        get(stage, "Cookie: _ga=1; _ga_X=2; _pk_id.1=3; _fbp=4; strange=5")
        for path in ("/matomo.php", "/x/matomo.php", "/own"):
            client = stage.client()
            stage.ask(client, [f"GET {path} HTTP/1.1"])
            Message(client)
        now = admin.settle(4)
        cookies = "consentd_vendor_cookies_withheld_total"
        expect(2, now.value(cookies, vendor="google-analytics"))
        expect(1, now.value(cookies, vendor="matomo"))
        expect(0, now.value(cookies, vendor="meta-pixel"))
        expect(0, now.value(cookies, vendor="other"))
        removed = "consentd_vendor_resources_removed_total"
        expect(2, now.value(removed, vendor="matomo"))
        expect(0, now.value(removed, vendor="google-analytics"))
        expect(3, now.value("consentd_resources_removed_total",
                            category="analytics"))


def tokens_are_counted():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        get(stage, "Cookie: __Host-consent=nonsense; __Host-consent=more")
        now = admin.settle(1)
        expect(2, now.value("consentd_tokens_total", result="invalid"))
        expect(1, now.value("consentd_tokens_total", result="several"))
        expect(0, now.value("consentd_tokens_total", result="valid"))


def numbers_outlive_a_killed_worker_and_reloads():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        served = {"method": "GET", "status": "2xx"}
        get(stage)
        get(stage)
        expect(2, admin.settle(2).value("consentd_requests_total", **served))
        stage.kill("worker")
        get(stage)              # another is there
        admin.wait_for("consentd_process_restarts_total", 1, role="worker")
        expect(3, admin.settle(3).value("consentd_requests_total", **served))
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(lambda line: "reload.done" in line)
        admin.wait_for("consentd_reloads_total", 1, result="ok")
        get(stage)
        expect(4, admin.settle(4).value("consentd_requests_total", **served))


def the_series_are_the_same_whatever_happens():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        before = set(admin.numbers().samples)
        for number in range(20):
            client = stage.client()
            stage.ask(client, [f"M{number} /{number}?{number} HTTP/1.1",
                               f"Cookie: c{number}=1"])
            Message(client)
        expect(before, set(admin.numbers().samples))


def it_is_ready_while_all_is_well():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        expect({"serving": "ok", "workers": "ok", "ledger": "ok",
                "origin": "ok"}, admin.wait_ready(True))
        answer = admin.ask("/healthz")
        expect("200", answer.start.split()[1])
        expect(True, json.loads(answer.body)["healthy"])


def readiness_turns_false_before_the_doors_close():
    with Stage(ADMIN + ["timeouts = { drain = 5; grace = 60; }"]) as stage:
        admin = Admin(stage)
        admin.wait_ready(True)
        stage.daemon.signal("TERM")
        checks = admin.wait_ready(False)
        expect("a stop has begun", checks["serving"])
        expect("200", admin.ask("/healthz").start.split()[1])
        expect(b"/a ", get(stage).body)         # still served
        stage.faults = "Sanitizer|runtime error"
        stage.daemon.signal("INT")      # no more grace, nor any drain
        expect(0, stage.daemon.wait())


def readiness_is_told_to_the_end_of_the_drain():
    with Stage(ADMIN + ["timeouts = { drain = 20; }"]) as stage:
        admin = Admin(stage)
        client = stage.client()
        stage.ask(client, ["GET /hold HTTP/1.1"])
        wait(stage.origin.behind)
        stage.daemon.signal("TERM")
        stage.daemon.wait_for(lambda line: "worker.draining" in line)
        expect("a stop has begun", admin.wait_ready(False)["serving"])
        stage.origin.on.set()
        expect(b"/hold ", Message(client).body)
        expect(0, stage.daemon.wait())


def an_origin_that_is_away_is_noticed_without_a_request():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        admin.wait_ready(True)
        stage.origin.close()
        expect("it cannot be reached", admin.wait_ready(False)["origin"])
        expect("200", admin.ask("/healthz").start.split()[1])
        stage.origin.open(stage.origin.port)
        expect("ok", admin.wait_ready(True)["origin"])


def a_log_that_cannot_be_written_makes_it_unready():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        admin.wait_ready(True)
        log = os.path.join(stage.daemon.folder, "log")
        aside = os.path.join(stage.daemon.folder, "aside")
        os.rename(log, aside)
        with open(log, "w", encoding="ascii"):
            pass                # no folder any more
        stage.kill("notary")
        expect(True, admin.wait_ready(False)["ledger"] != "ok")
        os.unlink(log)
        os.rename(aside, log)
        expect("ok", admin.wait_ready(True)["ledger"])


def a_full_disk_that_has_room_again_needs_no_choice():
    with Stage(ADMIN + ["sandbox = false"]) as stage:
        admin = Admin(stage)
        admin.wait_ready(True)
        notary, = stage.daemon.children("notary")
        segment, = glob.glob(
            os.path.join(stage.daemon.folder, "log/entries/*"))
        _, hard = resource.prlimit(notary, resource.RLIMIT_FSIZE)
        room = os.path.getsize(segment) + 50
        resource.prlimit(notary, resource.RLIMIT_FSIZE, (room, hard))
        expect("503", choose(stage))
        expect("it cannot be written", admin.wait_ready(False)["ledger"])
        expect(1, admin.numbers().value("consentd_choices_total",
                                        action="accept", result="unrecorded"))
        resource.prlimit(notary, resource.RLIMIT_FSIZE, (hard, hard))
        admin.wait_ready(True)
        expect("303", choose(stage))


def a_killed_notary_is_no_reason_in_itself():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        admin.wait_ready(True)
        stage.kill("notary")
        for _ in range(20):
            expect("ok", json.loads(admin.ask("/readyz").body)
                   ["checks"]["ledger"])
        expect("303", choose(stage))
        admin.wait_for("consentd_process_restarts_total", 1, role="notary")


def only_get_and_head_are_answered():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        for path in ("/metrics", "/healthz", "/readyz", "/"):
            for method in ("POST", "PUT", "DELETE", "OPTIONS", "X"):
                answer = admin.ask(path, method)
                expect("405", answer.start.split()[1])
                expect(["GET, HEAD"], answer.values("allow"))
        expect("404", admin.ask("/").start.split()[1])
        expect("404", admin.ask("/metrics/").start.split()[1])
        expect("200", admin.ask("/metrics?x=1").start.split()[1])
        expect("200", admin.ask("/metrics", "HEAD").start.split()[1])


def what_is_no_request_is_refused():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        start = b"GET /healthz HTTP/1.1\r\n"
        rows = {"431": start + b"Host: a\r\nX: " + b"x" * 9000 + b"\r\n\r\n",
                "400": start + b"Host : a\r\n\r\n",
                "505": b"GET /healthz HTTP/3.0\r\n\r\n"}
        for status, request in rows.items():
            expect(status, Message(admin.send(request)).start.split()[1])


def slow_and_many_clients_disturb_nobody():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        admin.wait_ready(True)
        slow = [admin.send(b"GET /metr") for _ in range(3 * CONNECTIONS)]
        for _ in range(5):
            expect("200", admin.ask("/healthz").start.split()[1])
        expect(b"/a ", get(stage).body)
        closed = 0
        for stream in slow:
            stream.sock.settimeout(0.01)
            try:
                closed += stream.sock.recv(1) == b""
            except ConnectionResetError:
                closed += 1
            except TimeoutError:
                pass
        expect(True, closed >= 2 * CONNECTIONS)


def one_who_takes_nothing_is_let_go():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        admin.wait_ready(True)
        stream = admin.connect()
        stream.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
        stream.sock.settimeout(2)
        try:
            while True:
                stream.sock.sendall(request * 100)
        except OSError:
            pass                # it reads no more, or has closed
        expect("200", admin.ask("/healthz").start.split()[1])


def a_killed_admin_is_replaced():
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        admin.wait_ready(True)
        stage.kill("admin")
        expect("200", admin.ask("/healthz").start.split()[1])
        admin.wait_for("consentd_process_restarts_total", 1, role="admin")
        get(stage)


def a_reload_moves_the_address():
    with Stage(ADMIN) as stage:
        first = Admin(stage)
        first.ask("/healthz")
        path = os.path.join(stage.daemon.folder, "admin.sock")
        stage.daemon.write([f'admin = "unix:{path}"'])
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(lambda line: "reload.done" in line)
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(SECONDS)
        sock.connect(path)
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        expect("200", Message(Stream(sock)).start.split()[1])
        stage.daemon.wait_for(
            lambda line: "child.ended role=admin" in line)
        try:
            first.connect()
        except ConnectionRefusedError:
            pass
        else:
            raise Broken("the old address is still there")
        stage.daemon.write([])
        seen = len(stage.daemon.lines)
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(lambda line: "reload.done" in line, seen)
        expect(False, os.path.exists(path))


def a_reload_leaves_no_question_unanswered():
    """Neither of those whose connection the old process has already."""
    question = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
    with Stage(ADMIN) as stage:
        admin = Admin(stage)
        kept, fresh = admin.send(question), admin.connect()
        Message(kept)
        admin.ask("/healthz")       # who came before was let in
        pid, = stage.daemon.children("admin")
        at = len(stage.daemon.lines)
        os.kill(pid, signal.SIGSTOP)
        for stream in (kept, fresh):
            stream.sock.sendall(question)
        late = admin.send(question)
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(lambda line: "reload.done" in line, at)
        os.kill(pid, signal.SIGCONT)
        for stream in (kept, fresh, late):
            expect("HTTP/1.1 200 OK", Message(stream).start)


def a_public_address_is_told():
    with Stage(['admin = "0.0.0.0:0"', "admin_public = true"]) as stage:
        line = stage.daemon.wait_for(ADDRESS.search)
        expect(True, " warn parent admin.public " in line)


if __name__ == "__main__":
    sys.exit(play((numbers_move_as_requests_go,
                   vendors_are_counted_by_name,
                   tokens_are_counted,
                   numbers_outlive_a_killed_worker_and_reloads,
                   the_series_are_the_same_whatever_happens,
                   it_is_ready_while_all_is_well,
                   readiness_turns_false_before_the_doors_close,
                   readiness_is_told_to_the_end_of_the_drain,
                   an_origin_that_is_away_is_noticed_without_a_request,
                   a_log_that_cannot_be_written_makes_it_unready,
                   a_full_disk_that_has_room_again_needs_no_choice,
                   a_killed_notary_is_no_reason_in_itself,
                   only_get_and_head_are_answered,
                   what_is_no_request_is_refused,
                   slow_and_many_clients_disturb_nobody,
                   one_who_takes_nothing_is_let_go,
                   a_killed_admin_is_replaced,
                   a_reload_moves_the_address,
                   a_reload_leaves_no_question_unanswered,
                   a_public_address_is_told)))
