"""How many choices become durable in a second, beside the same without a
disk to wait for and beside single lines that are each synced."""

import os
import statistics
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "load"))

import choices      # noqa: E402

ROUNDS, SECONDS = 5, 1.5


def run(bench):
    durable, loose, single = [], [], []
    for number in range(bench.rounds(ROUNDS)):
        turns = [(durable, ()), (loose, ("eatmydata",))]
        for rates, by in turns[::1 if number % 2 else -1]:
            rates.append(choices.choices(bench.build, SECONDS, by))
        single.append(choices.synced_lines(0.3))
    share = statistics.median(a / b for a, b in zip(durable, loose))
    found = {"durable": round(statistics.median(durable)),
             "without_sync": round(statistics.median(loose)),
             "single_lines": round(statistics.median(single)),
             "share": round(share, 3)}
    print(f"\nchoices a second, {choices.CONNECTIONS} clients")
    print(f"  durable {found['durable']}, fdatasync switched off "
          f"{found['without_sync']} ({share:.0%}), single lines "
          f"{found['single_lines']}")
    return {"choices": found}
