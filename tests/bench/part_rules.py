"""What rules cost: loading, memory, look-ups and a page, by their number."""

import json
import os
import subprocess

import measure


def run(bench):
    said = subprocess.run(
        measure.pinned(measure.PROXIES, [
            os.path.join(bench.build, "tests/rules-bench"), "--json"]),
        check=True, capture_output=True, text=True).stdout
    rows = json.loads(said)
    names = list(rows[0])
    print("\nrules\n  " + " ".join(f"{name:>11}" for name in names))
    for row in rows:
        print("  " + " ".join(f"{row[name]:11}" for name in names))
    return {"rules": rows}
