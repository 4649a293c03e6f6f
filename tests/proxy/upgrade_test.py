#!/usr/bin/env python3
"""A log outlives programs and machines: one of the first format is continued,
what a later version wrote is refused, a backup verifies and goes on. Writes
TAP; BUILD names the folder of the programs."""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from receipt_test import choose
from stage import BUILD, HERE, SECONDS, Broken, Stage, expect, play

# written, with its throw-away keys, by the first version there was
GOLDEN = os.path.join(HERE, "golden")
PAGE = os.path.join(HERE, "..", "..", "docs/OPERATIONS.md")
CONFIG = ['notice = { languages = ["en"]; }']


def verify(folder, *words):
    found = subprocess.run(
        [os.path.join(BUILD, "consentctl"), "log", "verify", *words,
         os.path.join(folder, "log")],
        capture_output=True, text=True, check=False, timeout=SECONDS)
    return found.returncode, found.stdout + found.stderr


def close(folder):
    """Modes as the daemon has them, which a repository does not keep."""
    for path, folders, files in os.walk(folder):
        for name in folders:
            os.chmod(os.path.join(path, name), 0o700)
        for name in files:
            os.chmod(os.path.join(path, name), 0o600)


def over(source, config=()):
    """A stage that has not begun, over a copy of what source has."""
    stage = Stage([*CONFIG, *config], start=False)
    for name in ("log", "keys"):
        shutil.copytree(os.path.join(source, name),
                        os.path.join(stage.daemon.folder, name))
    close(stage.daemon.folder)
    return stage


def entries(folder):
    text = ""
    for path in sorted(glob.glob(os.path.join(folder, "log/entries/*"))):
        with open(path, encoding="utf-8") as file:
            text += file.read()
    return text


def the_first_format_is_read():
    expect(0, verify(GOLDEN, "--key", os.path.join(GOLDEN, "key.pub"))[0])


def the_first_format_is_continued():
    """Byte for byte what it was, and one tree with what comes."""
    stage = over(GOLDEN)
    before = entries(GOLDEN)
    with stage:
        stage.daemon.start()
        seq, _ = choose(stage, "action=accept")
        expect(True, seq >= before.count("\n"))
        stage.daemon.signal("TERM")
        stage.daemon.wait()
        expect(before, entries(stage.daemon.folder)[:len(before)])
        expect(0, verify(stage.daemon.folder, "--key",
                         os.path.join(GOLDEN, "key.pub"), "--since",
                         os.path.join(GOLDEN, "log/checkpoint"))[0])


def newer(change):
    """The golden log with its last line changed and numbered anew."""
    stage = over(GOLDEN)
    path = os.path.join(stage.daemon.folder,
                        "log/entries/000000000010.jsonl")
    with open(path, encoding="utf-8") as file:
        line = file.read().splitlines()[-1]
    line = line.replace('"seq":11', '"seq":12').replace('"id":"h', '"id":"g')
    with open(path, "a", encoding="utf-8") as file:
        file.write(change(line) + "\n")
    return stage, path


def what_a_later_version_wrote_is_refused():
    """By the daemon as by the verifier, and nothing is changed."""
    for change in (
            lambda line: line.replace('"type":"stop"', '"type":"pause"'),
            lambda line: line[:-1] + ',"weather":"fair"}',
            lambda line: line.replace('"id"', '"uuid"')):
        stage, path = newer(change)
        with open(path, "rb") as file:
            before = file.read()
        code, text = verify(stage.daemon.folder)
        expect((1, True), (code, "000000000010.jsonl:3: entry 12" in text))
        try:
            stage.daemon.start()
            raise Broken("the daemon began over it")
        except TimeoutError as refused:
            expect(True, "notary.refused" in str(refused))
        expect(1, stage.daemon.process.wait(SECONDS))
        with open(path, "rb") as file:
            expect(before, file.read())
        shutil.rmtree(stage.daemon.folder)


def procedure():
    """The commands of the page, between its backup and its restore."""
    with open(PAGE, encoding="utf-8") as file:
        block = re.search(r"### Backup.*?```\n(.*?)```", file.read(),
                          re.DOTALL)
    return block.group(1)


