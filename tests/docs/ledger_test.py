#!/usr/bin/env python3
"""The example of docs/LEDGER.md, worked out again byte by byte; TAP."""

import json
import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "ctl"))
import tlog  # noqa: E402

CTL = os.path.join(os.environ.get("BUILD", "build/release"), "consentctl")


def example():
    """The blocks of the page by what stands behind their fence."""
    with open(os.path.join(HERE, "../../docs/LEDGER.md"),
              encoding="utf-8") as f:
        page = f.read()
    blocks = dict(re.findall(r"^``` (\S+)\n(.*?)^```$", page,
                             re.MULTILINE | re.DOTALL))
    assert sorted(blocks) == ["checkpoint", "entries/000000000000.jsonl",
                              "key", "proof", "tile/0/000.p/3"], blocks
    return page, {name: text.encode() for name, text in blocks.items()}


def lines_of(blocks):
    return blocks["entries/000000000000.jsonl"].split(b"\n")[:-1]


def hashes_are_those_of_the_lines(page, blocks, _):
    leaves = [tlog.leaf_hash(line) for line in lines_of(blocks)]
    for i, leaf in enumerate(leaves):
        assert f"| leaf {i} | `{leaf.hex()}` |" in page, i
    node = tlog.node_hash(leaves[0], leaves[1])
    assert f"| node over 0 and 1 | `{node.hex()}` |" in page
    root = tlog.node_hash(node, leaves[2])
    assert f"leaf 2 | `{root.hex()}` |" in page
    assert root == tlog.root_hash(leaves)
    tile = bytes.fromhex(blocks["tile/0/000.p/3"].decode())
    assert tile == b"".join(leaves)


def bundles_are_as_long_as_they_say(page, blocks, _):
    bundle = tlog.tiles(lines_of(blocks))["tile/entries/000.p/3"]
    said = ", ".join(f"`{n >> 8:02x} {n & 255:02x}`, {n} bytes"
                     for n in map(len, lines_of(blocks)))
    assert f"{said}: {len(bundle)} in all" in page, said


def checkpoint_and_proof_hold(_, blocks, __):
    vkey = blocks["key"].decode()
    size, root = tlog.read_checkpoint(blocks["checkpoint"], vkey)
    lines = lines_of(blocks)
    assert size == len(lines)
    assert root == tlog.root_hash([tlog.leaf_hash(line) for line in lines])
    receipt = json.dumps({"entry": lines[1].decode(),
                          "proof": blocks["proof"].decode()})
    assert tlog.check_receipt(receipt, vkey) == lines[1]


def consentctl_says_so_too(_, blocks, folder):
    def put(name, data):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def verify(*args):
        done = subprocess.run(
            [CTL, "log", "verify", "--key", blocks["key"].decode(), *args],
            text=True, timeout=60, capture_output=True, check=False)
        return done.returncode, done.stdout + done.stderr

    name = "entries/000000000000.jsonl"
    put(f"log/{name}", blocks[name])
    put("log/checkpoint", blocks["checkpoint"])
    for path, data in tlog.tiles(lines_of(blocks)).items():
        put(f"log/{path}", data)
    rc, said = verify(os.path.join(folder, "log"))
    assert rc == 0 and said.startswith("3 entries in 1 segment"), said
    rc, said = verify("--receipt", put("receipt", json.dumps(
        {"entry": lines_of(blocks)[1].decode(),
         "proof": blocks["proof"].decode()}).encode()))
    assert rc == 0 and "yes: entry 1" in said, said


CASES = [hashes_are_those_of_the_lines, bundles_are_as_long_as_they_say,
         checkpoint_and_proof_hold, consentctl_says_so_too]


def main():
    print(f"1..{len(CASES)}")
    for number, case in enumerate(CASES, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                case(*example(), folder)
                print(f"ok {number} - {case.__name__}")
            except (AssertionError, ValueError) as error:
                print(f"not ok {number} - {case.__name__}")
                print(f"# {error!r}")


if __name__ == "__main__":
    main()
