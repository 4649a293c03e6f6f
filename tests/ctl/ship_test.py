#!/usr/bin/env python3
"""consentctl log ship, against a PostgreSQL server of its own; TAP on stdout.

The logs are written by tests/ctl/ledger.py, which shares no code with the
daemon. What is waited for is asked for.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))

import ledger  # noqa: E402
import postgres  # noqa: E402
from stage import Message, Stage  # noqa: E402

BUILD = os.environ.get("BUILD", "build/release")
CTL = os.path.join(BUILD, "consentctl")
SECONDS = 20


def run(*args):
    done = subprocess.run([CTL, "log", *args], text=True, timeout=SECONDS,
                          capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def ship(server, log, *args, **url):
    return run("ship", server.url(**url), "--dir", log.dir, "--key",
               log.key.file, *args)


def shipped(server, log, *args):
    """Ships all of a log, which must go well."""
    rc, out, err = ship(server, log, "--once", *args)
    assert rc == 0 and out == "", (rc, out, err)
    return err


class Follower:
    """A shipper that runs."""

    def __init__(self, server, log):
        self.child = subprocess.Popen(
            [CTL, "log", "ship", server.url(), "--dir", log.dir, "--key",
             log.key.file], stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.communicate()

    def wait_for(self, event):
        for line in self.child.stderr:
            if event in line:
                return line
        raise AssertionError(f"it ended without {event}")

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        _, err = self.child.communicate(timeout=SECONDS)
        return self.child.returncode, err


def wait_until(server, sql, wanted):
    """Asks the database until it answers what is wanted."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = server.psql(sql)
        if found == wanted:
            return
        time.sleep(0.01)
    raise AssertionError(f"{sql}: {found}, not {wanted}")


def count_of(log):
    return f"SELECT shipped FROM logs WHERE origin = '{log.origin}'"


def holds_all_of(server, log):
    """The database has exactly the lines of the log, and their leaves."""
    rows = server.psql("SELECT seq, encode(leaf, 'hex'), line FROM entries "
                       f"WHERE log = '{log.origin}' ORDER BY seq")
    assert len(rows) == len(log.lines), (len(rows), len(log.lines))
    for seq, row in enumerate(rows):
        assert row == [str(seq), log.leaves[seq].hex(), log.lines[seq]], row


def fresh(server, folder, size=3000):
    """A log of a name of its own."""
    fresh.n += 1
    log = ledger.Log(folder, f"n{fresh.n:03d}.example/one")
    log.grow(size)
    log.publish()
    return log


fresh.n = 0

# ---- cases ----------------------------------------------------------------


def tables_are_brought_to_what_is_known(server, folder):
    server.psql("CREATE DATABASE other")
    log = fresh(server, folder, 10)
    rc, _, err = ship(server, log, "--once", database="other")
    assert rc == 2 and "--migrate" in err, (rc, err)
    url = server.url("other")
    rc, out, err = run("ship", url, "--migrate")
    assert rc == 0 and "applied 001_logs.sql" in out and err == "", (out, err)
    rc, out, _ = run("ship", url, "--migrate")
    assert rc == 0 and "applied" not in out, out
    rows = server.psql("SELECT version, name FROM schema_migrations "
                       "ORDER BY version", "other")
    names = sorted(os.listdir("conf/postgresql"))
    assert rows == [[str(int(name[:3])), name] for name in names], rows
    server.psql("INSERT INTO schema_migrations VALUES (999, 'later')",
                "other")
    for args in (("--migrate",), ("--once", "--dir", log.dir)):
        rc, out, err = run("ship", url, *args)
        assert rc == 2 and "999" in err and out == "", (rc, out, err)


