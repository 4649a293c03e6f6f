#!/usr/bin/env python3
"""consentctl log list, tail and stats on logs of several segments; TAP."""

import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile

from log_test import CTL, NOTICE, POLICY, SUBJECT, choice, run, sha256, \
    write_log

SECONDS = 20
FIRST = 1793527200  # 2026-11-01T10:00:00Z


def head(seq, kind, day=None):
    return {"seq": seq, "id": f"{seq:021d}A",
            "time": f"2026-11-{(seq if day is None else day) + 1:02d}"
                    "T10:00:00.000Z",
            "type": kind, "node": "n/1", "version": "1.0"}


def at(entry, day):
    return {**entry, "time": f"2026-11-{day + 1:02d}T10:00:00.000Z"}


def embed(seq):
    entry = at(choice(seq, "embed", []), seq)
    before = list(entry.items())
    cut = [name for name, _ in before].index("act") + 1
    entry = dict(before[:cut] + [("embed", "video.example")] + before[cut:])
    entry["denied"] = []
    return entry


RULES = [{"rule": "host a.example", "category": "analytics",
          "state": "undecided", "count": 40},
         {"rule": "cookie \"_x\\\"", "category": "marketing",
          "state": "denied", "count": 2}]
ENTRIES = [
    {**head(0, "policy"), "hash": sha256(POLICY)},
    {**head(1, "notice"), "hash": sha256(NOTICE)},
    at(choice(2, "accept", ["analytics", "marketing"], SUBJECT, "tr"), 2),
    at(choice(3, "reject", []), 3),
    at(choice(4, "choose", ["analytics"], SUBJECT, "tr"), 4),
    at(choice(5, "withdraw", [], SUBJECT, "tr"), 5),
    embed(6),
    {**head(7, "enforcement"), "since": "2026-11-08T09:00:00.000Z",
     "until": "2026-11-08T10:00:00.000Z", "screened": 9, "removed": RULES,
     "confirmed": 3, "unconfirmed": 1},
    {**head(8, "incident"), "what": "a page was cut: \"size\"",
     "since": "2026-11-09T09:00:00.000Z", "count": 5},
    at(choice(9, "reject", []), 9),
]


def listed(folder, *filters):
    rc, out, err = run("list", "--json", *filters, folder)
    assert rc == 0 and err == "", (rc, err)
    return [entry["seq"] for entry in json.loads(out)]


def filters_take_several_values(folder):
    write_log(folder, ENTRIES, 3)
    assert listed(folder, "--action", "embed") == [6]
    assert listed(folder, "--action", "accept,reject") == [2, 3, 9]
    assert listed(folder, "--action", "accept", "--action", "choose") == [2, 4]
    assert listed(folder, "--type", "policy,incident") == [0, 8]
    assert listed(folder, "--lang", "tr,de", "--action", "withdraw") == [5]
    assert listed(folder, "--subject", SUBJECT) == [2, 4, 5]
    assert listed(folder, "--notice", sha256(NOTICE)[:6],
                  "--type", "notice") == [1]
    assert listed(folder, "--via", "api") == []
    for wrong in (("--subject", "short"), ("--action", "accept,"),
                  ("--action", "burn"), ("--policy", "A/"),
                  ("--limit", "many"), ("--lang", ",".join("x" * 17))):
        rc, out, err = run("list", *wrong, folder)
        assert rc == 2 and out == "" and wrong[1] in err, (wrong, rc, err)


def order_and_number_are_chosen(folder):
    write_log(folder, ENTRIES, 3)
    assert listed(folder, "--limit", "2") == [0, 1]
    assert listed(folder, "--reverse") == list(range(9, -1, -1))
    assert listed(folder, "--reverse", "--limit", "4") == [9, 8, 7, 6]
    assert listed(folder, "--reverse", "--type", "choice",
                  "--limit", "3") == [9, 6, 5]
    assert listed(folder, "--limit", "0") == []


def segments_of_other_times_are_left_alone(folder):
    write_log(folder, ENTRIES, 1)
    # a segment that is not read can be anything
    for seq in (0, 9):
        path = f"{folder}/entries/{seq:012d}.jsonl"
        with open(path, encoding="utf-8") as f:
            line = f.read()
        with open(path, "w", encoding="utf-8") as f:
            f.write(line.replace('"node"', '"nude"'))
    times = ("--since", "2026-11-04", "--until", "2026-11-06")
    assert listed(folder, *times) == [3, 4]
    assert listed(folder, "--reverse", *times) == [4, 3]
    rc, _, err = run("list", folder)
    assert rc == 2 and "entries/000000000000.jsonl:1: " in err, err


def a_clock_that_jumps_back_hides_nothing(folder):
    back = [dict(entry) for entry in ENTRIES]
    back[3]["time"] = "2026-11-04T00:00:00.000Z"
    back[4]["time"] = "2026-11-03T23:59:59.000Z"
    write_log(folder, back, 1)
    assert listed(folder, "--since", "2026-11-04",
                  "--until", "2026-11-05") == [3]
    assert listed(folder, "--since", "2026-11-03",
                  "--until", "2026-11-04") == [2, 4]


