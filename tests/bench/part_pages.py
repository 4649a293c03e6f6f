"""What a request costs, page by page, beside other proxies."""

import gzip

import pages
from measure import Load, Racer, race
from peers import get

CONNECTIONS, CROWD = 32, 256
ROUNDS, ROUND_SECONDS = 9, 0.12
GZIP = "Accept-Encoding: gzip"
MEMO = "consentd, seen before"
NONCE = "consentd, other nonce"     # one in the head, new each time
FIRST = "consentd"

# name, file, fields of the request
PAGES = [
    ("1 KB page", "page-1k.html", ()),
    ("15 KB page", "page-15k.html", ()),
    ("64 KB page", "page-64k.html", ()),
    ("1 MB page", "page-1m.html", ()),
    ("64 KB page, gzip", "packed-64k.html", (GZIP,)),
    ("64 KB page, consent", "page-64k.html", ("consent",)),
    ("100 KB image", "image-100k.jpg", ()),
    ("10 MB download", "download-10m.bin", ()),
]


class Contest:
    """The proxies of one page, with a load on each."""

    def __init__(self, bench, row, connections=CONNECTIONS):
        self.name, self.file, fields = row
        self.bench, self.connections = bench, connections
        self.fields = [field for field in fields if field != "consent"]
        self.consent = "consent" in fields
        self.is_page = self.file.endswith(".html")
        self.racers = []

    def proxies(self):
        """Rows of name, proxy, way the origin answers."""
        b = self.bench
        way = "fresh" if self.is_page else "same"
        if self.fields:
            rewriting = [b.proxy("nginx sub_filter gzip")]
        else:
            rewriting = [b.proxy("nginx sub_filter")]
        rows = [(b.proxy("nginx"), way), (b.proxy("haproxy"), way)]
        if self.is_page and not self.consent:
            rows += [(each, way) for each in rewriting]
            rows += [(b.proxy("privoxy"), way)]
        rows = [(each.name, each, mode) for each, mode in rows]
        ours = b.proxy("consentd")
        rows.append((FIRST, ours, way))
        if b.has_memo and self.is_page:
            rows.append((MEMO, ours, "same"))
        if b.has_memo and self.name == "64 KB page":
            rows.append((NONCE, ours, "nonce"))
        return rows

    def fields_for(self, proxy):
        fields = list(self.fields)
        if self.consent and proxy.name == FIRST:
            fields.append("Cookie: " + self.bench.cookie())
        return fields

    def check(self):
        """What each proxy makes of the page, before anything is timed."""
        found = {}
        for name, proxy, mode in self.proxies():
            fields = dict(field.split(": ", 1)
                          for field in self.fields_for(proxy))
            path = f"/{mode}/{self.file}"
            status, head, body = get(proxy.port, path, fields)
            if status != 200:
                raise RuntimeError(f"{name}: {path}: status {status}")
            is_packed = head.get("Content-Encoding") == "gzip"
            row = {"packed": is_packed, "wire_bytes": len(body)}
            body = gzip.decompress(body) if is_packed else body
            sent = self.bench.file(self.file)
            if self.is_page:
                row |= pages.look(sent, body)
                self.judge(name, row)
            elif body != sent:
                raise RuntimeError(f"{name}: {path}: other bytes")
            found[name] = row
        return found

    def judge(self, name, row):
        """Ours withholds all and keeps the rest, or nothing is timed."""
        if row["kept"] != row["lines"]:
            raise RuntimeError(f"{name}: {self.name}: lines are missing: "
                               f"{row['lines'] - row['kept']}")
        left = sum(row["left"].values())
        if name.startswith("consentd"):
            wanted = sum(row["planted"].values()) if self.consent else 0
            if left != wanted:
                raise RuntimeError(f"{name}: {self.name}: {row['left']}")
            if self.fields and not row["packed"]:
                raise RuntimeError(f"{name}: {self.name}: not compressed")

    def run(self):
        build = self.bench.build
        left = self.check()
        for name, proxy, mode in self.proxies():
            load = Load(build, proxy.port, self.connections,
                        f"/{mode}/{self.file}", self.fields_for(proxy))
            self.racers.append(Racer(name, proxy, load))
        try:
            race(self.racers, self.connections, self.bench.rounds(ROUNDS),
                 ROUND_SECONDS)
        finally:
            for racer in self.racers:
                racer.load.close()
        plain = self.racers[0]
        rows = {}
        for racer in self.racers:
            rows[racer.name] = racer.summary() | {
                "to": {other.name: round(racer.ratio(other), 3)
                       for other in self.racers},
                "left": left[racer.name].get("left"),
                "bytes": left[racer.name]["wire_bytes"]}
        assert plain.name == "nginx"
        return rows


def left_of(row):
    if row["left"] is None:
        return "-"
    kinds = [f"{count} {kind}" for kind, count in row["left"].items() if count]
    return ", ".join(kinds) or "none"


def show(name, rows):
    print(f"\n{name}")
    print(f"  {'':24}{'CPU us':>9} {'to nginx':>9} {'req/s':>8} {'p50 us':>8} "
          f"{'p90 us':>8} {'p99 us':>8}  trackers left")
    for label, row in rows.items():
        print(f"  {label:24}{row['cpu_us']:9.1f} {row['to']['nginx']:9.2f} "
              f"{row['rps']:8.0f} {row['p50_us']:8.0f} {row['p90_us']:8.0f} "
              f"{row['p99_us']:8.0f}  {left_of(row)}", flush=True)


def crowd(bench):
    """15 KB at 256 connections beside the same at 32, each against itself."""
    row = PAGES[1]
    found = {}
    for proxy in (bench.proxy("nginx"), bench.proxy("consentd")):
        loads = [Load(bench.build, proxy.port, n, f"/fresh/{row[1]}")
                 for n in (CONNECTIONS, CROWD)]
        racers = [Racer(str(n), proxy, load)
                  for n, load in zip((CONNECTIONS, CROWD), loads)]
        try:
            for racer, n in zip(racers, (CONNECTIONS, CROWD)):
                racer.warm(n, ROUND_SECONDS)
            for number in range(bench.rounds(ROUNDS)):
                for racer in racers[::1 if number % 2 else -1]:
                    racer.round()
        finally:
            for load in loads:
                load.close()
        found[proxy.name] = {
            "few": racers[0].summary(), "many": racers[1].summary(),
            "ratio": round(racers[1].ratio(racers[0]), 3)}
    print(f"\n15 KB page, {CROWD} connections to {CONNECTIONS}")
    for name, each in found.items():
        print(f"  {name:24}{each['many']['cpu_us']:9.1f} "
              f"{each['few']['cpu_us']:9.1f} {each['ratio']:8.2f}")
    return found


def run(bench):
    found = {}
    for row in PAGES:
        if not bench.wants(row[0]):
            continue
        found[row[0]] = Contest(bench, row).run()
        show(row[0], found[row[0]])
    result = {"pages": found}
    if bench.wants("crowd"):
        result["crowd"] = crowd(bench)
    return result
