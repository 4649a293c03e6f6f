#!/usr/bin/env python3
"""Every attribute that HTML, SVG and MathML give a URL, a style or code
(carriers.txt) is judged, and shown in a browser or by a case, or stands among
those that no browser fetches; and no row of consent/page_table is missing in
that list.

    BUILD   the folder of the programs (build/release)
"""

import html
import os
import re
import subprocess
import sys

import enforcement_test
import proof

LIST = "tests/docs/carriers.txt"
TABLE = "src/consent/page_table.c"
PAGES = "tests/browser/enforcement/pages"
NEVER = f"{PAGES}/never-fetched.html"
FILTER = os.path.join(os.environ.get("BUILD", "build/release"),
                      "tests", "page-filter")
POLICY = "tests/differential/policy.conf"
TRACKER = "//planted.example/x"
INNOCENT = "//innocent.example/x"
CODE = ("plantedTracker()", "somethingElse()")
SECTIONS = 5
LEAST = 150     # carriers

# what stands for a URL in a value of each kind
VALUES = {"url": "%s", "urls": "/own %s", "srcset": "/own 1x, %s 2x",
          "style": "a: b; mask: url(%s)", "document": "<img src='%s'>",
          "refresh": "0; url=%s", "link": "%s", "action": "%s", "none": "%s"}


class Carrier:
    """A line of the list."""

    def __init__(self, line):
        cells = [cell.strip() for cell in line.split(" | ")]
        self.line = line
        self.element, self.attribute, self.kind, self.proof = cells
        self.front, _, self.extra = self.element.partition(" ")
        self.space, _, self.name = self.front.rpartition(":")

    def tag(self, value):
        """The start tag with a value."""
        name = "p" if self.name == "*" else self.name
        extra = f" {self.extra}" if self.extra else ""
        front = f"<{self.space}>" if self.space else ""
        return f'{front}<{name}{extra} {self.attribute}="{html.escape(value)}">'

    def markup(self, url, code):
        """A tag that carries a URL, or code, as its kind says."""
        if self.kind == "code":
            return self.tag(code)
        return self.tag(VALUES[self.kind] % url)


def carriers():
    """All lines, and how many sections they stand in."""
    lines = proof.read(LIST).splitlines()
    rows = [Carrier(line) for line in lines
            if line and not line.startswith("#")]
    return rows, sum(line.startswith("## ") for line in lines)


class Filter:
    """The pages of libconsent for a visitor who granted nothing."""

    def __init__(self):
        self.child = subprocess.Popen([FILTER, POLICY],
                                      stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE)

    def run(self, text):
        """What becomes of a page."""
        page = text.encode()
        self.child.stdin.write(f"{len(page)} 0 none\n".encode() + page)
        self.child.stdin.flush()
        length = int(self.child.stdout.readline().split()[0])
        return self.child.stdout.read(length).decode()

    def close(self):
        self.child.stdin.close()
        return self.child.wait()


def misjudged(rows):
    """Carriers that the rewriter leaves where it should not, or takes."""
    pages = Filter()
    wrong = []
    for row in (row for row in rows if row.kind != "base"):
        planted = row.markup(TRACKER, CODE[0])
        innocent = row.markup(INNOCENT, CODE[1])
        followed = row.kind in ("link", "action", "none")
        if (pages.run(planted) == planted) != followed:
            wrong.append(f"{row.line}: a tracker {'goes' if followed else 'stays'}")
        if pages.run(innocent) != innocent:
            wrong.append(f"{row.line}: what is innocent goes")
        script = row.tag(f"javascript:{CODE[0]}")
        if row.kind in ("link", "action") and pages.run(script) == script:
            wrong.append(f"{row.line}: code stays")
    if pages.close() != 0:
        wrong.append("page-filter did not end cleanly")
    return wrong


def holds(text, row):
    """Whether a page has the attribute in a tag of the element."""
    name = r"\w[\w-]*" if row.name == "*" else re.escape(row.name)
    return any(re.search(rf"[\s/{{]{re.escape(row.attribute)}(=|\}}\}})", tag,
                         re.IGNORECASE)
               for tag in re.findall(rf"<{name}\b[^<]*", text, re.IGNORECASE))


def unshown(rows):
    """Carriers whose page or case is not there or is about something else."""
    names = enforcement_test.known()
    wrong = []
    for row in (row for row in rows if row.kind != "none"):
        if row.proof not in names:
            wrong.append(f"{row.line}: there is no {row.proof}")
        elif row.proof.startswith("page/"):
            page = f"{PAGES}/{row.proof.removeprefix('page/')}.html"
            if not holds(proof.read(page), row):
                wrong.append(f"{row.line}: {page} is about something else")
    return wrong


def unreasoned(rows):
    """Those that nothing fetches, without a reason or a place in the page."""
    page = proof.read(NEVER)
    return [row.line for row in rows if row.kind == "none" and
            (not row.proof or "/" in row.proof or not holds(page, row))]


def table():
    """The table of the source: (space, element, attribute) of each row."""
    text = proof.read(TABLE)
    lists = {name: re.findall(r'(?:ROW|EMBED)\("([^"]+)"', body)
             for name, body in re.findall(
                 r"page_attribute (\w+)\[\] = \{(.*?)\};", text, re.DOTALL)}
    rows = set()
    for space, name in (("", "elements"), ("svg", "svg_elements")):
        body = re.search(rf" {name}\[\] = \{{(.*?)\}};", text, re.DOTALL)[1]
        for element, used in re.findall(
                r'ELEMENT\("(\w+)", \w+, (\w+),', body):
            rows |= {(space, element, attribute) for attribute in lists[used]}
    rows |= {("svg", "", attribute)
             for attribute in lists["svg_any"] + lists["paints"]}
    rows |= {("math", "", attribute) for attribute in lists["math_any"]}
    rels = re.search(r"fetching_rels\[\] = \{(.*?)\};", text, re.DOTALL)[1]
    return rows, set(re.findall(r'"([^"]+)"', rels))


def unlisted(rows):
    """Rows of the table that the list does not have."""
    judged = [row for row in rows if row.kind != "none"]
    listed = {(row.space, row.name, row.attribute) for row in judged}
    anywhere = {(row.space, "", row.attribute) for row in judged}
    kinds = {row.extra.split()[0].removeprefix("rel=")
             for row in judged if row.front == "link"}
    found, rels = table()
    parked = {"nitro-href"}     # of loaders: page/parked-scripts
    return ([f"{row} is not in {LIST}"
             for row in sorted(found - listed - anywhere)
             if row[2] not in parked]
            + [f"link rel={rel} is not in {LIST}"
               for rel in sorted(rels - kinds)])


def main():
    if not os.path.exists(FILTER):
        print(f"1..0 # SKIP no {FILTER}")
        return 0
    rows, sections = carriers()
    found, rels = table()
    few = [] if len(rows) >= LEAST and sections == SECTIONS else ["too few"]
    twice = sorted({row.line for row in rows if sum(
        (other.element, other.attribute) == (row.element, row.attribute)
        for other in rows) > 1})
    return proof.report([
        ("there are carriers of each standard", few),
        ("none stands there twice", twice),
        ("the table of the source was read", [] if len(found) > 60
         and len(rels) > 15 else ["too few rows"]),
        ("each is judged as the list says", misjudged(rows)),
        ("each that fetches is shown", unshown(rows)),
        ("each that does not says why, and is in a page", unreasoned(rows)),
        ("the table has none beside", unlisted(rows))])


if __name__ == "__main__":
    sys.exit(main())
