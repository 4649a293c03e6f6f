"""What a run is held against: ratios within the run, and plain figures."""

from part_pages import FIRST, MEMO

AT_MOST, AT_LEAST = "≤", "≥"


class Goal:
    """limits and find are of the first sight and of a page seen before."""

    def __init__(self, work, limits, find, way=AT_MOST, unit=""):
        self.work, self.limits, self.find = work, limits, find
        self.way, self.unit = way, unit

    def values(self, result):
        """Both figures; None for what was not measured."""
        found = []
        for turn in (0, 1):
            try:
                found.append(self.find(result, turn))
            except KeyError:
                found.append(None)
        return found

    def is_met(self, result):
        """None where nothing was measured."""
        verdicts = [value <= limit if self.way == AT_MOST else value >= limit
                    for value, limit in zip(self.values(result), self.limits)
                    if value is not None and limit is not None]
        return all(verdicts) if verdicts else None


def ratio(page, other):
    """Of the processor's time, in the same rounds."""
    def find(result, turn):
        return result["pages"][page][(FIRST, MEMO)[turn]]["to"][other]
    return find


def once(*keys, scale=1):
    """A figure that has no second sight."""
    def find(result, turn):
        if turn:
            raise KeyError(keys)
        for key in keys:
            result = result[key]
        return result * scale
    return find


def tls(words):
    """The worst of the TLS rows that have the words."""
    def find(result, turn):
        if turn:
            raise KeyError(words)
        return max(row["ratio"] for name, row in result["tls"].items()
                   if words in name)
    return find


def late(result, turn):
    rows = result["latency"]
    return rows[(FIRST, MEMO)[turn]]["p99_us"] / rows["nginx"]["p99_us"]


SUB, PACKED = "nginx sub_filter", "nginx sub_filter gzip"

GOALS = [
    Goal("15 KB rewritten, to nginx plain", (2.0, 1.15),
         ratio("15 KB page", "nginx")),
    Goal("64 KB rewritten, to nginx with sub_filter", (0.45, 0.25),
         ratio("64 KB page", SUB)),
    Goal("1 MB rewritten, to nginx with sub_filter", (0.35, 0.15),
         ratio("1 MB page", SUB)),
    Goal("64 KB, gzip on both sides, to nginx with sub_filter", (0.8, 0.04),
         ratio("64 KB page, gzip", SUB)),
    Goal("100 KB image, to nginx plain", (1.0, None),
         once("pages", "100 KB image", FIRST, "to", "nginx")),
    Goal("64 KB page with consent to all, to nginx plain", (1.0, None),
         once("pages", "64 KB page, consent", FIRST, "to", "nginx")),
    Goal("10 MB download, to haproxy", (1.0, None),
         once("pages", "10 MB download", FIRST, "to", "haproxy")),
    Goal("15 KB at 256 connections, to itself at 32", (1.1, None),
         once("crowd", "consentd", "ratio")),
    Goal("rewriter alone, 1 MB page, MB/s", (1000, None),
         once("micro", "rewriter, 1 MB page in pieces", "value"), AT_LEAST),
    Goal("rewriter alone, 15 KB page, MB/s", (800, None),
         once("micro", "rewriter, 15 KB page in pieces", "value"), AT_LEAST),
    Goal("token check, cold, µs", (10, None),
         once("micro", "token check, cold", "value", scale=1e-3)),
    Goal("token check, warm, µs", (0.5, None),
         once("micro", "token check, warm", "value", scale=1e-3)),
    Goal("idle connection of 10,000, KB", (1.1, None),
         once("memory", "consentd", "idle_10000_kb")),
    Goal("a worker at rest, MB", (8, None),
         once("memory", "consentd", "worker_kb", scale=1 / 1024)),
    Goal("slow reader of 10 MB, KB", (64, None),
         once("memory", "consentd", "slow_kb")),
    Goal("durable choices, to those with fdatasync off", (0.85, None),
         once("choices", "share"), AT_LEAST),
    Goal("HTTP/1.1 over TLS, page with consent, to nginx", (1.2, None),
         tls("HTTP/1.1 over TLS, 64k with consent")),
    Goal("HTTP/2 over TLS, page with consent, to nginx", (1.2, None),
         tls("HTTP/2 over TLS, 64k with consent")),
    Goal("HTTP/1.1 over TLS, 100 KB image, to nginx", (1.2, None),
         tls("HTTP/1.1 over TLS, 100k image")),
    Goal("HTTP/2 over TLS, 100 KB image, to nginx", (1.2, None),
         tls("HTTP/2 over TLS, 100k image")),
    Goal("p99 at half of the capacity, 15 KB, to nginx's", (1.0, 1.0), late),
]


def told(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def rows(result):
    """Work, goals, both figures, and a word whether they are met."""
    for goal in GOALS:
        values = goal.values(result)
        met = goal.is_met(result)
        limits = [f"{goal.way} {limit:,g}" if limit is not None else ""
                  for limit in goal.limits]
        yield (goal.work, limits[0], told(values[0]), limits[1],
               told(values[1]) if goal.limits[1] is not None else "",
               {True: "yes", False: "**no**", None: "-"}[met])
