"""How costs grow: with the page, the rules, the connections and the log."""

import json
import os
import shutil
import subprocess
import tempfile

import measure
import pages
import peers
import plot
from measure import Load, Racer, race
from part_pages import FIRST, MEMO

ROUNDS, ROUND_SECONDS = 5, 0.08
RULES = (10, 100, 1000, 10000, 50000)
CROWDS = (1, 10, 100, 1000, 10000)
FLYING = 64             # requests at a time, of so many connections
ENTRIES = (1000, 10000, 100000, 1000000)
PAGE = "page-15k.html"


def timed(bench, rows, connections, flying=""):
    """Races rows of name, proxy, path; the processor's us by name."""
    loads = [Load(bench.build, proxy.port, connections, path)
             for _, proxy, path in rows]
    try:
        racers = [Racer(name, proxy, load, flying)
                  for (name, proxy, _), load in zip(rows, loads)]
        race(racers, connections, bench.rounds(ROUNDS), ROUND_SECONDS)
    finally:
        for load in loads:
            load.close()
    return {racer.name: round(racer.median("cpu_us"), 2) for racer in racers}


def contestants(bench, path, names, memo=True):
    rows = [(name, bench.proxy(name), f"/fresh/{path}") for name in names]
    rows.append((FIRST, bench.proxy("consentd"), f"/fresh/{path}"))
    if memo and bench.has_memo:
        rows.append((MEMO, bench.proxy("consentd"), f"/same/{path}"))
    return rows


def by_page(bench):
    found = []
    for size in pages.CURVE:
        rows = contestants(bench, f"curve-{size}.html",
                           ("nginx", "nginx sub_filter"))
        found.append((size, timed(bench, rows, 16)))
    return found


def by_connections(bench):
    """Without the memo: twice ten thousand are more files than one may have."""
    found = []
    for n in CROWDS:
        rows = contestants(bench, PAGE, ("nginx", "haproxy"), False)
        found.append((n, timed(bench, rows, n, min(n, FLYING))))
    return found


def more_rules(n):
    """Hosts of a list, so that there are n rules with those of the pages."""
    known = len(pages.HOSTS) + 1
    hosts = [f'"host{i}.list.example"' for i in range(max(n - known, 0))]
    if not hosts:
        return ()
    return ['{ category = "analytics"; hosts = [', ",\n".join(hosts), "] },"]


def by_rules(bench):
    """All of them in one race, without the guard, which grows with the rules
    up to its bound, and with it."""
    proxies = []
    try:
        for n in RULES:
            for name, guard in (("without the guard", False),
                                ("with the guard", True)):
                proxies.append((n, name, peers.Consentd(
                    bench.build, bench.origin, rules=more_rules(n),
                    guard=guard)))
        found = timed(bench, [((n, name), proxy, "/fresh/page-64k.html")
                              for n, name, proxy in proxies], 16)
    finally:
        for _, _, proxy in proxies:
            proxy.stop()
    return [(n, {name: found[n, name] for k, name, _ in proxies if k == n})
            for n in RULES]


def by_entries(bench):
    """The processor's time alone: the disk is not waited for."""
    folder = tempfile.mkdtemp(prefix="bench-log-")
    try:
        said = subprocess.run(
            measure.pinned(measure.PROXIES, [
                "eatmydata", os.path.join(bench.build, "tests/ledger-bench"), folder,
                *map(str, ENTRIES)]),
            check=True, capture_output=True, text=True).stdout
    finally:
        shutil.rmtree(folder)
    return [(row["entries"], {
        "a choice more, µs": row["append_us"],
        "opening it, ms": row["open_cpu_ms"]}) for row in json.loads(said)]


def series(found):
    return [(name, [(x, row[name]) for x, row in found if name in row])
            for name in found[0][1]]


CURVES = {
    "page": (by_page, "What a request costs by the size of its page",
             (("size of the page", "bytes"),
              ("processor's time of a request, µs", ""))),
    "rules": (by_rules, "A 64 KB page by the number of rules",
              (("rules", ""), ("processor's time of a request, µs", ""))),
    "connections": (by_connections,
                    "A 15 KB page by the number of open connections",
                    (("open connections", ""),
                     ("processor's time of a request, µs", ""))),
    "log": (by_entries, "The log by its length",
            (("entries in the log", ""), ("processor's time, µs and ms as named", ""))),
}


def run(bench):
    found = {}
    for name, (measured, title, axes) in CURVES.items():
        if not bench.wants(name):
            continue
        rows = found[name] = measured(bench)
        print(f"\n{title}")
        for x, row in rows:
            print(f"  {x:>10}  " + "  ".join(
                f"{label}: {value:.1f}" for label, value in row.items()),
                flush=True)
        plot.write(os.path.join(bench.pictures(), f"performance-{name}.svg"),
                   title, axes, series(rows))
    return {"curves": found}
