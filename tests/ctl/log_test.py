#!/usr/bin/env python3
"""consentctl log, as an auditor calls it; TAP on stdout.

The logs are written here, from docs/LEDGER.md and not with the daemon's own
code, so that the formats stand as they are documented.
"""

import csv
import hashlib
import io
import json
import os
import subprocess
import tempfile

CTL = os.path.join(os.environ.get("BUILD", "build/release"), "consentctl")
POLICY = '{"version":"1"}'
NOTICE = '{"title":"Çerezler"}'
SUBJECT = "-" + "s" * 20 + "A"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def head(seq, kind):
    return {"seq": seq, "id": f"{seq:021d}A",
            "time": f"2026-11-0{1 + seq // 3}T10:00:0{seq}.000Z",
            "type": kind, "node": "n/1", "version": "1.0"}


def choice(seq, act, granted, sub=None, lang="en"):
    entry = head(seq, "choice")
    if sub:
        entry["sub"] = sub
    denied = [c for c in ("analytics", "marketing") if c not in granted]
    entry.update(act=act, granted=granted, denied=denied,
                 policy=sha256(POLICY), notice=sha256(NOTICE), lang=lang,
                 signal="none", via="notice", kid="k1")
    return entry


ENTRIES = [
    {**head(0, "start"), "what": "notary", "why": "=1+1"},
    {**head(1, "policy"), "hash": sha256(POLICY)},
    {**head(2, "notice"), "hash": sha256(NOTICE)},
    choice(3, "accept", ["analytics", "marketing"], SUBJECT, "tr"),
    choice(4, "reject", []),
    choice(5, "choose", ["analytics"], "t" * 21 + "A"),
    {**head(6, "stop"), "what": "notary", "why": "asked to stop"},
]


def write_log(folder, entries, split=4):
    for name in ("entries", "policies", "notices"):
        os.makedirs(f"{folder}/{name}", exist_ok=True)
    lines = [json.dumps(e, separators=(",", ":"), ensure_ascii=False) + "\n"
             for e in entries]
    for first in range(0, len(lines), split):
        with open(f"{folder}/entries/{first:012d}.jsonl", "w",
                  encoding="utf-8") as f:
            f.writelines(lines[first:first + split])
    for kind, text in (("policies", POLICY), ("notices", NOTICE)):
        with open(f"{folder}/{kind}/{sha256(text)}.json", "w",
                  encoding="utf-8") as f:
            f.write(text)
    return [line.rstrip("\n") for line in lines]


