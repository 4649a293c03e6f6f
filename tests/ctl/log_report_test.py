#!/usr/bin/env python3
"""consentctl log report: one page, whole, for itself, and safe; TAP."""

import html.parser
import json
import os
import re
import shutil
import tempfile

import tlog
import tree
from log_test import SUBJECT, run, sha256
from log_tools_test import RULES, at, choice, embed, head

# what a text of a log could try in a page
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&amp;]]>"
POLICIES = [
    {"categories": [{"id": "essential", "required": True},
                    {"id": "analytics", "required": False},
                    {"id": "marketing", "required": False}],
     "rules": [{"category": "analytics", "host": "a.example"}],
     "version": "one"},
    {"categories": [{"id": "essential", "required": True},
                    {"id": "analytics", "required": False},
                    {"id": "marketing", "required": False}],
     "rules": [{"category": "analytics", "host": "b.example"}],
     "version": EVIL},
]
NOTICES = [
    {"lang": "en", "texts": {"notice_title": "Cookies", "accept": "Yes",
                             "reject": "No", "choose": "Some",
                             "notice_text": "We ask."}},
    {"lang": "en", "texts": {"notice_title": EVIL, "accept": EVIL,
                             "reject": EVIL, "choose": EVIL, EVIL: EVIL,
                             "notice_text": EVIL}},
    {"lang": EVIL, "texts": {"notice_title": "x"}},
]
VOID = {"meta", "img", "br", "link", "hr", "input"}
ALLOWED = set("html head meta title style body header main section nav footer "
              "h1 h2 h3 h4 p ul ol li dl div dt dd table caption thead tbody "
              "tr th td a code pre time em strong small b bdi span del ins svg "
              "rect path text".split())


