#!/usr/bin/env python3
"""What the numbers say of consent, of incidents, and of what has to be renewed.
Writes TAP; BUILD names the folder of the programs."""

import os
import sys
import tempfile
import time

from site_visits import Site, certified
from stage import expect, play

VIEWS = "consentd_page_views_total"
STATES = ("all", "some", "none", "unanswered", "again", "signal")


def views(site, exchanges):
    """Those that are not zero, once so many exchanges are over."""
    numbers = site.admin.settle(exchanges)
    found = {state: numbers.value(VIEWS, consent=state) for state in STATES}
    return {state: n for state, n in found.items() if n}


def pages_are_counted_by_consent():
    with Site() as site:
        yes, no = site.choose("accept"), site.choose("reject")
        some = site.choose("choose&category=analytics")
        site.get()
        for cookie in (yes, yes, no, some):
            site.get("/page", cookie)
        site.get("/page", "Sec-GPC: 1")
        expect({"all": 2, "some": 1, "none": 1, "unanswered": 1, "signal": 1},
               views(site, 9))
        # neither of these is looked at by anybody
        site.get("/page", yes, "Sec-Purpose: prefetch")
        site.get("/page", yes, "Sec-Fetch-Dest: iframe")
        expect(2, views(site, 11)["all"])


def a_changed_policy_asks_again():
    with Site() as site:
        yes = site.choose("accept")
        site.daemon.policy = [site.daemon.policy[0].replace(
            '{ id = "ads"; }', '{ id = "ads"; revision = 2; }')]
        site.daemon.write(site.config)
        at = len(site.daemon.lines)
        site.daemon.signal("HUP")
        site.daemon.wait_for(lambda line: "reload.done" in line, at)
        site.get("/page", yes)
        expect({"again": 1}, views(site, 2))


def incidents_are_counted_by_kind():
    with Site() as site:
        site.leak()
        site.leak()
        site.admin.wait_for("consentd_incidents_total", 2, kind="leaked")
        site.origin.pages["/cut"] = (b"Content-Encoding: x\r\n", b"<p>")
        site.get("/cut")
        site.admin.wait_for("consentd_incidents_total", 1, kind="cut")
        numbers = site.admin.numbers()
        for kind in ("redirected", "unjudged"):
            expect(0, numbers.value("consentd_incidents_total", kind=kind))


def what_ends_is_told():
    with tempfile.TemporaryDirectory() as folder, \
            Site(*certified(folder, 20)) as site:
        numbers = site.admin.numbers()
        end = numbers.value("consentd_certificate_expiry_timestamp_seconds",
                            listener="2", number="1",
                            file=os.path.join(folder, "site.pem"))
        expect(20, round((end - time.time()) / 86400))
        for use in ("token", "log"):
            made = numbers.value("consentd_key_created_timestamp_seconds",
                                 use=use)
            expect(True, 0 <= time.time() - made < 600)


def entries_are_counted_in_bytes():
    with Site() as site:
        written = "consentd_ledger_written_bytes_total"
        before = site.admin.numbers().value(written)
        site.choose("accept")
        entries = os.path.join(site.daemon.folder, "log/entries")
        expect(True, before < site.admin.numbers().value(written))
        expect(sum(os.path.getsize(os.path.join(entries, name))
                   for name in os.listdir(entries)),
               site.admin.numbers().value(written))


if __name__ == "__main__":
    sys.exit(play((pages_are_counted_by_consent,
                   a_changed_policy_asks_again,
                   incidents_are_counted_by_kind,
                   what_ends_is_told,
                   entries_are_counted_in_bytes)))
