#!/usr/bin/env python3
"""consentctl explain, as an operator calls it; TAP on stdout."""

import json
import os
import subprocess
import tempfile

CTL = os.path.join(os.environ.get("BUILD", "build/release"), "consentctl")

DAEMON = """
listen = "127.0.0.1:0";
upstream = "http://127.0.0.1:9000";
site = "https://library.example";
policy : {
@include "policy.conf"
};
"""

POLICY = """version = "1";
categories = ( { id = "essential"; required = true; }, { id = "analytics"; } );
vendors = ( "matomo", "mine" );
sensitive = "/account*";
cookies = ( { name = "_x*"; category = "analytics"; },
            { name = "s"; category = "essential"; ground = "requested";
              purpose = "Signs you in"; } );
resources = ( { path = "/collect*"; category = "analytics"; } );
"""

MINE = """name = "Mine"; provider = "Us"; category = "analytics";
purpose = "Counts";
hosts = "mine.example";
"""


def run(*args, text=None):
    done = subprocess.run([CTL, *args], input=text, text=True,
                          capture_output=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def explain_finds_the_rule(folder):
    daemon = os.path.join(folder, "consentd.conf")
    policy = os.path.join(folder, "policy.conf")
    vendor = os.path.join(folder, "vendors", "mine.conf")
    cases = [
        (["--cookie", "_x1"], 0, f'analytics: {policy}:5: cookie "_x*"'),
        (["--cookie", "other"], 1, "analytics: no rule names it"),
        (["--cookie", "s"], 0, f'essential: {policy}:6: cookie "s"; always'),
        (["--url", "/collect/1"], 0,
         f'analytics: {policy}:8: path "/collect*"'),
        (["--url", "https://library.example/collect"], 0, "analytics: "),
        (["--url", "https://else.example/collect"], 1, "none: "),
        (["--url", "/account/x"], 1, "none: no rule names it"),
        (["--url", "https://x.mine.example/"], 0,
         f'analytics: {vendor}:3: host "mine.example" of vendor "mine"'),
    ]
    for args, want, text in cases:
        rc, out, err = run("explain", "-c", daemon, *args)
        assert rc == want and out.startswith(text), (args, rc, out, err)
    boxed = write(folder, "boxed.conf", POLICY.replace(
        'path = "/collect*";', 'path = "/collect*"; action = "placeholder";'))
    rc, out, _ = run("explain", "-c", boxed, "--url", "/collect/1")
    assert rc == 0 and out.endswith('; action "placeholder"\n'), out
    rc, out, _ = run("explain", "-c", boxed, "--url", "/collect/1", "--json")
    assert json.loads(out)["action"] == "placeholder", out
    rc, out, _ = run("explain", "-c", policy, "--inline", "-", "--json",
                     text="var _paq = window._paq || [];")
    row = json.loads(out)
    assert rc == 0 and row["vendor"] == "matomo", row
    assert row["category"] == "analytics" and row["decided_by"] == "rule"


def explain_says_which_rules_lost_and_why(folder):
    path = write(folder, "lost.conf", POLICY.replace(
        '{ name = "s"', '{ name = "_pk*"; category = "analytics"; },'
        '{ name = "_pk_uid"; category = "analytics"; }, { name = "s"'))
    rc, out, _ = run("explain", "-c", path, "--cookie", "_pk_uid")
    lines = out.splitlines()
    assert rc == 0 and lines[0] == f'analytics: {path}:6: cookie "_pk_uid"'
    assert lines[1] == "these fit, too, and yield to it:", out
    assert lines[2].endswith('cookie "_pk_uid" of vendor "matomo"'), out
    assert lines[3] == ("      a vendor's; the policy's own for the same goes "
                        "before it"), out
    assert lines[4:] == [f'  analytics: {path}:6: cookie "_pk*"',
                         "      a glob; the other one is equal"], out
    out = run("explain", "-c", path, "--cookie", "_pk_uid", "--json")[1]
    row = json.loads(out)
    assert row["answer"] == "withheld", row
    assert [(o["name"], o.get("vendor"), o["line"]) for o in row["others"]
            ] == [("_pk_uid", "matomo", row["others"][0]["line"]),
                  ("_pk*", None, 6)], row
    posted = write(folder, "posted.conf", POLICY.replace(
        "( { path", '( { path = "/collect*"; method = "POST"; '
        'category = "essential"; }, { path'))
    rc, out, _ = run("explain", "-c", posted, "--url", "/collect", "--method",
                     "POST")
    assert rc == 0 and out.startswith("essential: "), out
    assert "names no method; the other one names this" in out, out
    out = run("explain", "-c", posted, "--url", "/collect")[1]
    assert out.startswith("analytics: ") and "yield" not in out, out
    assert run("explain", "-c", path, "--cookie", "x", "--method", "GET"
               )[0] == 2


def explain_asks_one_thing(folder):
    daemon = os.path.join(folder, "consentd.conf")
    assert run("explain", "-c", daemon)[0] == 2
    assert run("explain", "-c", daemon, "--cookie", "a", "--url", "b")[0] == 2
    assert run("explain", "-c", daemon, "--url", "https://")[0] == 2
    assert run("explain", "-c", daemon, "--inline", "/none")[0] == 2
    assert run("explain", "-c", "/none", "--cookie", "a")[0] == 2


def version_and_help_answer(_):
    assert run()[0] == 2
    assert run("no-such-command")[0] == 2
    rc, out, err = run("--version")
    assert rc == 0 and out.startswith("consentctl ") and err == ""
    rc, out, _ = run("--help")
    assert rc == 0 and "check" in out and "explain" in out
    for name in ("check", "explain", "reload", "status"):
        for flag in ("--help", "-h"):
            rc, out, err = run(name, flag)
            assert rc == 0 and err == "", (name, flag, rc, err)
            assert out.startswith(f"usage: consentctl {name} "), out


def main():
    tests = [explain_finds_the_rule, explain_says_which_rules_lost_and_why,
             explain_asks_one_thing,
             version_and_help_answer]
    failed = 0
    print(f"1..{len(tests)}")
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "consentd.conf", DAEMON)
        write(folder, "policy.conf", POLICY)
        write(folder, "vendors/mine.conf", MINE)
        for number, test in enumerate(tests, 1):
            try:
                test(folder)
                print(f"ok {number} - {test.__name__}")
            except AssertionError as e:
                failed += 1
                print(f"not ok {number} - {test.__name__}\n# {e}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
