"""Puts a run into docs/PERFORMANCE.md, between two marks."""

import os

import goals
import part_pages

BEGIN = "<!-- the last run, written by make bench: begins -->"
END = "<!-- the last run: ends -->"
CURVES = {"page": "by the size of the page", "rules": "by the rules",
          "connections": "by the open connections", "log": "by the log"}


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join(["---"] + ["---:"] * (len(head) - 1)) + " |"
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"
    yield ""


def names(found):
    """All proxies, in the order of the first page that each is on."""
    seen = []
    for rows in found.values():
        seen += [name for name in rows if name not in seen]
    return seen


def cell(rows, name, key, form):
    return form.format(rows[name][key]) if name in rows else ""


def costs(found):
    yield from table(
        ["CPU µs a request", *found, "trackers left of the 64 KB page"],
        [[name, *(cell(rows, name, "cpu_us", "{:,.1f}")
                  for rows in found.values()),
          part_pages.left_of(found["64 KB page"][name])
          if name in found.get("64 KB page", {}) else ""]
         for name in names(found)])


def rates(found):
    for page in ("15 KB page", "64 KB page"):
        if page in found:
            yield from table(
                [f"{page}, 32 connections", "req/s", "p50 µs", "p90 µs",
                 "p99 µs"],
                [[name, *(f"{row[key]:,.0f}" for key in
                          ("rps", "p50_us", "p90_us", "p99_us"))]
                 for name, row in found[page].items()])


def crowd(found):
    yield from table(
        ["CPU µs, 15 KB page", "32 connections", "256", "ratio"],
        [[name, row["few"]["cpu_us"], row["many"]["cpu_us"], row["ratio"]]
         for name, row in found.items()])


def memory(found):
    yield from table(
        ["memory (PSS, KB)", "all processes", "the worker",
         "each of 1,000 idle", "each of 10,000 idle", "slow reader of 10 MB"],
        [[name, f"{row['base_kb']:,}", f"{row.get('worker_kb', ''):,}"
          if "worker_kb" in row else "", row["idle_1000_kb"],
          row["idle_10000_kb"], row["slow_kb"]]
         for name, row in found.items()])


def tls(found):
    yield from table(
        ["CPU µs a request over TLS", "nginx", "consentd", "ratio"],
        [[name, row["nginx_us"], row["consentd_us"], f"{row['ratio']:.2f}"]
         for name, row in found.items()])


def latency(found):
    yield from table(
        ["15 KB page at half of the capacity", "req/s", "p99 µs",
         "best round"],
        [[name, f"{row['rate']:,}", f"{row['p99_us']:,}",
          f"{row['best_us']:,}"] for name, row in found.items()])


def micro(found):
    yield from table(
        ["a step alone", ""],
        [[name, f"{row['value']:,.0f} {row['unit']}"]
         for name, row in found.items()])


def choices(found):
    yield from table(
        ["choices a second, 64 clients", ""],
        [["durable before they are acknowledged", f"{found['durable']:,}"],
         ["with fdatasync switched off", f"{found['without_sync']:,}"],
         ["single lines, each synced", f"{found['single_lines']:,}"]])


def curves(found):
    for name in found:
        yield f"![What it costs {CURVES[name]}](images/performance-{name}.svg)"
        yield ""


def lines(result):
    yield BEGIN
    yield ""
    yield (f"On {result['date']}, {result['machine']}; load before the run "
           f"{result['load']}; {result['seconds']} seconds.")
    yield ""
    yield from table(["work", "goal, first sight", "", "goal, seen before",
                      "", "met"], goals.rows(result))
    parts = [("pages", costs), ("pages", rates), ("crowd", crowd),
             ("latency", latency),
             ("tls", tls), ("memory", memory), ("choices", choices),
             ("micro", micro), ("curves", curves)]
    for key, part in parts:
        if result.get(key):
            yield from part(result[key])
    yield END


def show(result):
    print("\ngoals")
    for row in goals.rows(result):
        work, first, value, second, memo, met = row
        if met != "-":
            print(f"  {work:54}{first:>8} {value:>8} {second:>8} {memo:>8}  "
                  f"{met.strip('*')}")


def write(folder, result):
    path = os.path.join(folder, "PERFORMANCE.md")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    if not rest:
        before, after = text + "\n", "\n"
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + "\n".join(lines(result)) + after)
