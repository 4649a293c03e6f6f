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


def visit(site, seconds):
    """Visitors come; of four one accepts, one rejects, two say nothing."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        yes, no = site.choose("accept"), site.choose("reject")
        for cookie in (yes, no, "X-Nothing: 1", "X-Nothing: 1"):
            site.get("/page", cookie)
        time.sleep(max(0, 0.25 - (time.monotonic() - began)))


def enforce(site):
    """The mode is taken out of the policy, reload."""
    site.daemon.policy = [POLICY]
    site.daemon.write(site.config)
    at = len(site.daemon.lines)
    site.daemon.signal("HUP")
    site.daemon.wait_for(lambda line: "reload.done" in line, at)


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
        visit(site, HALF)
        prometheus.wait_for(f"{reported} > 0")
        expect([], prometheus.query(f"{removed} > 0"))
        enforce(site)
        visit(site, HALF)
        prometheus.wait_for(f"{removed} > 0")
        for name, query in PICTURES.items():
            path = os.path.join(folder, f"{name}.png")
            picture(prometheus, query, path)
            print(f"{path}: {os.path.getsize(path)} bytes", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
