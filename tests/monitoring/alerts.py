#!/usr/bin/env python3
"""Makes each alert of conf/prometheus fire, by causing what it watches:

    tests/monitoring/alerts.py [WORD]

For each a daemon of its own is started, with a real Prometheus that scrapes it
five times a second. Ranges and waits of the rules are divided by 300, so that
5m is a second; nothing else of them changes. An alert must be quiet before its
fault and fire after it. WORD narrows to alerts with it in their names. BUILD
names the folder of the programs. A line tells each; the last is the sum."""

import os
import re
import signal
import sys
import tempfile
import time

from observer import RULES, SECONDS, Broken, Prometheus, needs
from site_visits import Site, certified
from disk_test import Disk
from stage import expect

OPEN = ["sandbox = false"]      # strace fails calls that the sandbox lacks


def stays_away(site, until):
    """The process that answers Prometheus is stopped (SIGSTOP)"""
    pid, = site.daemon.children("admin")
    os.kill(pid, signal.SIGSTOP)
    try:
        until()
    finally:
        os.kill(pid, signal.SIGCONT)


def leaks(site, until):
    """A browser reports a load of what is withheld"""
    site.leak()
    until()


def sends_what_nobody_reads(site, until):
    """The site sends a page in a coding that does not exist"""
    site.origin.pages["/cut"] = (b"Content-Encoding: none-such\r\n", b"<p>")
    site.get("/cut")
    until()


def has_a_full_disk(site, until):
    """Writes to the consent log fail with ENOSPC (by strace), one accepts"""
    with Disk(site, "pwrite64", "error=ENOSPC"):
        expect(None, site.choose("accept"))
        until()


def cannot_publish(site, until):
    """The log's folder tile is replaced by a file, one accepts"""
    tile = os.path.join(site.daemon.folder, "log/tile")
    os.rename(tile, tile + ".aside")
    with open(tile, "w", encoding="ascii"):
        pass
    site.choose("accept")
    until()
    os.unlink(tile)
    os.rename(tile + ".aside", tile)


def ends_soon(site, until):
    """The certificate of 90 days is replaced by one of 5, reload"""
    certified(site.certificates, 5)
    site.daemon.signal("HUP")
    until()


def has_old_keys(site, until):
    """The names of the keys say that they are 500 days old, reload"""
    keys = os.path.join(site.daemon.folder, "keys")
    old = time.strftime("%Y%m%d", time.gmtime(time.time() - 500 * 86400))
    for name in os.listdir(keys):
        os.rename(os.path.join(keys, name), os.path.join(keys, old + name[8:]))
    site.daemon.signal("HUP")
    until()


def changes_its_mind(site, until):
    """400 visitors accept, then all others reject"""
    def rejects():
        nonlocal n
        site.choose_many("reject", 5)
        n += 5
        site.prometheus.wait_for(
            f'consentd_choices_total{{action="reject"}} >= {n}')

    n = 0
    site.choose_many("accept", 400)
    until(rejects)


def loses_its_origin(site, until):
    """The site behind it is stopped"""
    site.origin.close()
    until()


def answers_with_errors(site, until):
    """The site behind it is stopped, visitors go on asking"""
    site.origin.close()
    until(site.get)


def gets_foreign_cookies(site, until):
    """Visitors send consent cookies that no key of ours signed"""
    name = site.choose("accept").split("=")[0]
    until(lambda: site.many(["GET /.consent/state HTTP/1.1",
                             f"{name}=eyJ.eyJ.x"], b"", 40))


def gets_a_wrong_configuration(site, until):
    """It is reloaded with a configuration that is wrong"""
    site.daemon.write([], raw="workers = many;\n")
    site.daemon.signal("HUP")
    until()


def has_a_worker_that_hangs(site, until):
    """A worker is stopped (SIGSTOP) until it is replaced"""
    site.faults = "Sanitizer|runtime error"
    os.kill(site.daemon.children("worker")[0], signal.SIGSTOP)
    until()


def loses_workers(site, until):
    """Three workers are killed"""
    site.kill("worker")
    until()


# the alert, what its site has in its configuration (None: TLS), its fault
CASES = (
    ("ConsentdDown", [], stays_away),
    ("ConsentdLeak", [], leaks),
    ("ConsentdPagesCut", [], sends_what_nobody_reads),
    ("ConsentdLedgerNotWritable", OPEN, has_a_full_disk),
    ("ConsentdChoicesUnrecorded", OPEN, has_a_full_disk),
    ("ConsentdCheckpointOld", [], cannot_publish),
    ("ConsentdCertificateEnds", None, ends_soon),
    ("ConsentdKeyOld", [], has_old_keys),
    ("ConsentdConsentRateJumps", [], changes_its_mind),
    ("ConsentdOriginDown", [], loses_its_origin),
    ("ConsentdManyErrors", [], answers_with_errors),
    ("ConsentdTokensInvalid", [], gets_foreign_cookies),
    ("ConsentdReloadRefused", [], gets_a_wrong_configuration),
    ("ConsentdWorkersMissing", ["workers = 2"], has_a_worker_that_hangs),
    ("ConsentdProcessesDie", ["workers = 3"], loses_workers),
)


def fire(alert, config, cause, folder):
    """Seconds from the fault to the alert, and what that says."""
    if config is None:
        config = certified(folder, 90)
    with Site(*config) as site, Prometheus(site.admin.at) as prometheus:
        prometheus.wait_for("consentd_build_info")
        expect({}, prometheus.firing())
        site.certificates, site.prometheus = folder, prometheus
        began, said = time.monotonic(), []

        def until(meanwhile=None):
            while time.monotonic() < began + SECONDS:
                found = prometheus.firing().get(alert)
                if found:
                    said.append(found["annotations"]["summary"])
                    return
                if meanwhile:
                    meanwhile()
                else:
                    time.sleep(0.05)
            raise Broken(f"it does not fire; these do: "
                         f"{sorted(prometheus.firing())}")

        cause(site, until)
        return time.monotonic() - began, said[0]


def main(arguments):
    needs("prometheus", "openssl", "strace")
    with open(RULES, encoding="utf-8") as file:
        expect(sorted(re.findall(r"alert: (\w+)", file.read())),
               sorted(alert for alert, _, _ in CASES))
    word = arguments[0] if arguments else ""
    fired = failed = 0
    for alert, config, cause in CASES:
        if word not in alert:
            continue
        try:
            with tempfile.TemporaryDirectory() as folder:
                seconds, said = fire(alert, config, cause, folder)
            fired += 1
            print(f"{alert}: {cause.__doc__}; fired after {seconds:.1f} s: "
                  f"{said}", flush=True)
        except (Broken, OSError, TimeoutError) as error:
            failed += 1
            print(f"{alert}: {cause.__doc__}: FAILED: {error}", flush=True)
    print(f"{fired} fired, {failed} did not")
    return 1 if failed or not fired else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