def run(*args):
    done = subprocess.run([CTL, "log", *args], text=True, timeout=60,
                          capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def verify_says_what_it_claims(folder):
    write_log(folder, ENTRIES)
    rc, out, err = run("verify", folder)
    assert rc == 0 and err == "", (rc, out, err)
    assert "7 entries in 2 segments" in out and "3 choices" in out, out
    assert "inner consistency only" in out, out
    rc, out, err = run("verify", "--json", "--dir", folder)
    answer = json.loads(out)
    assert rc == 0 and answer["holds"] and answer["fault"] is None, answer
    assert "inner consistency only" in answer["claim"]


def verify_names_the_first_wrong_entry(folder):
    wrong = [dict(e) for e in ENTRIES]
    wrong[5]["act"] = "reject"
    wrong[6]["seq"] = 9
    write_log(folder, wrong)
    rc, out, _ = run("verify", folder)
    assert rc == 1, out
    assert out.startswith("entries/000000000004.jsonl:2: entry 5: "), out
    rc, out, _ = run("verify", "--json", folder)
    fault = json.loads(out)["fault"]
    assert rc == 1
    assert fault["file"] == "entries/000000000004.jsonl"
    assert (fault["line"], fault["seq"]) == (2, 5)


def a_key_wants_something_signed(folder):
    write_log(folder, ENTRIES)
    key = ("library.example/one+"
           "9eebfcc7+AVG+UMjODM2JaLIyyLpmdWlMlDHtMnmJGEsRmSbKI4Na")
    rc, out, err = run("verify", "--key", "nothing", folder)
    assert rc == 2 and out == "" and "nothing" in err, (rc, out, err)
    rc, out, err = run("verify", "--key", key[:-1] + "b", folder)
    assert rc == 2 and out == "", (rc, out, err)
    rc, out, err = run("verify", "--since", f"{folder}/none", folder)
    assert rc == 2 and out == "" and "none" in err, (rc, out, err)
    for wrong in (["--receipt", "x"], ["--receipt", "x", "--key", key, folder],
                  ["--receipt", "x", "--key", key, "--json"]):
        rc, out, err = run("verify", *wrong)
        assert rc == 2 and out == "" and "--receipt" in err, (rc, out, err)


def listings_pass_the_filters(folder):
    lines = write_log(folder, ENTRIES)

    def listed(*filters):
        rc, out, err = run("list", "--json", *filters, folder)
        assert rc == 0 and err == "", (rc, err)
        return [entry["seq"] for entry in json.loads(out)]

    assert listed() == [0, 1, 2, 3, 4, 5, 6]
    assert listed("--type", "choice") == [3, 4, 5]
    assert listed("--action", "reject") == [4]
    assert listed("--subject", SUBJECT) == [3]
    assert listed("--lang", "tr") == [3]
    assert listed("--policy", sha256(POLICY)[:8]) == [1, 3, 4, 5]
    assert listed("--policy", "0") == []
    assert listed("--since", "2026-11-02") == [3, 4, 5, 6]
    assert listed("--since", "2026-11-02", "--until",
                  "2026-11-02T10:00:05Z") == [3, 4]
    rc, out, _ = run("list", folder)
    assert rc == 0 and len(out.splitlines()) == 7, out
    assert "+analytics -marketing" in out, out
    rc, out, _ = run("show", "--json", "5", folder)
    assert (rc, out) == (0, lines[5] + "\n"), out
    rc, out, _ = run("show", "5", folder)
    assert rc == 0 and "act      choose\n" in out, out
    assert run("show", "7", folder)[0] == 1


def exports_are_whole_and_safe(folder):
    lines = write_log(folder, ENTRIES)
    rc, out, _ = run("export", "--format", "jsonl", folder)
    assert rc == 0 and out.splitlines() == lines
    done = subprocess.run([CTL, "log", "export", "--format", "csv", folder],
                          capture_output=True, timeout=60, check=True)
    text = done.stdout.decode()
    assert text.count("\r\n") == 8 and "\n" not in text.replace("\r\n", "")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["seq"] for row in rows] == list("0123456")
    assert rows[3]["granted"] == "analytics marketing"
    assert rows[3]["sub"] == "'" + SUBJECT, "a formula in a spreadsheet"
    assert json.loads(rows[0]["other"]) == {"what": "notary", "why": "=1+1"}
    assert all(cell[:1] not in ("=", "+", "-", "@") for row in rows
               for cell in row.values())


def nothing_is_ever_written(folder):
    write_log(folder, ENTRIES)
    os.truncate(f"{folder}/entries/000000000004.jsonl", 700)

    def state():
        return sorted((path, name, os.stat(f"{path}/{name}").st_mtime_ns)
                      for path, _, names in os.walk(folder)
                      for name in names)
    before = state()
    for args in (("verify",), ("list",), ("export", "--format", "csv")):
        rc, out, err = run(*args, folder)
        assert rc == (1 if args[0] == "verify" else 2), (args, rc)
        assert "entries/000000000004.jsonl:2" in out + err, (out, err)
    assert state() == before


def mistakes_are_told_from_answers(folder):
    for args in ((), ("burn",), ("list", "--colour"), ("list", "--type", "x"),
                 ("list", "--since", "yesterday"), ("show", "x"),
                 ("show",), ("export", folder), ("list", "--format", "csv"),
                 ("export", "--format", "xml", folder), ("list", "a", "b"),
                 ("verify", f"{folder}/nothing")):
        rc, out, err = run(*args)
        assert rc == 2 and out == "" and err != "", (args, rc, out)
    for args in (("--help",), ("list", "--help"), ("show", "--help"),
                 ("export", "-h"), ("verify", "--help")):
        rc, out, err = run(*args)
        assert rc == 0 and err == "" and "usage: consentctl log" in out, args
    rc, out, err = run("burn", "--help")
    assert rc == 2 and out == "", (rc, out)


def strange_names_stay_off_the_terminal(folder):
    write_log(folder, ENTRIES)
    open(f"{folder}/entries/\x1b[2J", "w", encoding="utf-8").close()
    for args in (("verify",), ("list",)):
        rc, out, err = run(*args, folder)
        assert rc == (1 if args[0] == "verify" else 2)
        assert "\x1b" not in out + err and "?[2J" in out + err


CASES = [verify_says_what_it_claims, verify_names_the_first_wrong_entry,
         a_key_wants_something_signed, listings_pass_the_filters,
         exports_are_whole_and_safe, nothing_is_ever_written,
         mistakes_are_told_from_answers, strange_names_stay_off_the_terminal]


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
