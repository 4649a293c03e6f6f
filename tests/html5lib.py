#!/usr/bin/env python3
"""Runs the html5lib tokenizer cases against html-tokens; prints TAP.

HTML5LIB_TESTS names the folder of the *.test files. Each case is run whole,
in pieces of one byte and of three: all must give the expected tokens. A case
whose input or output holds a lone surrogate cannot be written in UTF-8 and is
skipped by name. Without the variable all is skipped.
"""
import glob
import json
import os
import re
import subprocess
import sys

CHUNKS = (0, 1, 3)


def unescape(value):
    """Undoes the second layer of \\uHHHH of a doubleEscaped case."""
    if isinstance(value, str):
        return re.sub(r"\\u([0-9A-Fa-f]{4})",
                      lambda m: chr(int(m.group(1), 16)), value)
    if isinstance(value, list):
        return [unescape(v) for v in value]
    if isinstance(value, dict):
        return {unescape(k): unescape(v) for k, v in value.items()}
    return value


def joined(tokens):
    """The tokens without parse errors, neighbouring characters as one."""
    out = []
    for token in tokens:
        if token == "ParseError":
            continue
        if token[0] == "Character" and out and out[-1][0] == "Character":
            out[-1] = ["Character", out[-1][1] + token[1]]
        else:
            out.append(token)
    return out


def surrogates_joined(text):
    """Pairs of surrogates as the one character that they spell."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


def runs(folder):
    """All runs, as rows of name, state, last start tag, input, output."""
    for path in sorted(glob.glob(f"{folder}/*.test")):
        with open(path, encoding="utf-8") as file:
            cases = json.load(file).get("tests", [])
        for case in cases:
            if case.get("doubleEscaped"):
                case["input"] = unescape(case["input"])
                case["output"] = unescape(case["output"])
            name = f"{os.path.basename(path)}: {case['description']}"
            for state in case.get("initialStates", ["Data state"]):
                yield (f"{name} [{state}]", state, case.get("lastStartTag"),
                       case["input"], joined(case["output"]))


def main():
    folder = os.environ.get("HTML5LIB_TESTS")
    if not folder:
        print("1..0 # SKIP HTML5LIB_TESTS is not set")
        return 0
    build = os.environ.get("BUILD", "build/release")
    rows, skipped, requests = [], [], []
    for row in runs(folder):
        try:
            data = surrogates_joined(row[3]).encode("utf-8")
        except UnicodeError:
            skipped.append(row[0])
            continue
        rows.append(row)
        for chunk in CHUNKS:
            head = f"{len(data)} {chunk} {row[2] or '-'} {row[1]}\n"
            requests.append(head.encode() + data)
    result = subprocess.run([f"{build}/tests/html-tokens", "--batch"],
                            input=b"".join(requests), capture_output=True,
                            check=False)
    answers = result.stdout.split(b"\n")[:-1]
    if result.returncode != 0 or len(answers) != len(requests):
        print(f"Bail out! html-tokens ended with {result.returncode}: "
              f"{result.stderr.decode(errors='replace')}")
        return 1
    failed = 0
    print(f"1..{len(rows) + len(skipped)}")
    for i, (name, _, _, _, want) in enumerate(rows):
        got = [json.loads(a) for a in answers[3 * i:3 * i + 3]]
        good = all(tokens == want for tokens in got)
        failed += not good
        # a '#' in TAP begins a directive
        label = name.encode("unicode_escape").decode().replace("#", "no.")
        print(f"{'ok' if good else 'not ok'} {i + 1} - {label}")
        if not good:
            print(f"# want {want}")
            for chunk, tokens in zip(CHUNKS, got):
                print(f"# got  {tokens} (pieces of {chunk})")
    for i, name in enumerate(skipped):
        label = name.encode("unicode_escape").decode().replace("#", "no.")
        print(f"ok {len(rows) + i + 1} - {label} # SKIP lone surrogate")
    print(f"# {len(rows) - failed} passed, {failed} failed, "
          f"{len(skipped)} skipped, each in {len(CHUNKS)} ways")
    return 1 if failed else 0


sys.exit(main())
