#!/usr/bin/env python3
"""What a daemon says and does about the addresses of its origin, and the idle
connections to it. Writes TAP; BUILD names the folder of the programs."""

import sys
import threading
import time

from admin_test import ADMIN, Admin
from stage import SECONDS, Broken, Message, Origin, Stage, expect, play, wait

KNOWN = "consentd_upstream_addresses"
RESTING = "consentd_upstream_addresses_resting"
SILENT = "consentd_upstream_connections_silent_total"


class Kept(Origin):
    """Tells when one of its connections has ended."""

    def __init__(self):
        super().__init__()
        self.ended = threading.Event()

    def serve(self, sock, port):
        super().serve(sock, port)
        self.ended.set()


class Idle(Stage):
    """The stage with that origin, and one worker."""

    def __init__(self, *config):
        super().__init__(start=False)
        self.origin = Kept()
        self.daemon.origin_port = self.origin.port
        self.daemon.write(["workers = 1", *config])
        self.daemon.start()

    def get(self, path):
        client = self.client()
        self.ask(client, [f"GET {path} HTTP/1.1"])
        return Message(client).start.split()[1]


def until(admin, name, wanted):
    """The number may go up and down before."""
    deadline = time.monotonic() + SECONDS
    while (found := admin.numbers().value(name)) != wanted:
        if time.monotonic() > deadline:
            raise Broken(f"{name} stays at {found}")


def an_address_without_answers_is_counted():
    with Idle(*ADMIN) as stage:
        admin = Admin(stage)
        until(admin, KNOWN, 1)
        expect(0, admin.numbers().value(RESTING))
        expect(0, admin.numbers().value(SILENT))
        stage.origin.go.set()
        for turn in range(5):       # each makes the rest twice as long
            stage.origin.broken.add(f"/{turn}")
            expect("502", stage.get(f"/{turn}"))
        until(admin, SILENT, 5)
        until(admin, RESTING, 1)
        expect("200", stage.get("/well"))
        until(admin, RESTING, 0)
        expect(5, admin.numbers().value(SILENT))
        expect(1, admin.numbers().value(KNOWN))


def an_idle_connection_has_its_time():
    with Idle('timeouts = { upstream_idle = "300ms"; drain = 1; }') as stage:
        expect("200", stage.get("/one"))
        wait(stage.origin.ended)
        expect("200", stage.get("/two"))
        expect(2, len({port for _, port in stage.origin.requests}))
    with Idle("timeouts = { upstream_idle = 600; drain = 1; }") as stage:
        expect("200", stage.get("/one"))
        stage.turn()
        expect("200", stage.get("/two"))
        expect(1, len({port for _, port in stage.origin.requests}))


if __name__ == "__main__":
    sys.exit(play((an_address_without_answers_is_counted,
                   an_idle_connection_has_its_time)))
