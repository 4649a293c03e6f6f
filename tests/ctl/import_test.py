#!/usr/bin/env python3
"""consentctl import: what it writes is a policy; TAP on stdout.

EASYPRIVACY and COOKIE_DATABASE name real lists, which are not ours to keep
here: where they are set, these are imported, too."""

import json
import os
import re
import subprocess
import sys
import tempfile

CTL = os.path.join(os.environ.get("BUILD", "build/release"), "consentctl")
REASONS = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                       "../../src/lists/skips.c")

POLICY = """version = "1";
categories = ( { id = "essential"; required = true; }, { id = "analytics"; },
               { id = "marketing"; } );
resources = ( { host = "own.example"; category = "analytics"; },
@include "hosts.conf"
);
cookies = ( { name = "session"; category = "essential"; ground = "requested";
              purpose = "Signs you in"; },
@include "cookies.conf"
);
"""

FILTERS = """[Adblock Plus 2.0]
! Title: Ours
! Licence: https://lists.example/terms
||tracker.example^$third-party
||cdn.example/t.js$script
||cdn.example/p$image
@@||tracker.example/ok.js
-track-
||a.example^$domain=site.example
"""

COOKIES = """Platform,Category,Cookie / Data Key name,Description,Retention period,Wildcard match
Acme,Analytics,_acme_,"Tells ""visitors"" apart",2 years,1
Acme,Functional,_pref,Holds a choice,1 year,0
Acme,Analytics,session,Tells visits apart,session,0
"""

# One entry for each reason to leave one out, in the lists where it occurs.
LEFT_OUT = {
    "adblock": {
        "cosmetic": "a.example##.ad", "regex": "/b[0-9]/",
        "no-host": "-track-", "anchor": "|https://a.example/",
        "host-open": "||a.example", "host-wildcard": "||*.a.example^",
        "host": "||a..example^", "too-wide": "||co.uk^",
        "port": "||a.example:81^", "separator": "||a.example/b^c",
        "type": "||a.example/b$script",
        "domain": "||a.example^$domain=b.example",
        "first-party": "||a.example^$first-party",
        "option": "||a.example^$popup", "conditional": "!#include x.txt",
        "exception": "@@||a.example/b", "encoding": "||a.example/\xff",
        "too-long": "||a.example/" + "x" * 400,
        "duplicate": "||tracker.example^$third-party"},
    "adblock --site www.site.example --exceptions essential": {
        "other-site": "||a.example^$domain=b.example",
        "own-site": "||site.example^",
        "exception-wide": "@@||tracker.example^"},
    "cookie-database -c known.conf --category Functional=marketing": {
        "category": "Eve,Odd,eve_id,d,1 day,0",
        "doubtful": "Acme,Functional,_acme_pref,d,1 day,0",
        "ambiguous": "Bea,Marketing,tok,d,1 day,0",
        "short": "Cat,Marketing,C,d,1 day,0",
        "name": "Cat,Marketing,x y,d,1 day,0",
        "known": "Cat,Analytics,_known,d,1 day,0",
        "essential": "Cat,Analytics,session,d,1 day,0",
        "columns": "Cat,Marketing,short", "duplicate": "Acme,Analytics,_acme,d,1 day,0",
        "encoding": "Cat,Marketing,cat_\xff,d,1 day,0",
        "too-long": "Cat,Marketing," + "x" * 400 + ",d,1 day,0"},
    "cookie-database": {
        "third-party": "Cat,Marketing,uid,cat.example (3rd party),d,1 day,0"},
    "adblock --any-type": {"full": "||last.example^"}}
TAKEN = {
    "adblock": "||tracker.example^\n",
    "cookie-database -c known.conf --category Functional=marketing": COOKIES.splitlines()[0] +
    "\nAcme,Analytics,_acme,d,1 day,0\nCat,Analytics,tok,d,1 day,0\n",
    "cookie-database": "Platform,Category,Cookie / Data Key name,Domain,"
    "Description,Retention period,Wildcard match\n",
    "adblock --any-type": "".join(f"||h{i}.example^\n" for i in range(80000))}

cases = []


def case(function):
    cases.append(function)
    return function


