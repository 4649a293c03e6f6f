"""How long the slowest wait at half of what a proxy can do. Requests come at
their times whether it keeps up or not, and count from then on."""

import statistics

from measure import Load
from part_pages import FIRST, MEMO

CONNECTIONS, ROUNDS = 64, 7
PAGE = "page-15k.html"
PROBE, SECONDS = 1500, 0.6


def run(bench):
    ours = bench.proxy("consentd")
    rows = [(name, bench.proxy(name), "fresh")
            for name in ("nginx", "haproxy", "nginx sub_filter")]
    rows.append((FIRST, ours, "fresh"))
    if bench.has_memo:
        rows.append((MEMO, ours, "same"))
    loads = {name: Load(bench.build, proxy.port, CONNECTIONS,
                        f"/{way}/{PAGE}") for name, proxy, way in rows}
    most = {name: 0 for name in loads}
    late = {name: [] for name in loads}
    try:
        for load in loads.values():
            load.do(f"run {CONNECTIONS * 4}")
        for _ in range(3):
            for name, load in loads.items():
                said = load.do(f"run {PROBE}")
                most[name] = max(most[name], PROBE / said["seconds"])
        for number in range(bench.rounds(ROUNDS)):
            for name in list(loads)[::1 if number % 2 else -1]:
                rate = max(int(most[name] / 2), 1)
                said = loads[name].do(
                    f"pace {rate} {max(int(rate * SECONDS), 100)}")
                if said["failures"]:
                    raise RuntimeError(f"{name}: {said['failures']} failed")
                late[name].append(said["p99_us"])
    finally:
        for load in loads.values():
            load.close()
    found = {name: {"rate": round(most[name] / 2),
                    "p99_us": round(statistics.median(late[name])),
                    "best_us": round(min(late[name]))} for name in loads}
    print("\n15 KB page at half of its capacity"
          "      req/s   p99 us  (best round)")
    for name, row in found.items():
        print(f"  {name:36}{row['rate']:7} {row['p99_us']:8} "
              f"{row['best_us']:8}")
    return {"latency": found}