def a_log_goes_whole_and_once(server, folder):
    log = fresh(server, folder)
    assert "sent=3000" in shipped(server, log)
    holds_all_of(server, log)
    assert "sent=0" in shipped(server, log)
    holds_all_of(server, log)
    row = server.psql(
        "SELECT shipped, verified, size, encode(root, 'base64'), vkey, fault, "
        "checked_at > now() - interval '1 minute' FROM logs "
        f"WHERE origin = '{log.origin}'")[0]
    with open(f"{log.dir}/checkpoint", encoding="utf-8") as f:
        root = f.read().splitlines()[2]
    assert row == ["3000", "3000", "3000", root, log.key.vkey, "", "t"], row
    assert server.psql("SELECT hash, kind, body FROM texts ORDER BY kind") == [
        [ledger.text_hash(ledger.NOTICE), "notice", ledger.NOTICE],
        [ledger.text_hash(ledger.POLICY), "policy", ledger.POLICY]]
    # columns are what the lines say
    assert server.psql(
        "SELECT count(*) FROM entries e, LATERAL (SELECT line::jsonb AS j) l "
        f"WHERE log = '{log.origin}' AND (type <> j->>'type' "
        "OR id <> j->>'id' OR sub IS DISTINCT FROM j->>'sub' "
        "OR act IS DISTINCT FROM j->>'act' "
        "OR lang IS DISTINCT FROM j->>'lang' "
        "OR signal IS DISTINCT FROM j->>'signal' "
        "OR via IS DISTINCT FROM j->>'via' "
        "OR kid IS DISTINCT FROM j->>'kid' "
        "OR policy IS DISTINCT FROM CASE type WHEN 'policy' THEN j->>'hash' "
        "ELSE j->>'policy' END "
        "OR notice IS DISTINCT FROM CASE type WHEN 'notice' THEN j->>'hash' "
        "ELSE j->>'notice' END "
        "OR time <> (j->>'time')::timestamptz)") == [["0"]]
    # by month, and nothing left over
    assert server.psql(
        "SELECT DISTINCT tableoid::regclass FROM entries "
        f"WHERE log = '{log.origin}' ORDER BY 1") == [
            ["entries_2025_01"], ["entries_2025_02"], ["entries_2025_03"],
            ["entries_2025_04"]]


def what_comes_is_followed(server, folder):
    log = fresh(server, folder, 100)
    with Follower(server, log) as follower:
        wait_until(server, count_of(log), [["100"]])
        for size in (101, 1000, 1001, 2500):
            log.grow(size)
            log.publish()
            wait_until(server, count_of(log), [[str(size)]])
        # what no checkpoint covers stays where it is
        log.grow(2600)
        log.publish(2550)
        wait_until(server, count_of(log), [["2550"]])
        log.publish()
        wait_until(server, count_of(log), [["2600"]])
        # the log is away, and comes back
        os.rename(log.dir, f"{log.dir}.away")
        assert f"log={log.dir}" in follower.wait_for("ship.away")
        os.rename(f"{log.dir}.away", log.dir)
        follower.wait_for("ship.back")
        rc, err = follower.stop()
        assert rc == 0 and "ship.stop" in err, (rc, err)
    holds_all_of(server, log)


def kill_9_loses_and_doubles_nothing(server, folder):
    log = fresh(server, folder, 20)
    start = time.monotonic()
    shipped(server, log)
    floor = time.monotonic() - start
    chance = random.Random(9)
    for size in (2500, 5000, 7500, 10000, 12500):
        log.grow(size)
        log.publish()
        with Follower(server, log) as follower:
            try:
                follower.child.wait(floor * chance.uniform(0.3, 6))
            except subprocess.TimeoutExpired:
                follower.child.kill()
            follower.child.wait()
    shipped(server, log)
    holds_all_of(server, log)


def the_database_may_be_away(server, folder):
    log = fresh(server, folder, 500)
    with Follower(server, log) as follower:
        wait_until(server, count_of(log), [["500"]])
        server.stop()
        log.grow(3000)
        log.publish()
        assert "database=" in follower.wait_for("ship.away")
        rc, _, err = ship(server, log, "--once")
        assert rc == 2 and "ship.away" in err, (rc, err)
        server.start()
        follower.wait_for("ship.back")
        wait_until(server, count_of(log), [["3000"]])
        # its server takes the connection away in the middle of things
        log.grow(6000)
        log.publish()
        server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'consentd-ship'")
        wait_until(server, count_of(log), [["6000"]])
        assert follower.stop()[0] == 0
    holds_all_of(server, log)


