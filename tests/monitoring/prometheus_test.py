#!/usr/bin/env python3
"""Numbers, rules and dashboard as Prometheus sees them: its own checks, the
rules' unit tests, and each query of the dashboard, which gives data. Writes
TAP; BUILD names the folder of the programs."""

import json
import os
import re
import subprocess
import sys
import tempfile

from observer import RULES, SECONDS, TOP, Broken, Prometheus, needs
from site_visits import Site, certified
from stage import expect, play

DASHBOARD = os.path.join(TOP, "conf/grafana/consentd.json")
METRIC = re.compile(r"\bconsentd_[a-z0-9_]+")


def promtool(*arguments, text=None):
    done = subprocess.run(["promtool", *arguments], input=text, text=True,
                          capture_output=True, timeout=SECONDS, check=False)
    if done.returncode or done.stderr:
        raise Broken(done.stdout + done.stderr)
    return done.stdout


def the_numbers_are_well_formed():
    with tempfile.TemporaryDirectory() as folder, \
            Site(*certified(folder)) as site:
        site.get()
        text = site.admin.ask("/metrics").body.decode()
        expect(True, "consentd_certificate_expiry_timestamp_seconds{" in text)
        promtool("check", "metrics", text=text)


def the_rules_are_well_formed():
    promtool("check", "rules", RULES)


def the_rules_say_what_they_should():
    promtool("test", "rules",
             os.path.join(TOP, "tests/monitoring/rules.test.yml"))


def each_alert_has_a_test():
    with open(RULES, encoding="utf-8") as file:
        alerts = re.findall(r"alert: (\w+)", file.read())
    with open(os.path.join(TOP, "tests/monitoring/rules.test.yml"),
              encoding="utf-8") as file:
        tests = file.read()
    expect(True, len(alerts) > 10)
    expect([], [name for name in alerts if name not in tests])


def what_they_ask_for_is_there():
    """Every name in rules and dashboard is one that the daemon has."""
    with tempfile.TemporaryDirectory() as folder, \
            Site(*certified(folder)) as site:
        text = site.admin.ask("/metrics").body.decode()
    there = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    for path in (RULES, DASHBOARD):
        with open(path, encoding="utf-8") as file:
            asked = {re.sub("_bucket$", "", name) for name in METRIC.findall(
                re.sub(r"instance:[a-z0-9_:]+", "", file.read()))}
        expect(set(), asked - there)


def each_number_is_described():
    with tempfile.TemporaryDirectory() as folder, \
            Site(*certified(folder)) as site:
        text = site.admin.ask("/metrics").body.decode()
    with open(os.path.join(TOP, "docs/OPERATIONS.md"),
              encoding="utf-8") as file:
        described = set(re.findall(r"`(consentd_\w+)`", file.read()))
    there = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    # a staple needs a responder: tests/proxy/tls_test.py has one
    expect({"consentd_staple_expiry_timestamp_seconds"}, described ^ there)


def queries():
    """The dashboard's, by the titles of their panels."""
    with open(DASHBOARD, encoding="utf-8") as file:
        panels = json.load(file)["panels"]
    for panel in panels:
        for target in panel.get("targets", ()):
            text = target["expr"].replace("$__rate_interval", "2s")
            yield panel["title"], text.replace("$job", "consentd").replace(
                "$instance", ".+")


def visit(site):
    """A bit of all that the dashboard shows."""
    for _ in range(4):
        site.get("/page", "Cookie: ad_x=1")
    yes, no = site.choose("accept"), site.choose("reject")
    site.get("/page", yes)
    site.get("/page", no)
    site.leak()


def each_panel_has_data():
    with tempfile.TemporaryDirectory() as folder, \
            Site(*certified(folder)) as site, \
            Prometheus(site.admin.at) as prometheus:
        prometheus.wait_for('up == 1')
        titles, asked = set(), 0
        for title, query in queries():
            # what is a rate needs something that goes on
            for _ in range(100):
                if prometheus.query(query):
                    break
                visit(site)
            else:
                raise Broken(f"no data in {title}: {query}")
            titles.add(title)
            asked += 1
        expect(True, asked >= len(titles) > 20)


if __name__ == "__main__":
    needs("prometheus", "promtool", "openssl")
    sys.exit(play((the_numbers_are_well_formed,
                   the_rules_are_well_formed,
                   the_rules_say_what_they_should,
                   each_alert_has_a_test,
                   what_they_ask_for_is_there,
                   each_number_is_described,
                   each_panel_has_data)))
