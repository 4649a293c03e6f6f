#!/usr/bin/env python3
"""What comes from outside and is printed on a terminal: colours are all that
acts there. Writes TAP; BUILD names the folder of the programs."""

import json
import os
import pty
import re
import subprocess
import tempfile
import traceback

CTL = os.path.join(os.environ.get("BUILD", "build/release"), "consentctl")

HEAD = """version = "1"; unknown_cookie = "a";
categories = ( { id = "e"; required = true; }, { id = "a"; } );
resources = ( { host = "t.example"; category = "a"; } );
"""
# clears the screen, a title, the same as one character, right to left
ODD = "\x1b[2J\x1b]0;x\x07 \u009b2J \u202eabc\u2066"
PAGE = (f"<p>{ODD}</p>\n<script src=//t.example/ {ODD}></script>\n"
        f"<img src=//else.example/ alt='{ODD}'>\n").encode() + b"\xff\xfe\n"


def write(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    return path


def on_terminal(*args):
    """All that the command writes, to a terminal of 80 columns."""
    outer, inner = pty.openpty()
    env = {**os.environ, "TERM": "xterm"}
    env.pop("NO_COLOR", None)
    with subprocess.Popen([CTL, *args], stdin=subprocess.DEVNULL, stdout=inner,
                          stderr=inner, env=env) as child:
        os.close(inner)
        shown = b""
        while True:
            try:
                piece = os.read(outer, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        child.wait(60)
    os.close(outer)
    return shown


def wild(shown):
    """What a terminal would act on, without colours and line ends."""
    text = re.sub(rb"\x1b\[[0-9;]*m", b"", shown).replace(b"\r\n", b"\n")
    return re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e"
                      "\u2066-\u2069\ufffd]", text.decode(errors="replace"))


def expect_tame(what, shown, *words):
    assert not wild(shown), (what, wild(shown), shown)
    for word in words:
        assert word in shown, (what, word, shown)


def names_that_turn_text_around_are_no_policy(folder):
    """So that explain, diff and all others can show what rules name."""
    for odd in ("\\xc2\\x9b2J", "\u202eX", "\u2066x"):
        path = write(folder, "p.conf", HEAD + 'cookies = ( { name = '
                     f'"n{odd}"; category = "a"; purpose = "{odd}"; }} );\n')
        shown = on_terminal("explain", "-c", path, "--cookie", "nX")
        expect_tame(odd, shown, b"name has a character that turns text",
                    b"purpose has a character")
    page = write(folder, "l.txt", "||t.example/\u202ex^\n||u.example^\n")
    done = subprocess.run([CTL, "import", "adblock", page], text=True,
                          capture_output=True, timeout=60, check=True)
    assert "\u202e" not in done.stdout + done.stderr, done
    assert '"u.example" ]' in done.stdout and "t.ex" not in done.stdout, done


def pages_are_shown_tame(folder):
    policy = write(folder, "p.conf", HEAD)
    page = write(folder, "page.html", PAGE)
    for option in ("--report", "--diff", "--expect-clean"):
        expect_tame(option, on_terminal("try", "-c", policy, option, page),
                    b"t.example" if option != "--expect-clean"
                    else b"else.example")


def a_diff_that_is_no_terminal_is_exact(folder):
    policy = write(folder, "p.conf", HEAD)
    page = write(folder, "page.html", PAGE)
    done = subprocess.run([CTL, "try", "-c", policy, "--diff", page],
                          capture_output=True, timeout=60, check=True)
    assert ODD.encode() in done.stdout and b"\xff\xfe\n" in done.stdout, done


def findings_are_shown_tame(folder):
    """Also those that quote a value, and the line that they stand in."""
    path = write(folder, "p.conf", HEAD + f'''cookies = (
  {{ name = "x"; category = "{ODD}"; }}, # {ODD}
  {{ name = "y"; category = "\\x1b[2J\\xc2\\x9b"; }},
  {{ name = "z"; category = "{"é" * 400}"; }} );
''')
    shown = on_terminal("check", path)
    expect_tame("check", shown, b"no category has the id", b"^~")
    done = subprocess.run([CTL, "check", "--json", path], capture_output=True,
                          timeout=60, check=False)
    assert len(json.loads(done.stdout)) >= 3, done


def marks_stand_below_wide_letters(folder):
    path = write(folder, "p.conf", HEAD + "cookies = (\n"
                 '{ /* 漢字 e\u0301 \t */ name = "x"; category = "nix"; } );\n')
    shown = on_terminal("check", path).decode()
    plain = re.sub("\x1b\\[[0-9;]*m", "", shown).splitlines()
    at = next(i for i, line in enumerate(plain) if "漢字" in line)
    before = plain[at][:plain[at].index('"nix"')]
    # two columns for each of two letters, none for the accent
    assert plain[at + 1].index("^") == len(before) + 2 - 1, (
        plain[at], plain[at + 1])


def tests_are_shown_tame(folder):
    policy = write(folder, "p.conf", HEAD)
    path = write(folder, "t.conf", f'''tests = (
  {{ name = "n"; cookie = "\\x1b[2J\\xc2\\x9b{ODD}"; expect = "pass"; }},
  {{ cookie = "\\xe9"; expect = "pass"; }},
  {{ url = "http://[\\x1b"; expect = "pass"; }},
  {{ inline = "\\x1b"; expect = "withheld"; }} );
''')
    shown = on_terminal("test", "-c", policy, path)
    expect_tame("test", shown, b"FAILED", b"3 failed")
    done = subprocess.run([CTL, "test", "--json", "-c", policy, path],
                          capture_output=True, timeout=60, check=False)
    rows = json.loads(done.stdout)["tests"]
    assert [row["passed"] for row in rows] == [False] * 3, done
    path = write(folder, "u.conf", 'tests = ( { name = "a\\x1b[2J"; '
                 'cookie = "x"; expect = "a"; } );')
    expect_tame("name", on_terminal("test", "-c", policy, path),
                b"name must be UTF-8 text on one line")


def lists_are_shown_tame(folder):
    path = write(folder, "l.txt", f"! Title: {ODD}\n/a{ODD}b/\n||x.example^${ODD}\n")
    expect_tame("import", on_terminal("import", "adblock", path))


def main():
    tests = [names_that_turn_text_around_are_no_policy, pages_are_shown_tame, a_diff_that_is_no_terminal_is_exact,
             findings_are_shown_tame, marks_stand_below_wide_letters,
             tests_are_shown_tame, lists_are_shown_tame]
    print(f"1..{len(tests)}")
    for i, test in enumerate(tests):
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
                print(f"ok {i + 1} - {test.__name__}")
            except Exception:  # pylint: disable=broad-except
                print(f"not ok {i + 1} - {test.__name__}")
                print("# " + traceback.format_exc().replace("\n", "\n# "))


if __name__ == "__main__":
    main()
