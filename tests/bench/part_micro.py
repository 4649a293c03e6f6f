"""What each step of a request costs alone, by micro-bench."""

import json
import os
import subprocess

import measure
import peers


def run(bench):
    file = os.path.join(bench.scratch(), "policy")
    with open(file, "w", encoding="utf-8") as out:
        out.write("\n".join(peers.policy()))
    said = subprocess.run(
        measure.pinned(measure.PROXIES, [
            os.path.join(bench.build, "tests/micro-bench"), file,
            os.path.join(bench.folder, "page-15k.html"),
            os.path.join(bench.folder, "page-1m.html")]),
        check=True, capture_output=True, text=True).stdout
    rows = json.loads(said)
    print("\nsteps of a request")
    for row in rows:
        print(f"  {row['name']:40}{row['value']:10.0f} {row['unit']}")
    return {"micro": {row["name"]: row for row in rows}}
