#!/usr/bin/env python3
"""A site goes from report mode to enforcement under a Prometheus, whose graphs
become the pictures of docs/MONITORING.md:

    tests/monitoring/walk.py [FOLDER]

FOLDER is docs/images if left out. Each half takes as many seconds as HALF
says. BUILD names the folder of the programs."""

import os
import subprocess
import sys
import time
import urllib.parse

from observer import TOP, Prometheus, needs
from site_visits import POLICY, Site
from stage import expect

HALF = 15               # seconds of each mode
REPORTS = POLICY.replace('{ id = "analytics"; }',
                         '{ id = "analytics"; mode = "report"; }')
# the name of a picture, and the dashboard's query behind it
PICTURES = {
    "walk-reported": "sum by (category) "
                     "(rate(consentd_resources_reported_total[5s]))",
    "walk-removed": "sum by (category) "
                    "(rate(consentd_resources_removed_total[5s]))",
}


def visit(site, seconds, *known):
    """Visitors come; of four one accepts, one rejects, two say nothing. Those
    whose cookies are known come once more with each four."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        yes, no = site.choose("accept"), site.choose("reject")
        for cookie in (yes, no, "X-Nothing: 1", "X-Nothing: 1", *known):
            site.get("/page", cookie)
        time.sleep(max(0, 0.25 - (time.monotonic() - began)))


def enforce(site):
    """The mode is taken out of the policy, reload."""
    site.daemon.policy = [POLICY]
    site.daemon.write(site.config)
    at = len(site.daemon.lines)
    site.daemon.signal("HUP")
    site.daemon.wait_for(lambda line: "reload.done" in line, at)


def views(prometheus, seconds):
    """Pages of the last seconds by what their visitor had answered."""
    query = (f"sum by (consent) (increase(consentd_page_views_total"
             f"[{seconds}s])) > 0")
    return {labels["consent"]: value
            for labels, value in prometheus.query(query)}


def shares(counts):
    """In hundredths of all pages."""
    return {consent: round(100 * n / sum(counts.values()))
            for consent, n in counts.items()}


def tell(mode, found):
    told = ", ".join(f"{consent} {n}%" for consent, n in sorted(found.items()))
    print(f"{mode}: {told}", flush=True)


def picture(prometheus, query, path):
    """Prometheus' own page of the query's graph."""
    page = "/classic/graph?" + urllib.parse.urlencode({
        "g0.expr": query, "g0.tab": "0", "g0.range_input": f"{2 * HALF}s",
        "g0.stacked": "0"})
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu",
         "--hide-scrollbars", "--window-size=760,900",
         "--virtual-time-budget=5000", f"--screenshot={path}",
         prometheus.url + page],
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, timeout=60, check=True)


def main(arguments):
    needs("prometheus", "chromium")
    folder = arguments[0] if arguments else os.path.join(TOP, "docs/images")
    reported = 'consentd_resources_reported_total{category="analytics"}'
    removed = 'consentd_resources_removed_total{category="analytics"}'
    with Site(policy=REPORTS) as site, \
            Prometheus(site.admin.at, every="500ms") as prometheus:
        known = [site.choose("accept"), site.choose("reject")]
        visit(site, HALF, *known)
        prometheus.wait_for(f"{reported} > 0")
        expect([], prometheus.query(f"{removed} > 0"))
        before = shares(views(prometheus, HALF - 3))
        tell("report", before)
        enforce(site)
        visit(site, HALF, *known)
        prometheus.wait_for(f"{removed} > 0")
        after = shares(views(prometheus, HALF - 3))
        tell("enforce", after)
        expect({"all", "none", "unanswered"}, set(after))   # nobody "again"
        expect(True, all(abs(n - before[consent]) <= 2
                         for consent, n in after.items()))
        for name, query in PICTURES.items():
            path = os.path.join(folder, f"{name}.png")
            picture(prometheus, query, path)
            print(f"{path}: {os.path.getsize(path)} bytes", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
