#!/usr/bin/env python3
"""The policy tests beside each vendor's file, a line of TAP for each vendor."""

import collections
import glob
import json
import os
import subprocess

CTL = os.path.join(os.environ.get("BUILD", "build/release"), "consentctl")
EXAMPLES = "conf/vendors/examples"


def main():
    files = sorted(glob.glob(f"{EXAMPLES}/*.conf"))
    print(f"1..{len(files)}")
    done = subprocess.run([CTL, "test", "--json", EXAMPLES], text=True,
                          capture_output=True, timeout=120, check=False)
    for line in done.stderr.splitlines():
        print("#", line)
    rows = collections.defaultdict(list)
    for row in json.loads(done.stdout)["tests"]:
        rows[row["file"]].append(row)
    for number, path in enumerate(files, 1):
        name = os.path.basename(path)[:-len(".conf")]
        bad = [row for row in rows[path] if not row["passed"]]
        for row in bad:
            for fault in row["faults"]:
                print(f"# {path}:{row['line']}: {row['kind']} "
                      f"{row['subject'][:60]!r}: expected "
                      f"{fault['expected']}, got {fault['got']}")
        # a file that cannot be read has no rows
        passes = rows[path] and not bad and \
            f"{path}:" not in done.stderr
        print(f"{'ok' if passes else 'not ok'} {number} - {name}")


if __name__ == "__main__":
    main()