def wait_for(holds):
    deadline = time.monotonic() + SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise Broken("it did not come to that")


def write(stage, end):
    while not end.is_set():
        choose(stage, "action=accept")


def backup(stage, to):
    environment = dict(os.environ, to=to,
                       log=os.path.join(stage.daemon.folder, "log"),
                       keys=os.path.join(stage.daemon.folder, "keys"))
    subprocess.run(["sh", "-eu", "-c", procedure()], env=environment,
                   check=True, timeout=SECONDS)


def a_backup_of_a_log_at_work_goes_on():
    """Taken while choices come; what was given out since tells that it is an
    older copy."""
    with Stage([*CONFIG, "limits = { choices = 0; }"]) as stage, \
            tempfile.TemporaryDirectory() as to:
        end = threading.Event()
        writers = [threading.Thread(target=write, args=(stage, end))
                   for _ in range(4)]
        for writer in writers:
            writer.start()
        for turn in range(3):   # each a backup of its own
            shutil.rmtree(to)
            # three moments: what is published is there, and grows
            wait_for(lambda: os.path.exists(os.path.join(
                stage.daemon.folder, "log/checkpoint"))
                and stage.daemon.choices() > 40 * turn)
            backup(stage, to)
            key = os.path.join(to, "vkey")
            with open(key, "w", encoding="ascii") as file:
                file.write(subprocess.run(
                    [os.path.join(BUILD, "consentctl"), "log", "key", "-c",
                     stage.daemon.file], capture_output=True, text=True,
                    check=True).stdout)
            code, text = verify(to, "--key", key)
            expect((0, turn, ""), (code, turn, "" if code == 0 else text))
        end.set()
        for writer in writers:
            writer.join(SECONDS)
        early = os.path.join(to, "log/checkpoint")
        kept = shutil.copy(early, os.path.join(to, "kept"))
        stage.daemon.signal("TERM")
        stage.daemon.wait()
        late = os.path.join(stage.daemon.folder, "log/checkpoint")
        restored = over(to)
        with restored:
            restored.daemon.start()
            choose(restored, "action=accept")
            restored.daemon.signal("TERM")
            restored.daemon.wait()
            folder = restored.daemon.folder
            expect(0, verify(folder, "--key", key, "--since", kept)[0])
            code, text = verify(folder, "--key", key, "--since", late)
            expect((1, True), (code, "kept" in text or "since" in text))


def an_entry_is_missing_or_its_key():
    """A copy without its keys is not taken for the log it was."""
    stage = over(GOLDEN)
    shutil.rmtree(os.path.join(stage.daemon.folder, "keys"))
    try:
        stage.daemon.start()
        raise Broken("the daemon began with another key")
    except TimeoutError as refused:
        expect(True, "notary.refused" in str(refused))
    expect(1, stage.daemon.process.wait(SECONDS))
    shutil.rmtree(stage.daemon.folder)


def formats_of_the_golden_log_are_those_of_today():
    """Each kind of entry with exactly these members: a change of any is a new
    format, and wants a golden log of its own."""
    members = {
        "start": "what why", "stop": "what why", "key": "kid alg what why",
        "policy": "hash", "notice": "hash", "erase": "entries why",
        "choice": "act granted denied policy notice lang signal via kid"}
    head = "seq id time type node version"
    stage = over(GOLDEN)
    with stage:
        stage.daemon.start()
        choose(stage, "action=reject")
        stage.daemon.signal("TERM")
        stage.daemon.wait()
        for line in entries(stage.daemon.folder).splitlines():
            entry = json.loads(line)
            if "erased" in entry:
                expect(["seq", "erased", "by"], list(entry))
            else:
                names = [name for name in entry if name != "sub"]
                expect(f"{head} {members[entry['type']]}", " ".join(names))


if __name__ == "__main__":
    sys.exit(play((the_first_format_is_read, the_first_format_is_continued,
                   formats_of_the_golden_log_are_those_of_today,
                   what_a_later_version_wrote_is_refused,
                   an_entry_is_missing_or_its_key,
                   a_backup_of_a_log_at_work_goes_on)))
