#!/usr/bin/env python3
"""The reader of the metrics' text refuses what it should; TAP on stdout."""

import sys

from exposition import Exposition, Malformed

GOOD = """# HELP a_total What it is.
# TYPE a_total counter
a_total{x="1",y="\\"\\\\"} 4
a_total{x="2",y=""} 0
# HELP b_seconds How long.
# TYPE b_seconds histogram
b_seconds_bucket{le="0.1"} 1
b_seconds_bucket{le="+Inf"} 3
b_seconds_sum 0.7
b_seconds_count 3
"""

BAD = {
    "no end of the last line": ("_count 3\n", "_count 3"),
    "no HELP": ("# HELP a_total What it is.\n", ""),
    "no TYPE": ("# TYPE a_total counter\n", ""),
    "a TYPE that there is not": ("counter", "number"),
    "a counter without its ending": ("a_total", "a"),
    "a series twice": ('{x="2",y=""}', '{y="\\"\\\\",x="1"}'),
    "a label twice": ('{x="2",y=""}', '{x="2",x=""}'),
    "an open quote": ('x="2"', 'x="2'),
    "a bare quote": ('y=""', 'y="""'),
    "no number": ("} 4", "} four"),
    "a negative number": ("} 4", "} -4"),
    "a blank more": ("} 4", "}  4"),
    "an empty line": ("# HELP b", "\n# HELP b"),
    "buckets that shrink": ('"0.1"} 1', '"0.1"} 5'),
    "no last bucket": ('b_seconds_bucket{le="+Inf"} 3\n', ""),
    "bounds out of order": ('"0.1"', '"+Inf"'),
    "another count": ("_count 3", "_count 4"),
    "no sum": ("b_seconds_sum 0.7\n", ""),
    "a family torn apart": ("b_seconds_count 3\n",
                            "b_seconds_count 3\n# HELP a_total More.\n"),
}


def refuses(text):
    try:
        Exposition(text)
    except Malformed:
        return True
    return False


def main():
    print(f"1..{len(BAD) + 1}")
    good = Exposition(GOOD)
    fine = good.value("a_total", x="2", y="") == 0
    rows = [("takes what is good", fine)]
    for name, (old, new) in BAD.items():
        rows.append((f"refuses {name}",
                     old in GOOD and refuses(GOOD.replace(old, new))))
    for number, (name, well) in enumerate(rows, 1):
        print(f"{'ok' if well else 'not ok'} {number} - {name}")
    return not all(well for _, well in rows)


if __name__ == "__main__":
    sys.exit(main())
