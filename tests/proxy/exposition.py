"""Reads the text that Prometheus reads (exposition format 0.0.4), strictly."""

import math
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (\S+)$")
LABEL = re.compile(rf'({NAME})="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
TYPES = ("counter", "gauge", "histogram")
UNITS = ("_seconds", "_bytes", "_total", "_info")


class Malformed(Exception):
    """What a reader would refuse, or should."""


def labels_of(text):
    """The labels in braces, as a dictionary."""
    found, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        if not match or match.group(1) in found:
            raise Malformed(f"labels {text!r}")
        found[match.group(1)] = match.group(2)
        at = match.end()
    return found


def number_of(text):
    try:
        return math.inf if text == "+Inf" else float(text)
    except ValueError as error:
        raise Malformed(f"value {text!r}") from error


class Exposition:
    """All samples of a text: a dictionary of (name, labels) to value."""

    def __init__(self, text):
        self.samples, self.types, self.helps = {}, {}, {}
        self.closed, self.family = set(), None
        if not text.endswith("\n"):
            raise Malformed("the last line has no end")
        for line in text[:-1].split("\n"):
            self.take(line)
        for name, kind in self.types.items():
            if kind == "histogram":
                self.check_histogram(name)

    def take(self, line):
        if line.startswith("# HELP "):
            name, _, words = line[len("# HELP "):].partition(" ")
            if name in self.helps or not words:
                raise Malformed(line)
            self.begin(name)
            self.helps[name] = words
        elif line.startswith("# TYPE "):
            name, _, kind = line[len("# TYPE "):].partition(" ")
            if name in self.types or kind not in TYPES \
                    or name != self.family or name not in self.helps:
                raise Malformed(line)
            if kind == "counter" and not name.endswith("_total"):
                raise Malformed(f"{name} is a counter without _total")
            self.types[name] = kind
        else:
            self.take_sample(line)

    def begin(self, name):
        """A family's lines stand together."""
        if name in self.closed:
            raise Malformed(f"{name} comes twice")
        if self.family:
            self.closed.add(self.family)
        self.family = name

    def take_sample(self, line):
        match = SAMPLE.match(line)
        if not match:
            raise Malformed(f"line {line!r}")
        name, labels = match.group(1), labels_of(match.group(2) or "")
        base = name
        if self.types.get(self.family) == "histogram":
            base = re.sub(r"_(bucket|sum|count)$", "", name)
            if base == name:
                raise Malformed(line)
        if base != self.family or base not in self.types:
            raise Malformed(f"{name} has no TYPE before it")
        key = (name, tuple(sorted(labels.items())))
        if key in self.samples:
            raise Malformed(f"{line!r} comes twice")
        value = number_of(match.group(3))
        if value < 0:
            raise Malformed(f"{line!r} is negative")
        self.samples[key] = value

    def check_histogram(self, name):
        rows = {}
        for (sample, labels), value in self.samples.items():
            if sample != name + "_bucket":
                continue
            given = dict(labels)
            bound = number_of(given.pop("le"))
            rows.setdefault(tuple(sorted(given.items())), []).append(
                (bound, value))
        if not rows:
            raise Malformed(f"{name} has no buckets")
        for labels, buckets in rows.items():
            bounds = [bound for bound, _ in buckets]
            counts = [count for _, count in buckets]
            if bounds != sorted(set(bounds)) or bounds[-1] != math.inf \
                    or counts != sorted(counts):
                raise Malformed(f"{name} {labels}: {buckets}")
            if self.samples.get((name + "_count", labels)) != counts[-1] \
                    or (name + "_sum", labels) not in self.samples:
                raise Malformed(f"{name} {labels}: no _count or _sum")

    def value(self, name, **labels):
        return self.samples[(name, tuple(sorted(labels.items())))]
