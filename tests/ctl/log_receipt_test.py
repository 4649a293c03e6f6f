#!/usr/bin/env python3
"""consentctl log receipt and checkpoint, checked without code of ours; TAP."""

import base64
import json
import os
import tempfile

import tlog
import tree
from log_test import SUBJECT, choice, run, write_log
from log_tools_test import ENTRIES, at


def check(text, folder):
    """Recomputes a receipt; returns the number of its entry."""
    receipt = json.loads(text)
    assert list(receipt) == ["entry", "proof"], receipt
    proof, _, checkpoint = receipt["proof"].partition("\n\n")
    kind, index, *path = proof.split("\n")
    assert kind == "c2sp.org/tlog-proof@v1"
    seq = json.loads(receipt["entry"])["seq"]
    assert index == f"index {seq}"
    with open(f"{folder}/checkpoint", encoding="utf-8") as f:
        assert f.read() == checkpoint
    _, n, root, *_ = checkpoint.split("\n")
    leaf = tlog.leaf_hash(receipt["entry"].encode())
    path = [base64.b64decode(step) for step in path]
    assert tlog.climb(seq, int(n), leaf, path) == base64.b64decode(root)
    return seq


def published(folder, entries=tuple(ENTRIES)):
    lines = write_log(f"{folder}/log", entries, 3)
    tree.publish(f"{folder}/log", lines, f"{folder}/key")
    return f"{folder}/log", lines


def any_entry_has_a_receipt(folder):
    log, lines = published(folder)
    for seq, line in enumerate(lines):
        rc, out, err = run("receipt", str(seq), log)
        assert rc == 0 and err == "", err
        assert check(out, log) == seq
        assert json.loads(out)["entry"] == line


def a_subject_has_its_newest_or_all(folder):
    log, _ = published(folder)
    rc, out, _ = run("receipt", SUBJECT.replace("-", "s", 1), log)
    assert rc == 1 and out == ""
    for args in (("--subject", SUBJECT), ("--", SUBJECT)):
        rc, out, _ = run("receipt", *args, log)
        assert rc == 0 and check(out, log) == 5, out
    rc, out, _ = run("receipt", "--all", "--subject", SUBJECT, log)
    assert rc == 0
    assert [check(line, log) for line in out.splitlines()] == [2, 4, 5]


def what_is_not_covered_is_said(folder):
    log, _ = published(folder)
    with open(f"{log}/entries/000000000009.jsonl", "a",
              encoding="utf-8") as f:
        json.dump(at(choice(10, "reject", []), 10), f, separators=(",", ":"))
        f.write("\n")
    rc, out, err = run("receipt", "10", log)
    assert rc == 1 and out == "", (rc, out)
    assert "covers the first 10 entries and not this one" in err, err
    rc, _, err = run("receipt", "11", log)
    assert rc == 1 and "no such entry" in err, err
    os.remove(f"{log}/checkpoint")
    rc, _, err = run("receipt", "1", log)
    assert rc == 1 and "no checkpoint" in err, err
    assert run("checkpoint", log)[0] == 1


def a_receipt_that_would_not_hold_is_none(folder):
    log, _ = published(folder)
    path = f"{log}/tile/entries/000.p/10"
    with open(path, "rb") as f:
        bundle = f.read()
    with open(path, "wb") as f:
        f.write(bundle.replace(b'"lang":"tr"', b'"lang":"de"', 1))
    rc, out, err = run("receipt", "2", log)
    assert rc == 1 and out == "" and "do not fit" in err, (rc, err)
    assert check(run("receipt", "3", log)[1], log) == 3


def the_checkpoint_is_printed_as_it_is(folder):
    log, _ = published(folder)
    with open(f"{log}/checkpoint", encoding="utf-8") as f:
        text = f.read()
    assert run("checkpoint", log) == (0, text, "")
    with open(f"{log}/checkpoint", "w", encoding="utf-8") as f:
        f.write("a\nb\n")
    rc, out, err = run("checkpoint", log)
    assert rc == 2 and out == "" and "not a checkpoint" in err, err
    rc, _, err = run("stats", log)
    assert rc == 2 and "not a checkpoint" in err, err


def mistakes_are_told(folder):
    log, _ = published(folder)
    for args in (("receipt",), ("receipt", "x", log), ("receipt", "-n", "3"),
                 ("receipt", "1", f"{folder}/nothing"),
                 ("checkpoint", f"{folder}/nothing"),
                 ("checkpoint", "--json", log)):
        rc, out, err = run(*args)
        assert rc == 2 and out == "" and err != "", (args, rc, err)


CASES = [any_entry_has_a_receipt, a_subject_has_its_newest_or_all,
         what_is_not_covered_is_said, a_receipt_that_would_not_hold_is_none,
         the_checkpoint_is_printed_as_it_is, mistakes_are_told]


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