def a_log_that_was_rewritten_is_an_alarm(server, folder):
    log = fresh(server, folder)
    shipped(server, log)
    before = log.leaves[1500].hex()
    log.lines[1500] = log.spell(log.choice(1500, "en"), 1500)
    log.leaves[1500] = ledger.leaf(log.lines[1500])
    log.grow(3100)
    log.publish()
    rc, _, err = ship(server, log, "--once")
    assert rc == 1 and "ship.alarm" in err and "entry=1500" in err, (rc, err)
    assert before in err and log.leaves[1500].hex() in err, err
    assert server.psql(count_of(log)) == [["3000"]]
    assert "1500" in server.psql(
        f"SELECT fault FROM logs WHERE origin = '{log.origin}'")[0][0]
    # the row of the log forgot what it knew: entries tell it still
    server.psql("UPDATE logs SET shipped = 0, size = 0 "
                f"WHERE origin = '{log.origin}'")
    rc, _, err = ship(server, log, "--once")
    assert rc == 1 and "ship.alarm" in err and "entry=1500" in err, (rc, err)
    assert before in err and log.leaves[1500].hex() in err, err


def a_log_that_went_back_is_an_alarm(server, folder):
    log = fresh(server, folder, 300)
    shipped(server, log)
    log.checkpoint(200)
    rc, _, err = ship(server, log, "--once")
    assert rc == 1 and "went back" in err, (rc, err)
    log.checkpoint(300)
    shipped(server, log)
    assert server.psql("SELECT fault IS NULL FROM logs WHERE "
                       f"origin = '{log.origin}'") == [["t"]]


def nothing_goes_past_a_fault(server, folder):
    log = fresh(server, folder)
    path = f"{log.dir}/entries/000000002000.jsonl"
    with open(path, encoding="utf-8") as f:
        good = f.read()
    place = "file=entries/000000002000.jsonl line=501 entry=2500"
    for old, new in (('"lang":"tr"', '"lang":"en"'), ('"lang":', '"lamg":'),
                     ('"seq":2500', '"seq":2501'), ('"tr"', '"t\\u0072"')):
        lines = good.split("\n")
        assert old in lines[500]
        lines[500] = lines[500].replace(old, new)
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(lines))
        rc, _, err = ship(server, log, "--once")
        assert rc == 1 and "ship.fault" in err and place in err, (rc, err)
        assert server.psql("SELECT count(*) FROM entries WHERE "
                           f"log = '{log.origin}'") == [["0"]]
    with open(path, "w", encoding="utf-8") as f:
        f.write(good[:-300])
    rc, _, err = ship(server, log, "--once")
    assert rc == 1 and "before its checkpoint" in err, (rc, err)
    with open(path, "w", encoding="utf-8") as f:
        f.write(good)
    text = f"{log.dir}/policies/{ledger.text_hash(ledger.POLICY)}.json"
    os.rename(text, f"{folder}/text")
    rc, _, err = ship(server, log, "--once")
    assert rc == 1 and "the text is missing" in err, (rc, err)
    os.rename(f"{folder}/text", text)
    shipped(server, log)
    holds_all_of(server, log)


def what_was_erased_is_emptied(server, folder):
    log = fresh(server, folder, 1200)
    shipped(server, log)
    log.grow(1300)
    log.erase([7, 1100, 1250])      # the last one was never shipped whole
    log.grow(1400)
    log.publish()
    shipped(server, log)
    holds_all_of(server, log)
    rows = server.psql(
        "SELECT seq, type, time, concat(id, sub, act, lang, policy, notice, "
        "signal, via, kid) FROM entries WHERE type = 'erased' "
        f"AND log = '{log.origin}' ORDER BY seq")
    assert [row[0] for row in rows] == ["7", "1100", "1250"], rows
    for row in rows:
        assert row[1] == "erased" and row[3] == "", row
        assert row[2].split()[0].endswith("-01"), row
    # while it is followed, segments are changed in their place
    with Follower(server, log) as follower:
        follower.wait_for("ship.place")
        log.erase([8, 1390])
        log.publish()
        wait_until(server, count_of(log), [["1401"]])
        log.grow(1450)
        log.publish()
        wait_until(server, count_of(log), [["1450"]])
        assert follower.stop()[0] == 0
    holds_all_of(server, log)