def statistics_count_what_is_there(folder):
    write_log(folder, ENTRIES, 3)
    rc, out, err = run("stats", "--json", folder)
    assert rc == 0 and err == "", err
    stats = json.loads(out)
    assert stats["entries"] == 10 and stats["uncovered"] == 10
    assert stats["types"]["choice"] == 6 and stats["types"]["stop"] == 0
    assert stats["first"] == "2026-11-01T10:00:00.000Z"
    choices = stats["choices"]
    assert choices["total"] == 6
    assert choices["languages"][0] == {
        "lang": "en", "accept": 0, "reject": 2, "choose": 0, "withdraw": 0,
        "embed": 1}
    assert [row["since"] for row in choices["periods"]] == [
        f"2026-11-{day:02d}" for day in (3, 4, 5, 6, 7, 10)]
    assert choices["categories"][0] == {
        "category": "analytics", "granted": 2, "denied": 3}
    assert choices["policies"][0]["policy"] == sha256(POLICY)
    enforcement = stats["enforcement"]
    assert enforcement["screened"] == 9 and enforcement["confirmed"] == 3
    assert enforcement["rules"] == [
        {"rule": "host a.example", "category": "analytics",
         "undecided": 40, "denied": 0, "granted": 0},
        {"rule": "cookie \"_x\\\"", "category": "marketing",
         "undecided": 0, "denied": 2, "granted": 0}]
    assert stats["incidents"] == [
        {"what": "a page was cut: \"size\"", "times": 5, "entries": 1}]


def statistics_are_read_by_people(folder):
    write_log(folder, ENTRIES, 3)
    rc, out, _ = run("stats", "--by", "week", folder)
    assert rc == 0
    lines = out.splitlines()
    assert "checkpoint   none" in lines, out
    week = [line for line in lines if line.startswith("2026-11-02")]
    assert week and week[0].split()[1:7] == ["1", "1", "1", "1", "1", "5"], out
    assert week[0].count("33.3 %") == 3, week
    assert any(line.split() == ["0", "2", "0", "marketing", "cookie",
                                "\"_x\\\""] for line in lines), out
    assert len({line.index("total") for line in lines
                if "total" in line}) == 1, out
    rc, out, _ = run("stats", "--by", "month", "--action", "reject", folder)
    assert rc == 0 and "entries      2\n" in out, out
    assert "\n2026-11 " in out, out
    assert run("stats", "--by", "year", folder)[0] == 2


def the_tail_is_the_end(folder):
    lines = write_log(folder, ENTRIES, 3)

    def tail(*args):
        rc, out, err = run("tail", "--json", *args, folder)
        assert rc == 0 and err == "", (rc, err)
        return out.splitlines()
    assert tail() == lines
    assert tail("-n", "4") == lines[6:]
    assert tail("-n", "2", "--type", "choice") == [lines[6], lines[9]]
    assert tail("-n", "0") == []
    rc, out, _ = run("tail", "-n1", folder)
    assert rc == 0 and "reject   -analytics -marketing" in out, out


def next_lines(pipe, n, text=b""):
    """Reads until there are n lines."""
    while text.count(b"\n") < n:
        ready, _, _ = select.select([pipe], [], [], SECONDS)
        assert ready, f"nothing comes after {text!r}"
        more = os.read(pipe.fileno(), 1 << 16)
        assert more, f"it ended after {text!r}"
        text += more
    return text.decode().splitlines()


@contextlib.contextmanager
def following(folder, *args):
    with subprocess.Popen([CTL, "log", "tail", "-f", "--json", *args, folder],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          ) as tail:
        try:
            yield tail
        finally:
            if tail.poll() is None:
                tail.send_signal(signal.SIGINT)
                tail.wait(SECONDS)


def the_tail_follows_over_segments(folder):
    lines = write_log(folder, ENTRIES[:4], 9)
    every = write_log(tempfile.mkdtemp(dir=folder), ENTRIES, 99)
    path = f"{folder}/entries/000000000000.jsonl"
    with following(folder, "-n", "1") as tail:
        assert next_lines(tail.stdout, 1) == lines[3:]
        with open(path, "a", encoding="utf-8") as f:
            f.write(every[4] + "\n" + every[5][:40])
            f.flush()
            assert next_lines(tail.stdout, 1) == [every[4]]
            f.truncate(f.tell() - 40)  # what a writer does that was killed
        with open(path, "a", encoding="utf-8") as f:
            f.write(every[5] + "\n")
        assert next_lines(tail.stdout, 1) == [every[5]]
        for seq in (6, 7):
            with open(f"{folder}/entries/{seq:012d}.jsonl", "w",
                      encoding="utf-8") as f:
                f.write(every[seq] + "\n")
        assert next_lines(tail.stdout, 2) == every[6:8]
        tail.send_signal(signal.SIGINT)
        assert tail.wait(SECONDS) == 0
        assert tail.stderr.read() == b""


def the_tail_names_what_is_wrong(folder):
    write_log(folder, ENTRIES[:4], 9)
    with following(folder) as tail:
        next_lines(tail.stdout, 4)
        with open(f"{folder}/entries/000000000000.jsonl", "a",
                  encoding="utf-8") as f:
            f.write("{}\n")
        assert tail.wait(SECONDS) == 2
        assert b"entries/000000000000.jsonl:5: " in tail.stderr.read()


CASES = [filters_take_several_values, order_and_number_are_chosen,
         segments_of_other_times_are_left_alone,
         a_clock_that_jumps_back_hides_nothing,
         statistics_count_what_is_there, statistics_are_read_by_people,
         the_tail_is_the_end, the_tail_follows_over_segments,
         the_tail_names_what_is_wrong]


def main():
    print(f"1..{len(CASES)}")
    for number, case in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                case(folder)
                print(f"ok {number} - {case.__name__}")
            except AssertionError as error:
                print(f"not ok {number} - {case.__name__}")
                print(f"# {error!r}")


if __name__ == "__main__":
    main()
