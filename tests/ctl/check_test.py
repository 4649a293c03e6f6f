#!/usr/bin/env python3
"""consentctl check, as an operator and as tools call it; TAP on stdout."""

import json
import os
import pty
import re
import subprocess
import tempfile

CTL = os.path.join(os.environ.get("BUILD", "build/release"), "consentctl")
DAEMON_PROGRAM = os.path.join(os.path.dirname(CTL), "consentd")

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


def run(*args, program=CTL, **more):
    done = subprocess.run([program, *args], text=True, capture_output=True,
                          timeout=60, check=False, **more)
    return done.returncode, done.stdout, done.stderr


def write(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    return path


def heads(text):
    """The first line of each finding: all that begin with a place."""
    return [line for line in text.splitlines()
            if re.match(r"\S+:\d+: (error|warning): ", line)]


def quiet_when_all_is_well(folder):
    for name in ("consentd.conf", "policy.conf"):
        path = os.path.join(folder, name)
        assert run("check", path) == (0, f"{path}: nothing is wrong\n", "")
        assert json.loads(run("check", "--json", path)[1]) == []


def bad(folder):
    daemon = write(folder, "bad/consentd.conf", DAEMON.replace(
        "listen", "workers = \"2\";\nlisen"))
    policy = write(folder, "bad/policy.conf",
                   POLICY.replace('"mine"', '"hotjr"').replace("_x*", "*"))
    return daemon, policy


def names_all_mistakes_of_a_run(folder):
    daemon, policy = bad(folder)
    rc, out, err = run("check", daemon)
    assert rc == 1, rc
    assert out == f"{daemon}: 5 errors, 0 warnings\n", out
    # each file in its order
    assert heads(err) == [
        f"{daemon}:2: error: workers must be a whole number from 0 to 64 "
        "[wrong-type]",
        f"{daemon}:3: error: unknown key `lisen`, did you mean `listen`? "
        "[unknown-key]",
        f'{policy}:3: error: no vendor is called "hotjr", did you mean '
        '"hotjar"? [unknown-vendor]',
        f"{policy}:5: error: this would be every cookie: set "
        "unknown_cookie instead [too-wide]"], err


def underlines_what_is_wrong(folder):
    daemon, policy = bad(folder)
    _, _, err = run("check", daemon)
    assert f"""{daemon}: error: listen is missing [missing-key]
{daemon}:2: error: workers must be a whole number from 0 to 64 [wrong-type]
     2 | workers = "2";
       |           ^~~
       = help: workers = 2;
""" in err, err
    assert """
     3 | lisen = "127.0.0.1:0";
       | ^~~~~
       = taken here: listen, upstream, site,""" in err, err
    assert """
       = help: listen = "127.0.0.1:0";
""" in err, err
    tabs = write(folder, "tabs.conf", POLICY.replace(
        'sensitive = "/account*";', '\tsensitive = ( "/ä*", "account" );'))
    _, _, err = run("check", tabs)
    assert err == f"""{tabs}:4: error: a path begins with "/" (or "*") \
[bad-value]
     4 |     sensitive = ( "/ä*", "account" );
       |                          ^~~~~~~~~
""", err


def all_that_is_taken_is_listed(folder):
    policy = write(folder, "listed.conf", POLICY.replace(
        '"mine"', '"qqqqqqqqqqqq"'))
    _, _, err = run("check", policy)
    title, blank = "       = taken here: ", "                     "
    lines = err.partition(title)[2].splitlines()
    listed = " ".join(line.strip() for line in lines)
    assert set(listed.split(", ")) == {
        name[:-5] for name in os.listdir("conf/vendors")
        if name.endswith(".conf")} | {"mine"}, err
    assert err.count(title) == 1
    assert all(line.startswith(blank) for line in lines[1:]), err
    assert all(len(line) < 80 for line in err.splitlines()[1:]), err


def colours_are_for_a_terminal(folder):
    _, policy = bad(folder)
    for more, want in (({}, True), ({"NO_COLOR": "1"}, False),
                       ({"TERM": "dumb"}, False)):
        ours, theirs = pty.openpty()
        env = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        with subprocess.Popen([CTL, "check", policy], stderr=theirs,
                              stdout=subprocess.DEVNULL,
                              env=env | {"TERM": "xterm"} | more) as process:
            os.close(theirs)
            text = b""
            try:
                while piece := os.read(ours, 65536):
                    text += piece
            except OSError:  # how a terminal ends
                pass
            process.wait(timeout=60)
        os.close(ours)
        assert b"error:" in text
        assert (b"\x1b[1;31merror:" in text) == want, (more, text)
        assert (b"\x1b" in text) == want, (more, text)


def json_has_places_and_ids(folder):
    daemon, policy = bad(folder)
    rc, out, err = run("check", "--json", daemon)
    rows = json.loads(out)
    assert rc == 1 and err == ""
    assert rows[0] == {"level": "error", "id": "missing-key", "file": daemon,
                       "text": "listen is missing"}, rows
    assert rows[1] == {
        "level": "error", "id": "wrong-type", "file": daemon, "line": 2,
        "column": 11, "length": 3, "fix": "2",
        "text": "workers must be a whole number from 0 to 64"}, rows
    row = [row for row in rows if row["id"] == "unknown-vendor"][0]
    assert row["text"] == 'no vendor is called "hotjr", did you mean "hotjar"?'
    assert row["file"] == policy and row["line"] == 3, row
    assert row["column"] == 23 and row["length"] == 7, row
    assert row["fix"] == '"hotjar"', row
    assert out == run("check", "--format", "json", daemon)[1]
    assert run("check", "--format", "text", daemon) == run("check", daemon)
    rc, _, err = run("check", "--format", "xml", daemon)
    assert rc == 2 and "text, json or sarif" in err, err


def want(value, kind, *path):
    """The value at a path of an object, which must be of that kind."""
    for key in path:
        assert key in value if isinstance(key, str) else key < len(value), path
        value = value[key]
    assert isinstance(value, kind), (path, value)
    return value


def check_region(region):
    for key in ("startLine", "startColumn", "endColumn"):
        assert key not in region or want(region, int, key) >= 1, region
    assert set(region) <= {"startLine", "startColumn", "endColumn"}, region
    assert "startColumn" not in region or \
        region["startColumn"] < region["endColumn"], region


def check_location(location):
    uri = want(location, str, "artifactLocation", "uri")
    # of RFC 3986, nothing that must be escaped
    assert re.fullmatch(r"(?:[A-Za-z0-9/\-._~:]|%[0-9A-F]{2})+", uri), uri
    if "region" in location:
        check_region(location["region"])


def sarif_is_of_its_standard(folder):
    """What SARIF 2.1.0 requires of the objects that we write."""
    daemon, policy = bad(folder)
    odd = write(folder, "o d%/ä.conf", POLICY.replace("_x*", "*").replace(
        "cookies = (", 'version_ = "äöü"; cookies = ('))
    for path in (daemon, policy, odd, os.path.join(folder, "policy.conf")):
        rc, out, err = run("check", "--format", "sarif", path)
        assert err == "", err
        log = json.loads(out)
        assert set(log) == {"$schema", "version", "runs"}
        assert log["version"] == "2.1.0"
        assert log["$schema"].endswith("/sarif-2.1.0.json")
        (one,) = log["runs"]
        assert one["columnKind"] == "unicodeCodePoints"
        driver = want(one, dict, "tool", "driver")
        assert want(driver, str, "name") and want(driver, str, "version")
        ids = [want(rule, str, "id") for rule in driver["rules"]]
        assert len(ids) == len(set(ids))
        for rule in driver["rules"]:
            assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule["id"]), rule
            assert want(rule, str, "shortDescription", "text").endswith(".")
        results = want(one, list, "results")
        assert bool(results) == (rc != 0)
        for result in results:
            assert ids[result["ruleIndex"]] == result["ruleId"], result
            assert result["level"] in ("error", "warning"), result
            assert want(result, str, "message", "text"), result
            for location in result["locations"]:
                check_location(want(location, dict, "physicalLocation"))
            for fix in result.get("fixes", []):
                assert want(fix, str, "description", "text")
                for change in fix["artifactChanges"]:
                    assert want(change, str, "artifactLocation", "uri")
                    for put in want(change, list, "replacements"):
                        check_region(want(put, dict, "deletedRegion"))
                        want(put, str, "insertedContent", "text")
    results = json.loads(run("check", "--format", "sarif", odd)[1])
    row = [row for row in results["runs"][0]["results"]
           if row["ruleId"] == "too-wide"][0]
    place = row["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("/o%20d%25/%C3%A4.conf")
    # characters, not bytes
    assert place["region"] == {"startLine": 5, "startColumn": 40,
                               "endColumn": 43}, place


def the_kinds_are_documented(folder):
    """Their ids are for other programs: the page has each, in its words."""
    with open("docs/POLICY.md", encoding="utf-8") as f:
        rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", f.read(), re.M)
    out = run("check", "--format", "sarif",
              os.path.join(folder, "policy.conf"))[1]
    rules = json.loads(out)["runs"][0]["tool"]["driver"]["rules"]
    for rule in rules:
        row = (rule["id"], rule["shortDescription"]["text"])
        assert row in rows, row
    ids = [row[0] for row in rows]
    first = ids.index("unreadable")
    assert ids[first:first + len(rules)] == [r["id"] for r in rules], ids


def names_the_first_syntax_error_of_each_file(folder):
    daemon = write(folder, "syntax/consentd.conf",
                   DAEMON + "workers = yes;\n")
    policy = write(folder, "syntax/policy.conf", "_a = 1;\n")
    rc, _, err = run("check", daemon)
    assert rc == 1
    assert err == f"""\
{daemon}:8: error: write true instead of yes [syntax]
     8 | workers = yes;
       |           ^~~
       = help: workers = true;
{policy}:1: error: a setting's name must begin with a letter [syntax]
     1 | _a = 1;
       | ^~
""", err


def fails_on_what_it_cannot_read(folder):
    rc, _, err = run("check", os.path.join(folder, "none.conf"))
    assert rc == 2 and "none.conf: error: cannot be read" in err
    assert run("check", folder)[0] == 2
    assert run("check", "--what")[0] == 2
    assert run("check", "a", "b")[0] == 2


def the_daemon_says_the_same(folder):
    daemon, _ = bad(folder)
    _, _, err = run("check", daemon)
    rc, out, told = run("-c", daemon, program=DAEMON_PROGRAM)
    assert rc == 2 and out == "", (rc, out)
    assert told.startswith(err), told


def main():
    tests = [quiet_when_all_is_well, names_all_mistakes_of_a_run,
             underlines_what_is_wrong, all_that_is_taken_is_listed,
             colours_are_for_a_terminal, json_has_places_and_ids,
             sarif_is_of_its_standard, the_kinds_are_documented,
             names_the_first_syntax_error_of_each_file,
             fails_on_what_it_cannot_read, the_daemon_says_the_same]
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