def without_a_key_nothing_is_verified(server, folder):
    log = fresh(server, folder, 300)
    verified = ("SELECT verified, vkey IS NULL FROM logs WHERE "
                f"origin = '{log.origin}'")
    rc, _, err = run("ship", server.url(), "--dir", log.dir, "--once")
    assert rc == 0 and "ship.unsigned" in err, (rc, err)
    assert server.psql(verified) == [["0", "t"]]
    holds_all_of(server, log)
    shipped(server, log)
    assert server.psql(verified) == [["300", "f"]]
    # another key, though of that name
    os.mkdir(f"{folder}/foreign")
    foreign = ledger.Key(f"{folder}/foreign", log.origin)
    rc, _, err = run("ship", server.url(), "--dir", log.dir, "--once",
                     "--key", foreign.file)
    assert rc == 1 and "not signed" in err, (rc, err)


def two_logs_share_a_database(server, folder):
    logs = []
    for name in ("a", "b"):
        os.mkdir(f"{folder}/{name}")
        logs.append(fresh(server, f"{folder}/{name}", 700))
    with Follower(server, logs[0]), Follower(server, logs[1]):
        for log in logs:
            log.grow(1500)
            log.publish()
        for log in logs:
            wait_until(server, count_of(log), [["1500"]])
    for log in logs:
        holds_all_of(server, log)
    # two shippers of one log: slower, and no harm
    log = logs[0]
    with Follower(server, log) as one, Follower(server, log) as other:
        one.wait_for("ship.place")
        other.wait_for("ship.place")
        for size in (1600, 1700, 3000):
            log.grow(size)
            log.publish()
            wait_until(server, count_of(log), [[str(size)]])
        assert one.child.poll() is None and other.child.poll() is None
    holds_all_of(server, log)


def listings_from_there_are_those_from_here(server, folder):
    """A database of two logs, one of which was partly erased."""
    server.psql("CREATE DATABASE far")
    far = server.url("far")
    run("ship", far, "--migrate")
    logs = []
    for name in ("a", "b"):
        os.mkdir(f"{folder}/{name}")
        logs.append(fresh(server, f"{folder}/{name}", 300))
        if name == "b":
            logs[1].erase([9, 40])
            logs[1].publish()
        rc, _, err = ship(server, logs[-1], "--once", database="far")
        assert rc == 0, err
    subject = "s" + "7".zfill(20) + "A"
    calls = [("list",), ("stats",), ("list", "--json"),
             ("stats", "--json", "--by", "month"),
             ("export", "--format", "csv"), ("export", "--format", "jsonl"),
             ("list", "--subject", subject, "--reverse"),
             ("list", "--limit", "7", "--type", "choice"),
             ("list", "--since", "2025-02-01", "--until", "2025-02-02",
              "--signal", "gpc")]
    for log in logs:
        for args in calls if log is logs[1] else calls[:2]:
            here = run(*args, "--dir", log.dir)
            there = run(*args, "--from", far, "--log", log.origin)
            assert here[0] == 0 and here[1] and here == there, (
                args, here[1][:300], there[1][:300], there[2])
    rc, out, err = run("list", "--from", far, "--subject", subject)
    assert rc == 0 and err == "", err
    parts = [run("list", "--dir", log.dir, "--subject", subject)[1]
             for log in logs]
    assert out == "".join(f"{log.origin}\n{part}" for log, part
                          in zip(logs, parts)), out
    rc, out, _ = run("stats", "--from", far)
    assert rc == 0 and "entries      601\n" in out, out
    assert "checkpoint   601 entries, 0 behind it\n" in out, out
    rc, out, err = run("report", "-o", "-", "--from", far)
    assert rc == 0 and err == "" and "The log was not checked" in out, err
    pages = [run("report", "-o", "-", *args)[1] for args in (
        ("--from", far, "--log", logs[1].origin), ("--dir", logs[1].dir))]
    here, there = [page[page.index("<h2 id=\"choices\""):
                        page.index("<h2 id=\"steps\"")] for page in pages]
    assert here == there, "what it tells is the same"
    assert run("report", "-o", "-", "--from", far, "--key", "x")[0] == 2
    # a database is not believed
    for change, why in (
            ("line = replace(line, '\"tr\"', '\"en\"')", "another leaf"),
            ("line = replace(line, '\"lang\"', '\"lamg\"')", "entry 50: "),
            ("line = replace(line, '\"seq\":50', '\"seq\":51')",
             "another number")):
        before = server.psql(
            f"UPDATE entries SET {change} WHERE seq = 50 AND "
            f"log = '{logs[0].origin}' RETURNING seq", "far")
        assert before == [["50"]]
        rc, _, err = run("list", "--from", far)
        assert rc == 2 and f"{logs[0].origin}: entry 50: " in err, (rc, err)
        assert why in err, err
        server.psql(f"UPDATE entries SET line = $w${logs[0].lines[50]}$w$ "
                    f"WHERE seq = 50 AND log = '{logs[0].origin}'", "far")
    assert run("list", "--from", far)[0] == 0
    for args in (("--from", "file"), ("--log", "x"), ("--from", far, folder),
                 ("--from", far + "&nonsense=1"),
                 ("--from", server.url("none"))):
        rc, out, err = run("list", *args)
        assert rc == 2 and out == "" and err, (args, rc, out, err)


