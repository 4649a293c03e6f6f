"""A real Prometheus (Debian's package) that watches a consentd."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))

from stage import SECONDS, Broken       # noqa: E402

TOP = os.path.join(HERE, "..", "..")
RULES = os.path.join(TOP, "conf/prometheus/consentd.rules.yml")
# in rules: a range as in [5m], and how long an alert waits
TIMES = re.compile(r"(?<=\[)(\d+)([smhd])(?=\])|(?<= for: )(\d+)([smhd])$",
                   re.MULTILINE)
UNITS = {"s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def needs(*programs):
    """Ends a test that cannot be one, and says why."""
    missing = [name for name in programs if not shutil.which(name)]
    if missing:
        print(f"1..1\nnot ok 1 - {' and '.join(missing)} missing: "
              "tools/deps test")
        sys.exit(1)


def quicken(rules, factor):
    """The rules with ranges and waits divided: 5m becomes 3s for 100."""
    def shorter(match):
        number, unit = [part for part in match.groups() if part]
        return f"{int(number) * UNITS[unit] // factor}ms"
    return TIMES.sub(shorter, rules)


class Prometheus:
    """Scrapes the admin address at (host, port) often; in a with statement."""

    def __init__(self, at, factor=300, every="200ms"):
        self.folder = tempfile.mkdtemp(prefix="consentd-prometheus-")
        with open(RULES, encoding="utf-8") as file:
            self.write("rules.yml", quicken(file.read(), factor))
        self.write("prometheus.yml", f"""
global: {{scrape_interval: {every}, evaluation_interval: {every},
          scrape_timeout: {every}}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: consentd
    static_configs: [{{targets: ["{at[0]}:{at[1]}"]}}]
""")
        self.lines, self.listening = [], threading.Event()

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w",
                  encoding="utf-8") as file:
            file.write(text)

    def __enter__(self):
        self.process = subprocess.Popen(
            ["prometheus", f"--config.file={self.folder}/prometheus.yml",
             f"--storage.tsdb.path={self.folder}/data",
             "--web.listen-address=127.0.0.1:0"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
        threading.Thread(target=self.listen, daemon=True).start()
        if not self.listening.wait(SECONDS):
            self.__exit__()
            raise Broken("Prometheus does not start:\n"
                         + "\n".join(self.lines))
        self.wait_ready()
        return self

    def wait_ready(self):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.url}/-/ready"):
                    return
            except urllib.error.HTTPError:
                time.sleep(0.05)        # it reads its own store first
        raise Broken("Prometheus is not ready")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(SECONDS)
        shutil.rmtree(self.folder)

    def listen(self):
        for line in self.process.stderr:
            self.lines.append(line.rstrip())
            found = re.search(r'"Listening on" address=(\S+)', line)
            if found:
                self.url = f"http://{found.group(1)}"
                self.listening.set()

    def ask(self, path, **query):
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=SECONDS) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise Broken(f"{query}: {error.read().decode()}") from error

    def query(self, text):
        """The samples of now: pairs of labels and value, NaN left out."""
        rows = self.ask("query", query=text)["result"]
        pairs = [(row["metric"], float(row["value"][1])) for row in rows]
        return [(labels, value) for labels, value in pairs if value == value]

    def wait_for(self, text, seconds=SECONDS):
        """Asks until there is an answer."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.query(text)
            if found:
                return found
            time.sleep(0.05)    # between two questions, for nobody's sake
        raise Broken(f"no data: {text}")

    def firing(self):
        """The alerts that fire: names, each with the labels of one."""
        return {alert["labels"]["alertname"]: alert
                for alert in self.ask("alerts")["alerts"]
                if alert["state"] == "firing"}