class Page(html.parser.HTMLParser):
    """What a page consists of; fails where it is not well-formed."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.words = [], [], []
        self.feed(text)
        self.close()
        assert self.open == [], self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        assert len(attrs) == len(dict(attrs)), "an attribute twice"
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            assert tag in ("rect", "path"), (tag, self.open)

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    def text(self):
        return " ".join("".join(self.words).split())

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def dumps(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def entries():
    policies = [sha256(dumps(p)) for p in POLICIES]
    notices = [sha256(dumps(n)) for n in NOTICES]
    all_of = [{**head(0, "start"), "what": EVIL, "why": EVIL},
              {**head(1, "key"), "kid": "k<b>1", "alg": "Ed<i>", "what": EVIL,
               "why": EVIL},
              {**head(2, "policy", 1), "hash": policies[0]}]
    all_of += [{**head(3 + i, "notice", 1), "hash": h}
               for i, h in enumerate(notices)]
    made = [at(choice(6, "accept", ["analytics", "marketing"], SUBJECT), 2),
            at(choice(7, "reject", []), 3), embed(8),
            at(choice(9, "choose", ["analytics"], SUBJECT), 9)]
    for entry, policy in zip(made, (0, 0, 0, 1)):
        entry["policy"], entry["notice"] = policies[policy], notices[0]
    all_of += made[:3]
    made[3]["seq"], made[3]["id"] = 12, f"{12:021d}A"
    all_of += [
        {**head(9, "policy", 5), "hash": policies[1]},
        {**head(10, "enforcement", 8), "since": "2026-11-08T09:00:00.000Z",
         "until": "2026-11-08T10:00:00.000Z", "screened": 1234, "removed":
         RULES + [{**RULES[0], "rule": EVIL}], "confirmed": 3,
         "unconfirmed": 1},
        {**head(11, "incident", 8), "what": EVIL,
         "since": "2026-11-09T09:00:00.000Z", "count": 5}, made[3]]
    all_of[8]["time"] = "2026-11-05T10:00:00.000Z"
    return all_of


def make_log(folder, name=tree.ORIGIN):
    log = f"{folder}/log"
    for kind in ("entries", "policies", "notices"):
        os.makedirs(f"{log}/{kind}")
    for kind, texts in (("policies", POLICIES), ("notices", NOTICES)):
        for text in map(dumps, texts):
            with open(f"{log}/{kind}/{sha256(text)}.json", "w",
                      encoding="utf-8") as f:
                f.write(text)
    lines = [dumps(entry) for entry in entries()]
    with open(f"{log}/entries/000000000000.jsonl", "w",
              encoding="utf-8") as f:
        f.writelines(line + "\n" for line in lines)
    return log, tree.publish(log, lines, f"{folder}/key", name)


def report(folder, log, *args, code=0):
    path = f"{folder}/report.html"
    rc, out, err = run("report", "-o", path, *args, log)
    assert rc == code and out == "", (rc, out, err)
    with open(path, encoding="utf-8") as f:
        return f.read()


def the_page_stands_for_itself(folder):
    log, key = make_log(folder)
    text = report(folder, log, "--key", key)
    page = Page(text)
    assert text.startswith("<!DOCTYPE html>\n<html lang=\"en\">")
    assert {"http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; style-src 'unsafe-inline'; "
                       "img-src data:"} in page.all("meta")
    assert {tag for tag, _ in page.tags} <= ALLOWED
    for tag, attrs in page.tags:
        assert not [name for name in attrs if name.startswith("on")], attrs
        assert "src" not in attrs and "style" not in attrs, attrs
        assert attrs.get("href", "#")[0] == "#", attrs
    style = text[text.index("<style>"):text.index("</style>")]
    assert "url(" not in style and "@import" not in style
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["href"][1:] for attrs in page.all("a")} <= set(ids)
    assert len(page.all("h1")) == 1
    assert len(page.all("table")) == len(page.all("caption")) > 10
    assert all("scope" in attrs for attrs in page.all("th"))
    assert all(attrs.get("aria-label") or attrs.get("aria-hidden")
               for attrs in page.all("svg"))


def no_text_of_the_log_is_markup(folder):
    log, key = make_log(folder, "<script>alert(3)</script>/one")
    os.rename(log, f"{folder}/<b onclick=x>")
    text = report(folder, f"{folder}/<b onclick=x>", "--key", key,
                  "--title", EVIL)
    page = Page(text)
    assert {tag for tag, _ in page.tags} <= ALLOWED
    assert "<script" not in text and "<img" not in text
    assert "<b onclick" not in text
    assert page.text().count(EVIL) > 12, "it is told, as text"
    assert "<script>alert(3)</script>/one" in page.text()
    assert not [attrs for attrs in page.all("div")
                if attrs.get("lang") not in (None, "en")]


def figures_are_those_of_the_log(folder):
    log, _ = make_log(folder)
    text = Page(report(folder, log)).text()
    for wanted in ("Choices 4", "Accepted all 33.3 % 1", "Shown once 1",
                   "Incidents 1", "Responses screened 1,234",
                   "Cookies expired and gone 3",
                   "host a.example analytics 40 0 0 40",
                   "accept 1 25.0 %", "13, number 0 to 12",
                   "+added: rules: category analytics; host b.example",
                   "−removed: version: one"):
        squeezed = wanted.replace(" ", "")
        assert squeezed in text.replace(" ", "").replace("\u00a0", ""), wanted


def the_verdict_says_what_was_checked(folder):
    log, key = make_log(folder)
    signed = Page(report(folder, log, "--key", key)).text()
    assert "The log holds, and its checkpoint is signed by the key" in signed
    assert key in signed and "inner consistency only" not in signed
    inner = Page(report(folder, log)).text()
    assert "The log holds together; no signature was checked" in inner
    assert "inner consistency only" in inner
    assert "is signed by the key" not in inner
    other = tlog.write_vkey(b"x" * 32, tree.ORIGIN)
    unsigned = f"{folder}/unsigned"
    shutil.copytree(log, unsigned)
    shutil.rmtree(f"{unsigned}/tile")
    os.remove(f"{unsigned}/checkpoint")
    none = Page(report(folder, unsigned, "--key", key, code=1)).text()
    assert "The log does not hold" in none and "checkpoint" in none
    rc, _, err = run("report", "-o", f"{folder}/x.html", "--key", other, log)
    assert rc == 1 and "does not hold" in err, (rc, err)
    rc, _, err = run("report", "-o", f"{folder}/y.html", "--key",
                     f"{folder}/none", log)
    assert rc == 2 and not os.path.exists(f"{folder}/y.html"), (rc, err)


def what_is_wrong_comes_first(folder):
    log, key = make_log(folder)
    path = f"{log}/entries/000000000000.jsonl"
    with open(path, encoding="utf-8") as f:
        text = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace('"lang":"en"', '"lang":"de"', 1))
    page = Page(report(folder, log, "--key", key, code=1)).text()
    assert "The log does not hold" in page
    assert "The first thing that is wrong: entry 6" in page, page[:900]
    assert "The log holds" not in page
    # a line that cannot be read ends what is told, not the page
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace('"type":"incident"', '"type":"nothing"', 1))
    page = Page(report(folder, log, code=1)).text()
    assert "The log does not hold" in page
    assert "an unknown type of entry" in page and "Choices3" in page, page


def texts_that_do_not_fit_are_not_told(folder):
    log, _ = make_log(folder)
    path = f"{log}/policies/{sha256(dumps(POLICIES[1]))}.json"
    with open(path, "w", encoding="utf-8") as f:
        f.write(dumps({"version": "forged"}))
    page = Page(report(folder, log, code=1)).text()
    assert "its text has another hash than the log tells" in page
    assert "forged" not in page
    os.remove(path)
    page = Page(report(folder, log, code=1)).text()
    assert "its text is not in the log's directory" in page


def times_narrow_what_is_told(folder):
    log, _ = make_log(folder)
    text = Page(report(folder, log, "--since", "2026-11-04", "--until",
                       "2026-11-09")).text().replace(" ", "")
    assert "Choices2" in text and "Incidents0" in text, text
    assert "from2026-11-0400:00:00tobefore2026-11-0900:00:00" in text
    # what was in force then is told although it began before
    assert sha256(dumps(POLICIES[0])) in text
    assert "Ed<i>" in text


def nothing_is_written_but_the_page(folder):
    log, _ = make_log(folder)

    def state():
        return sorted((path, name, os.stat(f"{path}/{name}").st_mtime_ns)
                      for path, _, names in os.walk(log) for name in names)
    before = state()
    report(folder, log)
    assert state() == before
    rc, out, err = run("report", "-o", "-", log)
    assert rc == 0 and out.endswith("</html>\n") and err == ""
    for args in ((), ("-o", f"{folder}/no/such.html"),
                 ("-o", f"{folder}/x.html", "--subject", SUBJECT)):
        rc, out, err = run("report", *args, log)
        assert rc == 2 and out == "" and err != "", (args, rc)
    rc, _, _ = run("report", "-o", f"{folder}/x.html", f"{folder}/nothing")
    assert rc == 2 and not os.path.exists(f"{folder}/x.html")


def an_empty_log_has_a_page_too(folder):
    os.makedirs(f"{folder}/log/entries")
    page = Page(report(folder, f"{folder}/log")).text()
    assert re.search("No choice in that time", page), page
    assert "The log tells of no key." in page


CASES = [the_page_stands_for_itself, no_text_of_the_log_is_markup,
         figures_are_those_of_the_log, the_verdict_says_what_was_checked,
         what_is_wrong_comes_first, texts_that_do_not_fit_are_not_told,
         times_narrow_what_is_told, nothing_is_written_but_the_page,
         an_empty_log_has_a_page_too]


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