def a_role_needs_few_rights(server, folder):
    """The very statements of docs/SHIPPING.md."""
    with open("docs/SHIPPING.md", encoding="utf-8") as f:
        page = f.read()
    sql = page.split("<!-- roles -->")[1].split("```")[1]
    sql = sql.split("\n", 1)[1]
    server.psql(sql)
    log = fresh(server, folder, 400)
    log.erase([5])
    log.publish()
    rc, _, err = ship(server, log, "--once", user="consent_ship")
    assert rc == 0, err
    holds_all_of(server, log)
    for user, statement in (("consent_ship", "DELETE FROM entries"),
                            ("consent_ship", "DROP TABLE entries"),
                            ("consent_read", "UPDATE logs SET shipped = 0")):
        try:
            server.psql(statement, user=user)
        except AssertionError as error:
            assert "permission denied" in str(error) or \
                "must be owner" in str(error), error
        else:
            raise AssertionError(f"{user} may {statement}")
    rows = server.psql(f"SELECT count(*) FROM entries WHERE "
                       f"log = '{log.origin}'", user="consent_read")
    assert rows == [["401"]], rows


def tables_without_months_will_do(server, folder):
    """Where partitions are not to be had, and for times that have none."""
    server.psql("CREATE DATABASE plain")
    with open("conf/postgresql/001_logs.sql", encoding="utf-8") as f:
        sql = f.read().replace(") PARTITION BY RANGE (time);", ");")
    start = sql.index("CREATE TABLE entries_other")
    sql = sql[:start] + sql[sql.index(";", start) + 1:]
    server.psql(
        sql + "CREATE FUNCTION entries_month(date) RETURNS boolean "
        "LANGUAGE sql AS 'SELECT false'; CREATE TABLE schema_migrations "
        "(version bigint PRIMARY KEY, name text); INSERT INTO "
        "schema_migrations VALUES (1, 'by hand'), (2, 'by hand')", "plain")
    log = ledger.Log(folder, "times.example/one")
    log.grow(100)
    log.erase([50])
    for seq, year in ((20, "1970"), (21, "2019"), (22, "2999"),
                      (23, "9999")):
        log.lines[seq] = log.lines[seq].replace("2025-", f"{year}-", 1)
        log.leaves[seq] = ledger.leaf(log.lines[seq])
    log.publish()
    for database in ("plain", "postgres"):
        rc, _, err = ship(server, log, "--once", database=database)
        assert rc == 0, err
        rows = server.psql("SELECT line FROM entries WHERE log = "
                           f"'{log.origin}' ORDER BY seq", database)
        assert rows == [[line] for line in log.lines]
    assert server.psql("SELECT seq FROM entries_other WHERE log = "
                       f"'{log.origin}' ORDER BY seq") == [
                           ["20"], ["21"], ["22"], ["23"]]


