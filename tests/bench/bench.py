#!/usr/bin/env python3
"""What consentd costs, beside other proxies.

    tests/bench/bench.py [--only PART[,PART...]] [--page WORD] [--rounds N]
                         [--json FILE] [--write] BUILD

Parts: pages, latency, tls, memory, choices, micro, rules, curves. --page narrows the pages to those whose name holds WORD (such as
"15 KB" or "gzip"). --json writes all figures to FILE. Curves are drawn into build/bench; --write
puts them and the tables into docs."""

import argparse
import importlib
import json
import os
import platform
import shutil
import signal
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import pages        # noqa: E402
import peers        # noqa: E402
import report       # noqa: E402

PARTS = ("pages", "latency", "tls", "memory", "choices", "micro", "rules",
         "curves")


class Bench:
    """What the parts share: proxies are started when first asked for."""

    def __init__(self, args):
        self.build, self.args = os.path.abspath(args.build), args
        self.folder = tempfile.mkdtemp(prefix="bench-pages-")
        os.chmod(self.folder, 0o755)
        pages.write(self.folder)
        self.origin = peers.Origin(self.build, self.folder)
        self.started, self.token = {}, None
        with open(os.path.join(self.build, "consentd"), "rb") as file:
            self.has_memo = b"memo_bytes" in file.read()

    def fresh(self, name, config=()):
        """A proxy of its own; who asks stops it. config is for ours."""
        make = {
            "nginx": lambda: peers.nginx("nginx", self.origin, peers.PLAIN),
            "nginx sub_filter": lambda: peers.nginx_sub(self.origin),
            "nginx sub_filter gzip": lambda: peers.nginx_packed(self.origin),
            "haproxy": lambda: peers.haproxy(self.origin),
            "privoxy": lambda: peers.privoxy(self.origin),
            "consentd": lambda: peers.Consentd(self.build, self.origin,
                                               config),
        }
        return make[name]()

    def proxy(self, name):
        """The one that all contests share."""
        if name not in self.started:
            self.started[name] = self.fresh(name)
        return self.started[name]

    def scratch(self):
        """A folder for this and that, removed at the end."""
        path = os.path.join(self.folder, ".scratch")
        os.makedirs(path, exist_ok=True)
        return path

    def cookie(self):
        if self.token is None:
            self.token = self.proxy("consentd").cookie()
        return self.token

    def pictures(self):
        """Where curves go: the documentation's, if it is to be written."""
        if not self.args.write:
            os.makedirs("build/bench", exist_ok=True)
            return "build/bench"
        return os.path.join(HERE, "../../docs/images")

    def file(self, name):
        with open(os.path.join(self.folder, name), "rb") as file:
            return file.read()

    def wants(self, name):
        return self.args.page in name

    def rounds(self, usual):
        return self.args.rounds or usual

    def stop(self):
        for each in self.started.values():
            each.stop()
        self.origin.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def machine():
    """The processor's name and how many there are."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":", 1)[1].strip() for line in file
                 if line.startswith("model name")]
    name = names[0] if names else platform.machine()
    return f"{name}, {os.cpu_count()} cores, Linux {platform.release()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--page", default="")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--json")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("build")
    args = parser.parse_args()
    parts = args.only.split(",") if args.only else PARTS
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        parser.error(f"no such part: {unknown[0]}; there are: "
                     + " ".join(PARTS))
    # who is told to end ends what he started
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    peers.raise_files()
    started = time.monotonic()
    result = {"machine": machine(), "date": time.strftime("%Y-%m-%d"),
              "load": f"{os.getloadavg()[0]:.1f}"}
    bench = Bench(args)
    try:
        for part in parts:
            result |= importlib.import_module(f"part_{part}").run(bench)
    finally:
        bench.stop()
    result["seconds"] = round(time.monotonic() - started)
    report.show(result)
    print(f"\n{result['seconds']} seconds")
    if args.write:
        report.write(os.path.join(HERE, "../../docs"), result)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    sys.exit(main())
