#!/usr/bin/env python3
"""consentctl test: policy tests as somebody who maintains a site runs them.
Writes TAP; BUILD names the folder of the programs."""

import json
import os
import subprocess
import tempfile
import traceback

CTL = os.path.join(os.environ.get("BUILD", "build/release"), "consentctl")

POLICY = """version = "1";
categories = ( { id = "essential"; required = true; }, { id = "analytics"; },
               { id = "media"; mode = "report"; } );
vendors = ( "matomo" );
sensitive = "/account*";
cookies = ( { name = "s"; category = "essential"; ground = "requested";
              purpose = "Signs you in"; } );
resources = ( { host = "tracker.example"; category = "analytics"; },
              { host = "video.example"; category = "media"; },
              { path = "/collect*"; method = "POST"; category = "analytics"; }
            );
"""

PAGE = """<title>x</title><script src="https://tracker.example/a.js"></script>
<img src="//tracker.example/p" alt="kept"><img src="//else.example/p" alt="">
"""

GOOD = """tests = (
  { cookie = "_pk_id.1"; expect = "analytics"; },
  { cookie = "_pk_id.1"; expect = "withheld"; },
  { cookie = "_pk_id.1"; consent = [ "analytics", "media" ]; expect = "pass"; },
  { cookie = "_pk_id.1"; consent = "all"; at = "/account/x";
    expect = "withheld"; },
  { cookie = "s"; expect = { answer = "pass"; category = "essential";
    rule = "s"; }; },
  { cookie = "other"; expect = { category = "analytics"; rule = "none"; }; },
  { url = "https://a.video.example/x"; expect = "reported"; },
  { url = "https://tracker.example/"; expect = { rule = "tracker.example"; }; },
  { url = "/collect/1"; expect = "pass"; },
  { url = "/collect/1"; method = "POST"; expect = "withheld"; },
  { url = "/matomo.js"; expect = { vendor = "matomo"; }; },
  { inline = "_paq" "." "push([1])"; expect = "analytics"; },
  { inline = "x = '_pa' + 'q.push(['"; expect = "analytics"; },
  { inline = "alert(1)"; expect = "pass"; },
  { page = "page.html"; expect = { absent = "tracker.example";
    present = [ "else.example", "<title>" ]; removed = 2;
    counts = ( { rule = "tracker.example"; n = 2; },
               { rule = "none"; n = 0; } ); }; },
  { page = "page.html"; consent = "analytics"; expect = { removed = 0; }; }
);
"""

# each with what is told of it: expected, got, and what stands behind because
BAD = [
    ('cookie = "_pk_id.1"; expect = "media";', "media", "analytics",
     'cookie "_pk_id*" of vendor "matomo"'),
    ('cookie = "_pk_id.1"; expect = "pass";', "pass", "withheld",
     'cookie "_pk_id*" of vendor "matomo"'),
    ('url = "https://else.example/"; expect = "analytics";', "analytics",
     "no category: it passes for everyone", None),
    ('cookie = "s"; expect = { rule = "t"; };', 'rule "t"', 'cookie "s"',
     'cookie "s"'),
    ('url = "/x"; expect = { rule = "/x"; };', 'rule "/x"', "no rule", None),
    ('cookie = "s"; expect = { vendor = "matomo"; };', 'vendor "matomo"',
     "a rule of no vendor", 'cookie "s"'),
    ('page = "page.html"; expect = "clean";',
     "no third party that no rule names", "else.example", None),
    ('page = "page.html"; consent = "all"; expect = "clean";',
     "no third party that no rule names",
     "nothing is judged for who agreed to everything", None),
    ('page = "page.html"; expect = { absent = "<title>"; };',
     '"<title>" gone', "still in the page", None),
    ('page = "page.html"; expect = { present = "/a.js"; };',
     '"/a.js" in the page', "gone", None),
    ('page = "page.html"; expect = { removed = 3; };', "3 removed",
     "2 removed", None),
    ('page = "page.html"; expect = { counts = ( { rule = "tracker.example"; '
     'n = 1; } ); };', '1 by rule "tracker.example"', "2",
     'host "tracker.example"'),
    ('page = "torn.xhtml"; expect = { removed = 0; };',
     "a page that can be read",
     "one that is cut: markup that cannot be placed", None),
]