def the_log_of_a_daemon_arrives(server, _):
    """Choices and an erasure, from the form to the database."""
    with Stage(['control = "control.sock"']) as stage:
        log = os.path.join(stage.daemon.folder, "log")
        rc, key, err = run("key", "-c", stage.daemon.file)
        assert rc == 0 and key.count("\n") == 1 and err == "", (rc, err)
        origin = key.split("+")[0]
        client = stage.client()
        for action in (b"action=accept", b"action=reject", b"action=accept"):
            stage.ask(client, [
                "POST /.consent/choice HTTP/1.1",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(action)}"], action)
            assert " 303 " in Message(client).start
        with subprocess.Popen(
                [CTL, "log", "ship", server.url(), "--dir", log, "--key",
                 key.strip()], stderr=subprocess.PIPE, text=True) as child:
            wait_until(server, "SELECT count(*) FROM entries WHERE "
                       f"log = '{origin}' AND type = 'choice'", [["3"]])
            subject = server.psql("SELECT sub FROM entries WHERE log = "
                                  f"'{origin}' AND act = 'accept' LIMIT 1")
            rc, _, err = run("erase", subject[0][0], "-c", stage.daemon.file)
            assert rc == 0, err
            wait_until(server, "SELECT type, count(*) FROM entries WHERE "
                       f"log = '{origin}' AND type IN ('choice', 'erased') "
                       "GROUP BY 1 ORDER BY 1",
                       [["choice", "2"], ["erased", "1"]])
            child.terminate()
            err = child.communicate(timeout=SECONDS)[1]
            assert child.returncode == 0, err
        here = run("export", "--format", "jsonl", log)
        there = run("export", "--format", "jsonl", "--from", server.url(),
                    "--log", origin)
        assert here[0] == 0 and here == there, (here, there)
        assert subject[0][0] not in there[1]


def passwords_are_not_told(server, folder):
    log = fresh(server, folder, 10)
    url = server.url(password="hush%20hush").replace(
        "?", "?sslpassword=quiet&", 1)
    child = subprocess.Popen(
        [CTL, "log", "ship", url, "--dir", log.dir, "--key", log.key.file],
        stderr=subprocess.PIPE, text=True)
    try:
        lines = []
        for line in child.stderr:
            lines.append(line)
            if "ship.place" in line:
                break
        with open(f"/proc/{child.pid}/cmdline", encoding="utf-8") as f:
            seen = f.read()
        assert "xxx@" in seen and "hush" not in seen, seen
        assert "quiet" not in seen, seen
    finally:
        child.terminate()
        lines.append(child.communicate()[1])
    assert "hush" not in "".join(lines), lines
    for bad in ("postgresql://u:hush@h:port/d", "postgresql://u:hush@[h/d",
                "postgresql://u:hush@/d?nonsense=1",
                "postgresql://u:hush@/d?host=/nowhere"):
        rc, out, err = run("ship", bad, "--once", "--dir", log.dir)
        assert rc == 2 and "hush" not in out + err and err, (rc, out, err)


def mistakes_are_told_from_answers(server, folder):
    log = fresh(server, folder, 5)
    for args in ((), ("file",), (server.url(), "more"),
                 (server.url(), "--key", f"{folder}/none"),
                 (server.url(), "--key", f"{log.dir}/checkpoint"),
                 ("--colour", server.url())):
        rc, out, err = run("ship", *args, "--once")
        assert rc == 2 and out == "" and err, (args, rc, out, err)
    rc, out, err = run("ship", "--help")
    assert rc == 0 and "usage: consentctl log ship" in out and err == ""
    # the daemon has nothing to do with it
    linked = subprocess.run(["ldd", f"{BUILD}/consentd"], text=True,
                            capture_output=True, check=True).stdout
    assert "libpq" not in linked and "libc" in linked, linked


CASES = [tables_are_brought_to_what_is_known, a_log_goes_whole_and_once,
         what_comes_is_followed, kill_9_loses_and_doubles_nothing,
         the_database_may_be_away, a_log_that_was_rewritten_is_an_alarm,
         a_log_that_went_back_is_an_alarm, nothing_goes_past_a_fault,
         what_was_erased_is_emptied, without_a_key_nothing_is_verified,
         two_logs_share_a_database,
         listings_from_there_are_those_from_here, a_role_needs_few_rights,
         tables_without_months_will_do, the_log_of_a_daemon_arrives,
         passwords_are_not_told, mistakes_are_told_from_answers]


def main():
    with postgres.Server() as server:
        print(f"1..{len(CASES)}", flush=True)
        run("ship", server.url(), "--migrate")
        for number, case in enumerate(CASES, 1):
            folder = tempfile.mkdtemp()
            start = time.monotonic()
            try:
                case(server, folder)
                print(f"ok {number} - {case.__name__}", end="")
            except (AssertionError, subprocess.SubprocessError) as error:
                print(f"not ok {number} - {case.__name__}")
                print(f"# {error!r}", end="")
            print(f"\n# {time.monotonic() - start:.1f} s", flush=True)
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
