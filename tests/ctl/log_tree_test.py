#!/usr/bin/env python3
"""A log checked by python3 and openssl alone, from the specifications; TAP.

Tree, tiles, bundles, checkpoint and receipts of a log that our writer wrote
must be what tlog.py, which has no code of ours, works out of the entries. The
same in the other direction: what consentctl says yes to, and then no.
"""

import json
import os
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tlog  # noqa: E402

BUILD = os.environ.get("BUILD", "build/release")
CTL = os.path.join(BUILD, "consentctl")
WRITER = os.path.join(BUILD, "tests/log-writer")


def run(*args):
    done = subprocess.run([CTL, "log", *args], text=True, timeout=60,
                          capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def write_log(folder, entries, seed=1):
    """A log in small segments, stopped and started; its public key."""
    done = subprocess.run(
        [WRITER, f"{folder}/log", f"{folder}/keys", str(entries), str(seed),
         "60000", "5", "5"],
        text=True, timeout=120, capture_output=True, check=True)
    return done.stdout.strip()


def read(path):
    with open(path, "rb") as f:
        return f.read()


def the_tree_is_that_of_rfc_6962(folder):
    vkey, log = read(f"{folder}/key").decode(), f"{folder}/log"
    lines = tlog.read_lines(log)
    assert [json.loads(line)["seq"] for line in lines] == \
        list(range(len(lines))) and len(lines) >= 600
    size, root = tlog.read_checkpoint(read(f"{log}/checkpoint"), vkey)
    assert size == len(lines), (size, len(lines))
    assert root == tlog.root_hash([tlog.leaf_hash(line) for line in lines])
    rc, out, err = run("verify", "--key", vkey, log)
    assert rc == 0 and err == "" and f"{size} entries" in out, (out, err)


def tiles_and_bundles_are_those_of_the_lines(folder):
    log = f"{folder}/log"
    for path, wanted in tlog.tiles(tlog.read_lines(log)).items():
        assert read(f"{log}/{path}") == wanted, path


def a_receipt_needs_nothing_but_the_key(folder):
    vkey = read(f"{folder}/key").decode()
    log, file = f"{folder}/log", f"{folder}/receipt.json"
    lines = tlog.read_lines(log)
    for seq in (0, 1, 255, 256, 511, len(lines) - 1):
        rc, out, err = run("receipt", str(seq), log)
        assert rc == 0, err
        assert tlog.check_receipt(out, vkey) == lines[seq]
        with open(file, "w", encoding="utf-8") as f:
            f.write(out)
        rc, out, err = run("verify", "--receipt", file, "--key",
                           f"{folder}/key")  # a file
        said = out.splitlines()
        assert rc == 0 and said[0].encode() == lines[seq], (rc, out, err)
        assert said[1].startswith(f"yes: entry {seq} is in the log"), said


def a_changed_receipt_does_not_hold(folder):
    vkey = read(f"{folder}/key").decode()
    log, file = f"{folder}/log", f"{folder}/receipt.json"
    rc, good, err = run("receipt", "77", log)
    assert rc == 0, err
    chance = random.Random(6)
    places = chance.sample(range(good.rindex("}")), 60)
    texts = [good[:i] + chr(ord(good[i]) ^ 1) + good[i + 1:] for i in places]
    receipt = json.loads(good)
    texts += ["", "{}", "[]", good[:-3], good.replace("{", '{"more":"",', 1),
              json.dumps({"entry": receipt["entry"], "proof": 1}),
              json.dumps({"entry": receipt["entry"]})]
    for text in texts:
        with open(file, "w", encoding="utf-8") as f:
            f.write(text)
        rc, out, err = run("verify", "--receipt", file, "--key", vkey)
        assert rc == 1 and out.startswith("no: "), (text, rc, out, err)
        try:
            tlog.check_receipt(text, vkey)
        except (AssertionError, AttributeError, ValueError):
            continue
        raise AssertionError(f"only we refuse {text!r}")
    # the same log, another key
    os.mkdir(f"{folder}/other")
    other = write_log(f"{folder}/other", 1)
    with open(file, "w", encoding="utf-8") as f:
        f.write(good)
    rc, out, _ = run("verify", "--receipt", file, "--key", other)
    assert rc == 1 and "not signed with that key" in out, out


def a_kept_checkpoint_is_compared(folder):
    folder += "/kept"
    os.mkdir(folder)
    vkey = write_log(folder, 100)
    log, kept = f"{folder}/log", f"{folder}/kept"
    rc, out, err = run("checkpoint", log)
    assert rc == 0 and out.encode() == read(f"{log}/checkpoint"), err
    with open(kept, "w", encoding="utf-8") as f:
        f.write(out)
    size, _ = tlog.read_checkpoint(out.encode(), vkey)
    write_log(folder, 400, 9)
    rc, out, err = run("verify", "--key", vkey, "--since", kept, log)
    assert rc == 0 and f"the {size} entries of the kept" in out, (out, err)
    rc, out, err = run("verify", "--json", "--key", vkey, "--since", kept,
                       log)
    said = json.loads(out)
    assert rc == 0 and said["signed"] and said["kept"] == size, said
    assert said["covered"] == said["entries"] and not said["live"], said
    # another log under the same key
    os.rename(log, f"{folder}/true")
    write_log(folder, 400, 9)
    rc, out, _ = run("verify", "--key", vkey, "--since", kept, log)
    assert rc == 1 and out.startswith("the kept checkpoint: "), out


CASES = [the_tree_is_that_of_rfc_6962,
         tiles_and_bundles_are_those_of_the_lines,
         a_receipt_needs_nothing_but_the_key, a_changed_receipt_does_not_hold,
         a_kept_checkpoint_is_compared]


def main():
    print(f"1..{len(CASES)}")
    with tempfile.TemporaryDirectory() as folder:
        vkey = write_log(folder, 600)
        with open(f"{folder}/key", "w", encoding="utf-8") as f:
            f.write(f"\n{vkey}\n")
        for number, case in enumerate(CASES, 1):
            try:
                case(folder)
                print(f"ok {number} - {case.__name__}")
            except (AssertionError, OSError, ValueError) as error:
                print(f"not ok {number} - {case.__name__}")
                print(f"# {error!r}")


if __name__ == "__main__":
    main()
