#!/usr/bin/env python3
"""Each vendor's file has a page and tests that meet each of its rules, no two
claim the same, a policy of all has nothing wrong, and docs/VENDORS.md lists
them (UPDATE_DOCS=1 writes it). Whether the tests pass: tests/ctl/vendors."""

import glob
import os
import re
import subprocess
import tempfile

CTL = os.path.join(os.environ.get("BUILD", "build/release"), "consentctl")
FOLDER = "conf/vendors"
PAGE = "docs/VENDORS.md"
REAL = 40  # at least so many besides the demonstration's
TOKEN = re.compile(r'\s+|#[^\n]*|("(?:[^"\\]|\\.)*")|([A-Za-z_]\w*|\d+)'
                   r"|([={}()\[\];:,])")
RULES = ("hosts", "paths", "inline", "cookies", "storage")


def tokens(text):
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        assert found, text[at:at + 40]
        at = found.end()
        if found.lastindex:
            yield found.group(found.lastindex)
    yield None


def parse(text):
    """As much of libconfig as these files are written in."""
    stream = tokens(text)
    ahead = next(stream)

    def take():
        nonlocal ahead
        now, ahead = ahead, next(stream)
        return now

    def members(end):
        group = {}
        while ahead != end:
            key = take()
            assert take() in ("=", ":"), key
            assert key not in group, key
            group[key] = value()
            while ahead in (";", ","):
                take()
        return group

    def value():
        token = take()
        if token == "{":
            group = members("}")
            take()
            return group
        if token in ("(", "["):
            items = []
            while ahead not in (")", "]"):
                items.append(value())
                if ahead == ",":
                    take()
            take()
            return items
        if not token.startswith('"'):
            return int(token) if token.isdigit() else token == "true"
        text = re.sub(r"\\(.)", r"\1", token[1:-1])
        while ahead and ahead.startswith('"'):  # strings side by side are one
            text += re.sub(r"\\(.)", r"\1", take()[1:-1])
        return text

    return members(None)


def load(path):
    with open(path, encoding="utf-8") as f:
        return parse(f.read())


def names_of(vendor, key):
    return [item["name"] if isinstance(item, dict) else item
            for item in vendor.get(key, [])]


def facts(vendor):
    """What a vendor's file lacks of what visitors are told."""
    for key in ("name", "provider", "purpose", "category", "privacy_url"):
        if not vendor.get(key):
            yield f"no {key}"
    if not vendor["privacy_url"].startswith("https://"):
        yield "privacy_url is not https"
    if vendor["category"] not in ("analytics", "marketing"):
        yield f"category {vendor['category']}"
    for cookie in vendor.get("cookies", []):
        if not cookie.get("purpose") or not cookie.get("lifetime"):
            yield f"{cookie['name']} has no purpose or no lifetime"


def rules_met(tests, kind):
    return {test["expect"].get("rule") for test in tests
            if kind in test and isinstance(test["expect"], dict)}


def unmet(vendor, tests):
    """Rules that no test meets, by the kind of a test."""
    for key, kind in ("hosts", "url"), ("paths", "url"), ("cookies", "cookie"):
        for rule in names_of(vendor, key):
            if rule not in rules_met(tests, kind):
                yield f"no test has {kind} with rule {rule}"
    scripts = [test["inline"] for test in tests if "inline" in test
               and test["expect"] == vendor["category"]]
    for marker in vendor.get("inline", []):
        if not any(marker in script for script in scripts):
            yield f"no test has inline {marker}"
    for kind in "url", "cookie":
        if kind == "cookie" and "cookies" not in vendor:
            continue
        if not any(kind in test and "consent" not in test and test["expect"] in
                   ("pass", {"rule": "none"}) for test in tests):
            yield f"no test lets a {kind} pass that is not the vendor's"


def page_faults(name, vendor, tests, html):
    pages = [test for test in tests if test.get("page") == f"{name}.html"
             and "consent" not in test]
    if not pages:
        yield "no test has the page without consent"
        return
    expect = pages[0]["expect"]
    absent, present = expect["absent"], expect["present"]
    if not expect.get("clean"):
        yield "the page need not be clean"
    for text in names_of(vendor, "inline") + vendor.get("hosts", []):
        text = text.partition("*")[0].rstrip("/")
        if text in html and \
                not any(gone in text or text in gone for gone in absent):
            yield f"{text} may stay in the page"
    for text in absent:
        if text not in html and text.strip("/") not in html:
            yield f"{text} never was in the page"
    stubs = vendor.get("stubs")
    if stubs and f'data-consent-stubs="{" ".join(stubs)}"' not in present:
        yield f"no test has the stand-in of {' '.join(stubs)}"
    if "<h1>Opening hours</h1>" not in present or not expect["removed"]:
        yield "the test of the page says too little"