# what is no test at all, and what is said of it
WRONG = [
    ('test = ( );', "unknown key `test`"),
    ('tests = ( );', "there is no list tests"),
    ('tests = ( 1 );', "tests has groups"),
    ('tests = ( { expect = "pass"; } );', "one of cookie, url, inline"),
    ('tests = ( { cookie = "a"; url = "b"; expect = "pass"; } );',
     "one of cookie, url, inline"),
    ('tests = ( { cookie = "a"; } );', "no expect"),
    ('tests = ( { cookie = 1; expect = "pass"; } );', "a string in quotes"),
    ('tests = ( { cookie = "a"; expect = "analytic"; } );',
     'did you mean "analytics"?'),
    ('tests = ( { cookie = "a"; expect = { answer = "passes"; }; } );',
     'did you mean "pass"?'),
    ('tests = ( { cookie = "a"; expect = { categroy = "media"; }; } );',
     "unknown key `categroy`"),
    ('tests = ( { cookie = "a"; consent = "analytcs"; expect = "pass"; } );',
     'did you mean "analytics"?'),
    ('tests = ( { cookie = "a"; method = "GET"; expect = "pass"; } );',
     "method goes with url alone"),
    ('tests = ( { cookie = "a"; gpc = 1; expect = "pass"; } );',
     "gpc must be true or false"),
    ('tests = ( { page = "page.html"; expect = "pass"; } );',
     'of a page expect "clean"'),
    ('tests = ( { page = "page.html"; expect = { counts = "a"; }; } );',
     "counts has groups"),
    ('tests = ( { page = "page.html"; expect = { removed = -1; }; } );',
     "a whole number"),
    ('tests = ( { page = "page.html"; expect = { clean = 1; }; } );',
     "clean must be true or false"),
    ('tests = ( { page = "none.html"; expect = "clean"; } );',
     "its page cannot be read"),
    # neither waited for nor read without an end
    ('tests = ( { page = "pipe"; expect = "clean"; }, '
     '{ page = "/dev/zero"; expect = "clean"; } );',
     '"pipe": its page cannot be read'),
    ('tests = ( { url = "https://"; expect = "pass"; } );',
     "no browser would load this"),
    ('vendor = "matmo"; tests = ( { cookie = "a"; expect = "pass"; } );',
     'did you mean "matomo"?'),
    ('vendor = 1; tests = ( { cookie = "a"; expect = "pass"; } );',
     "vendor must be the name"),
    ('tests = ( { cookie = "a" expect; } );', "syntax error"),
]


class Folder:
    """A policy with a page and a file of tests."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.policy = self.write("policy.conf", POLICY)
        self.write("tests/page.html", PAGE)
        self.write("tests/torn.xhtml", "<a><b></a>")
        os.mkfifo(os.path.join(self.folder.name, "tests/pipe"))

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run(self, *args):
        done = subprocess.run([CTL, "test", "-c", self.policy, *args],
                              text=True, capture_output=True, timeout=60,
                              check=False)
        return done.returncode, done.stdout, done.stderr

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()


def tests_that_hold_pass():
    with Folder() as f:
        path = f.write("tests/good.conf", GOOD)
        want = (0, "16 passed, 0 failed in 1 file\n", "")
        assert f.run() == want, f.run()
        assert f.run(path) == want
        assert f.run(os.path.dirname(path)) == want
        rc, out, _ = f.run("--json")
        row = json.loads(out)
        assert rc == 0 and (row["passed"], row["failed"]) == (16, 0)
        assert [t["line"] for t in row["tests"]][:3] == [2, 3, 4]
        assert all(t["passed"] and not t["faults"] for t in row["tests"])


def tests_that_do_not_hold_are_shown():
    with Folder() as f:
        path = f.write("tests/bad.conf", "tests = (\n" + ",\n".join(
            f"{{ {test} }}" for test, *_ in BAD) + "\n);\n")
        rc, out, err = f.run()
        assert (rc, err) == (1, ""), (rc, err)
        assert out.endswith(f"\n0 passed, {len(BAD)} failed in 1 file\n"), out
        blocks = out.split(f"{path}:")[1:]
        assert len(blocks) == len(BAD), out
        rows = json.loads(f.run("--json")[1])["tests"]
        for number, (_, expected, got, because) in enumerate(BAD):
            block = blocks[number]
            assert block.startswith(f"{number + 2}: FAILED "), block
            assert f"    expected  {expected}\n" in block, block
            assert f"    got       {got}\n" in block, block
            assert ("because" in block) == (because is not None), block
            fault = rows[number]["faults"][0]
            assert (fault["expected"], fault["got"]) == (expected, got), fault
            if because:
                assert block.splitlines()[3].endswith(f": {because}"), block
                assert because.startswith(fault["rule"]), fault


def what_is_no_test_is_told_with_its_line():
    with Folder() as f:
        for text, said in WRONG:
            path = f.write("tests/wrong.conf", "\n" + text + "\n")
            rc, _, err = f.run()
            assert rc == 2, (text, rc)
            assert said in err, (text, err)
            assert f"{path}:" in err, (text, err)
        for args in (["/none"], [f.folder.name + "/none.conf"], ["--what"]):
            assert f.run(*args)[0] == 2, args
        # one broken file keeps no other from being run
        f.write("tests/good.conf", GOOD)
        rc, out, _ = f.run()
        assert rc == 2 and out == "16 passed, 0 failed in 2 files\n", out


def a_vendor_is_tested_as_its_file_stands_there():
    with Folder() as f:
        f.write("vendors/mine.conf", 'name = "Mine"; provider = "Us";\n'
                'category = "media"; purpose = "Counts";\n'
                'hosts = "mine.example";\n')
        f.write("vendors/examples/mine.conf", 'vendor = "mine";\ntests = (\n'
                '{ url = "https://a.mine.example/"; expect = "media"; },\n'
                '{ cookie = "any"; expect = "unknown"; },\n'
                '{ url = "https://site.example/x"; expect = "pass"; } );\n')
        done = subprocess.run(
            [CTL, "test", "-c", "/none", f"{f.folder.name}/vendors/examples"],
            text=True, capture_output=True, timeout=60, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (
            0, "3 passed, 0 failed in 1 file\n", ""), done


def main():
    tests = [tests_that_hold_pass, tests_that_do_not_hold_are_shown,
             what_is_no_test_is_told_with_its_line,
             a_vendor_is_tested_as_its_file_stands_there]
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {test.__name__}")
        except Exception:  # pylint: disable=broad-except
            for line in traceback.format_exc().splitlines():
                print("#", line)
            print(f"not ok {number} - {test.__name__}")


if __name__ == "__main__":
    main()
