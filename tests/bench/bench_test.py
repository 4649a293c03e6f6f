#!/usr/bin/env python3
"""The benchmark's own parts: what is planted is found again, what is timed is
what was asked for, and a report keeps what stands around it. Needs no other
proxy."""

import gzip
import os
import shutil
import sys
import tempfile
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import goals        # noqa: E402
import pages        # noqa: E402
import peers        # noqa: E402
import plot         # noqa: E402
import report       # noqa: E402
from measure import Load, Racer, race       # noqa: E402

BUILD = os.path.abspath(os.environ.get("BUILD", "build/release"))
PAGE = "page-15k.html"


def pages_have_their_size(_):
    for size in pages.SIZES.values():
        assert len(pages.page(size)) == size, size
    assert sum(pages.look(pages.page(1024), pages.page(1024))
               ["planted"].values()) == 4


def trackers_are_seen_and_lines_missed(_):
    page = pages.page(15 << 10)
    found = pages.look(page, page)
    assert found["left"] == found["planted"] and all(found["left"].values())
    assert found["kept"] == found["lines"] > 20
    lines = page.decode().split("\n")
    without = "\n".join(line for line in lines if "<h2" not in line
                        and not any(host in line for host in pages.HOSTS))
    found = pages.look(page, without.encode())
    assert not any(found["left"].values())
    assert found["kept"] < found["lines"]
    inert = page.replace(b"<script>myTracker", b'<script type="x">myTracker')
    assert pages.look(page, inert)["left"]["inline"] == 0


def origin_is_fresh_or_the_same(bench):
    def body(path, **fields):
        status, head, text = peers.get(bench.origin.port, path, fields)
        assert status == 200, path
        return head, text
    same = body(f"/same/{PAGE}")[1]
    assert same == pages.page(15 << 10) == body(f"/same/{PAGE}")[1]
    one, two = body(f"/fresh/{PAGE}")[1], body(f"/fresh/{PAGE}")[1]
    assert one != two and len(one) == len(two) == len(same)
    nonce = body(f"/nonce/{PAGE}")[1]
    places = pages.PLACE.encode()
    assert nonce.count(places) == same.count(places) - 1
    assert places not in one
    head, packed = body("/fresh/packed-64k.html", **{"Accept-Encoding": "gzip"})
    assert head["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == pages.page(64 << 10)
    assert packed != body("/fresh/packed-64k.html",
                          **{"Accept-Encoding": "gzip"})[1]
    assert peers.get(bench.origin.port, "/same/none")[0] == 404


def requests_are_counted(bench):
    load = Load(BUILD, bench.proxy.port, 4, f"/fresh/{PAGE}")
    said = load.run(40, bench.proxy.pids())
    assert said["answers"] == 40 and said["connects"] == 4
    assert said["cpu_us"] > 0 and said["bytes"] > 40 * (15 << 10)
    assert 0 < said["p50_us"] <= said["p90_us"] <= said["p99_us"]
    paced = load.do("pace 200 20")
    assert paced["answers"] == 20 and paced["connects"] == 0
    assert paced["seconds"] > 19 / 200
    assert load.do("run 12 2")["answers"] == 12
    load.close()
    load = Load(BUILD, bench.origin.port, 2, "/same/none")
    assert load.do("run 6")["failures"] == 6
    load.close()


def races_are_fair_and_ours_withholds(bench):
    loads = [Load(BUILD, port, 2, f"/fresh/{PAGE}")
             for port in (bench.origin.port, bench.proxy.port)]
    racers = [Racer("origin", bench.origin, loads[0]),
              Racer("consentd", bench.proxy, loads[1])]
    race(racers, 2, 2, 0.005)
    for load in loads:
        load.close()
    assert all(len(racer.rounds) == 2 for racer in racers)
    assert racers[1].ratio(racers[0]) > 1
    found = pages.look(pages.page(15 << 10),
                       peers.get(bench.proxy.port, f"/same/{PAGE}")[2])
    assert not any(found["left"].values()), found
    assert found["kept"] == found["lines"]


def curves_are_drawn(bench):
    path = os.path.join(bench.folder, "plot.svg")
    plot.write(path, "Cost & size", (("size", "bytes"), ("µs", "")),
               [("a <b>", [(1024, 3), (1 << 20, 300)]),
                ("c", [(1024, 3.1), (10 << 20, 290)])])
    root = xml.etree.ElementTree.parse(path).getroot()
    words = [each.text for each in root.iter() if each.tag.endswith("}text")]
    assert {"a <b>", "Cost & size", "1 KB", "10 MB", "1,000"} <= set(words)


def goals_are_judged(_):
    result = {"crowd": {"consentd": {"ratio": 1.2}},
              "choices": {"share": 0.9}}
    met = {row[0]: row[5] for row in goals.rows(result)}
    assert met["15 KB at 256 connections, to itself at 32"] == "**no**"
    assert met["durable choices, to those with fdatasync off"] == "yes"
    assert met["token check, warm, µs"] == "-"


def a_report_keeps_what_is_around_it(bench):
    path = os.path.join(bench.folder, "PERFORMANCE.md")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"# Title\n\n{report.BEGIN}\nsuperseded\n{report.END}\nend\n")
    result = {"date": "today", "machine": "m", "load": "0", "seconds": 1}
    for _ in range(2):
        report.write(bench.folder, result)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        assert text.startswith("# Title\n\n" + report.BEGIN)
        assert text.endswith(report.END + "\nend\n")
        assert "superseded" not in text and text.count(report.BEGIN) == 1


CASES = (pages_have_their_size, trackers_are_seen_and_lines_missed,
         origin_is_fresh_or_the_same, requests_are_counted,
         races_are_fair_and_ours_withholds, curves_are_drawn,
         goals_are_judged, a_report_keeps_what_is_around_it)


class Bench:
    """An origin with the smaller pages, and ours before it."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="bench-test-")
        pages.write(self.folder, {"15k": 15 << 10}, ())
        self.origin = peers.Origin(BUILD, self.folder)
        self.proxy = peers.Consentd(BUILD, self.origin)

    def stop(self):
        self.proxy.stop()
        self.origin.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    print(f"1..{len(CASES)}")
    bench, failed = Bench(), False
    try:
        for number, case in enumerate(CASES, 1):
            try:
                case(bench)
                print(f"ok {number} - {case.__name__}")
            except (AssertionError, RuntimeError) as error:
                failed = True
                print(f"not ok {number} - {case.__name__}: {error!r}")
    finally:
        bench.stop()
    return failed


if __name__ == "__main__":
    sys.exit(main())