def vendor_faults(name, vendor):
    base = f"{FOLDER}/examples/{name}"
    yield from facts(vendor)
    if not os.path.exists(f"{base}.conf") or \
            not os.path.exists(f"{base}.html"):
        yield "no examples, or no page"
        return
    examples = load(f"{base}.conf")
    if examples.get("vendor") != name:
        yield "its tests are of another vendor"
    yield from unmet(vendor, examples["tests"])
    with open(f"{base}.html", encoding="utf-8") as f:
        yield from page_faults(name, vendor, examples["tests"], f.read())


def twice(vendors):
    seen = {}
    for name, vendor in vendors.items():
        for key in RULES:
            for rule in names_of(vendor, key):
                kind = "url" if key in ("hosts", "paths") else key
                other = seen.setdefault((kind, rule), name)
                if other != name:
                    yield f"{other} and {name} both have {rule}"


def check_all(vendors):
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as f:
        f.write('version = "1"; unknown_cookie = "unknown";\ncategories = (\n'
                '{ id = "essential"; required = true; }, { id = "unknown"; },\n'
                '{ id = "analytics"; }, { id = "marketing"; } );\nvendors = ( '
                + ", ".join(f'"{name}"' for name in vendors) + " );\n")
        f.flush()
        done = subprocess.run([CTL, "check", f.name], text=True, timeout=60,
                              capture_output=True, check=False)
    if done.returncode != 0 or "nothing is wrong" not in done.stdout:
        yield from (done.stdout + done.stderr).splitlines()


def rows(vendors):
    yield "| file | vendor | who receives the data | what it does |"
    yield "| --- | --- | --- | --- |"
    for name, v in sorted(vendors, key=lambda item: item[1]["name"].lower()):
        yield (f"| `{name}` | [{v['name']}]({v['privacy_url']}) "
               f"| {v['provider']} | {v['purpose']} |")


def listing(vendors):
    real = {name: v for name, v in vendors.items()
            if not name.startswith("demo-")}
    kinds = {"Analytics": "analytics", "Marketing": "marketing"}
    total = {key: sum(len(v.get(key, [])) for v in real.values())
             for key in RULES}
    yield "# Vendors that come with consentd"
    yield ""
    yield ("Made from conf/vendors by `make docs`. A line such as "
           "`vendors = ( \"matomo\" )` in the")
    yield ("policy takes one of them in; [A vendor's file](POLICY.md"
           "#a-vendors-file) says what stands in it.")
    yield (f"{len(real)} vendors name {total['hosts']} hosts, "
           f"{total['paths']} paths of a site, {total['inline']} texts of "
           f"inline scripts,")
    yield (f"{total['cookies']} cookies with purpose and lifetime, and "
           f"{total['storage']} keys of web storage.")
    yield ""
    yield ("The facts follow the vendors' public documentation. Vendors "
           "change, and many let a site set lifetimes and")
    yield ("names: `consentctl inventory` tells what of a site's own traffic "
           "no rule names. A file holds back what")
    yield ("measures, and lets pass what shares a host with it: forms, maps, "
           "logins, embedded posts. Each has tests")
    yield ("for both and a page with its embed in conf/vendors/examples.")
    yield ""
    yield ("A site without a category `marketing` names its own: "
           "`{ name = \"meta-pixel\"; category = \"analytics\"; }`.")
    for title, category in kinds.items():
        some = [item for item in real.items()
                if item[1]["category"] == category]
        yield ""
        yield f"## {title}"
        yield ""
        yield from rows(some)
    yield ""
    yield "## Invented, of `consentd --demo`"
    yield ""
    yield ", ".join(f"`{name}`" for name in sorted(vendors)
                    if name.startswith("demo-"))


def listing_faults(vendors):
    text = "\n".join(listing(vendors)) + "\n"
    if os.environ.get("UPDATE_DOCS"):
        with open(PAGE, "w", encoding="utf-8") as f:
            f.write(text)
    with open(PAGE, encoding="utf-8") as f:
        if f.read() != text:
            yield f"{PAGE} is not what the files say: make docs"


def main():
    vendors = {os.path.basename(path)[:-len(".conf")]: load(path)
               for path in sorted(glob.glob(f"{FOLDER}/*.conf"))}
    strays = {os.path.basename(path).partition(".")[0]
              for path in glob.glob(f"{FOLDER}/examples/*")} - set(vendors)
    real = [name for name in vendors if not name.startswith("demo-")]
    checks = {name: vendor_faults(name, vendor)
              for name, vendor in vendors.items()}
    checks["no_pattern_is_claimed_twice"] = twice(vendors)
    checks["all_at_once_have_nothing_wrong"] = check_all(vendors)
    checks["the_list_is_that_of_the_files"] = listing_faults(vendors)
    checks["examples_have_a_vendor"] = sorted(strays)
    checks["at_least_forty"] = [] if len(real) >= REAL else [len(real)]
    print(f"1..{len(checks)}")
    for number, (name, faults) in enumerate(checks.items(), 1):
        faults = list(faults)
        for fault in faults:
            print(f"# {name}: {fault}")
        print(f"{'not ok' if faults else 'ok'} {number} - {name}")


if __name__ == "__main__":
    main()