def run(*args, text=None):
    done = subprocess.run([CTL, *args], input=text, text=True,
                          capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def write(name, text):
    with open(name, "w", encoding="utf-8") as out:
        out.write(text)


@case
def lists_become_a_policy():
    code, out, _ = run("import", "-o", "hosts.conf", "adblock", "list.txt")
    assert code == 0 and "6 entries: 2 taken, as 2 rules; 4 left out" in out
    assert "line 8: -track-" in out
    code, out, _ = run("import", "-o", "cookies.conf", "cookie-database", "c.csv")
    assert code == 0 and "3 entries: 2 taken" in out
    code, _, err = run("check", "policy.conf")
    assert code == 2 or code == 1
    assert "cookies.conf" in err and "session" in err   # ours is essential


@case
def what_the_policy_has_is_left_out():
    write("cookies.conf", "")
    write("alone.conf", POLICY.replace(",\n@include \"cookies.conf\"", ""))
    code, out, _ = run("import", "--json", "-c", "alone.conf", "-o",
                       "cookies.conf", "cookie-database", "c.csv")
    told = json.loads(out)
    assert code == 0 and told["taken"] == 1 and told["left_out"] == 2
    reasons = {row["reason"]: row for row in told["reasons"]}
    assert reasons["essential"]["examples"][0]["text"] == "session"
    assert reasons["category"]["n"] == 1
    code, out, err = run("check", "policy.conf")
    assert code == 0, err


@case
def explain_finds_file_and_line():
    for args, where in ((["--url", "https://x.tracker.example/"], "hosts.conf:10:"),
                        (["--url", "https://cdn.example/t.js?1"], "hosts.conf:11:"),
                        (["--cookie", "_acme_7"], "cookies.conf:8:")):
        code, out, err = run("explain", "-c", "policy.conf", *args)
        assert where in out, (where, out, err)


@case
def choices_are_the_operators():
    code, out, _ = run("import", "--exceptions", "essential", "--any-type",
                       "--site", "www.site.example", "--category", "marketing",
                       "adblock", "-", text=FILTERS)
    assert code == 0
    assert '{ category = "marketing";' in out and "terms:   https://lists" in out
    assert '"a.example"' in out and '"cdn.example/p*"' in out
    assert out.rstrip().endswith('"tracker.example/ok.js*" ]; }')
    code, out, _ = run("import", "--category", "Functional=marketing",
                       "cookie-database", "-", text=COOKIES)
    assert "_pref" not in out                            # its platform tracks


@case
def bad_calls_are_told():
    for args, said in ((["adblock"], "usage"), (["hosts", "list.txt"], "is no format"),
                       (["adblock", "none.txt"], "No such file"),
                       (["cookie-database", "list.txt"], "name the columns"),
                       (["--json", "adblock", "list.txt"], "need -o"),
                       (["-c", "alone.conf", "--category", "x", "adblock", "list.txt"],
                        "no such category"),
                       (["-c", "alone.conf", "--category", "essential", "adblock",
                         "list.txt"], "is required"),
                       (["-c", "alone.conf", "--exceptions", "marketing", "adblock",
                         "list.txt"], "no required category"),
                       (["-o", "none/x", "adblock", "list.txt"], "none/x")):
        code, _, err = run("import", *args)
        assert code == 2 and said in err, (args, code, err)
    code, out, err = run("import", "adblock", "-", text="-track-\n")
    assert code == 1 and out == "" and "1 left out" in err


def left_out(kind):
    """The first example of each reason in such a list."""
    name, *options = kind.split()
    rows = TAKEN.get(kind, TAKEN["adblock"]) + "\n".join(LEFT_OUT[kind].values())
    with open("left.txt", "w", encoding="latin-1") as out:
        out.write(rows + "\n")
    code, out, err = run("import", "--json", "-o", "out.conf", *options, name,
                         "left.txt")
    assert code in (0, 1), err
    return {row["reason"]: row["examples"][0]["text"]
            for row in json.loads(out)["reasons"]}


@case
def each_reason_has_an_entry():
    """The table of reasons in the source is the list of what has to occur."""
    write("known.conf", POLICY.replace('@include "cookies.conf"',
                                       '{ name = "_known"; category = "analytics"; }')
          .replace(',\n@include "hosts.conf"', ""))
    seen = set()
    for kind, wanted in LEFT_OUT.items():
        found = left_out(kind)
        assert set(found) == set(wanted), (kind, set(found) ^ set(wanted))
        for reason, row in wanted.items():
            shown = found[reason]
            assert kind.startswith("cookie") or row[:40].startswith(
                shown[:12]), (reason, row, shown)
        seen |= set(wanted)
    with open(REASONS, encoding="utf-8") as file:
        known = set(re.findall(r'^    \[SKIP_\w+\] = \{"([\w-]+)"', file.read(),
                               re.MULTILINE))
    assert len(known) > 30 and known == seen, known ^ seen


def real(variable, kind, least):
    path = os.environ.get(variable)
    if not path:
        return None
    code, out, _ = run("import", "--json", "-o", "real.conf", kind, path)
    told = json.loads(out)
    assert code == 0 and told["rules"] >= least, told
    where = "resources" if kind == "adblock" else "cookies"
    write("real-policy.conf", POLICY.split("resources =")[0] + where +
          ' = ( @include "real.conf" );\n')
    code, _, err = run("check", "real-policy.conf")
    assert code == 0, err
    return told["rules"]


@case
def real_lists_load():
    real("EASYPRIVACY", "adblock", 100)
    real("COOKIE_DATABASE", "cookie-database", 100)


def main():
    global CTL
    CTL = os.path.abspath(CTL)
    failed = 0
    print(f"1..{len(cases)}")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write("list.txt", FILTERS)
        write("c.csv", COOKIES)
        write("policy.conf", POLICY)
        for i, function in enumerate(cases, 1):
            try:
                function()
                print(f"ok {i} - {function.__name__}")
            except (AssertionError, ValueError, subprocess.TimeoutExpired) as e:
                failed += 1
                print(f"not ok {i} - {function.__name__}: {e}")
        os.chdir("/")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
