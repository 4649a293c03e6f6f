#!/usr/bin/env python3
"""What is in the memory of which process: the keys that sign, the account of
what was withheld and what it says of keys are the notary's alone, what no rule names each worker's.
Runs without the sandbox, so that the tests may look. Writes TAP; BUILD names
the folder of the programs."""

import base64
import glob
import os
import re
import sys
import time

from sandbox_test import children
from stage import SECONDS, Broken, Stage, expect, play

CONFIG = ["sandbox = false", 'admin = "127.0.0.1:0"', "workers = 2",
          'token = { algorithm = "ES256"; }']
MOST = 1 << 28      # what is larger is reserved and not used


def regions(pid):
    with open(f"/proc/{pid}/maps", encoding="utf-8") as file:
        for line in file:
            place, rights, *_ = line.split()
            first, last = (int(text, 16) for text in place.split("-"))
            yield first, last, rights, line


def holds(pid, wanted):
    """Whether bytes stand anywhere in what a process may write to."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for first, last, rights, _ in regions(pid):
            if "rw" not in rights or last - first > MOST:
                continue
            try:
                found = os.pread(memory.fileno(), last - first, first)
            except OSError:     # a page that is only reserved
                continue
            if wanted in found:
                return True
    return False


def shared(pid):
    """The tables that it has in common with others, each by the number of the
    file that the kernel keeps it in, and how much of it is there."""
    found = {}
    for first, last, rights, line in regions(pid):
        if "s" in rights and "/dev/zero" in line:
            number = line.split()[4]
            found[number] = found.get(number, 0) + last - first
    return found


def key_of(stage, kind):
    """What is in the file of the key, in DER (RFC 5208)."""
    path, = glob.glob(os.path.join(stage.daemon.folder, f"keys/*.{kind}.pem"))
    with open(path, encoding="ascii") as file:
        return base64.b64decode("".join(
            line for line in file if not line.startswith("-")))


def secrets_of(stage):
    """The private numbers of both keys, as OpenSSL has them in memory, and as
    they stand in a file that was read."""
    number = re.search(rb"\x02\x01\x01\x04\x20(.{32})",
                       key_of(stage, "es256"), re.DOTALL).group(1)
    return ((True, number[::-1]), (True, key_of(stage, "ed25519")[-32:]),
            (False, number))


def helpers(pid):
    """All that a worker has forked: who looks names up."""
    for child in children(pid):
        yield child
        yield from helpers(child)


def all_but_the_notary(stage):
    """Both workers, who looks names up for each, and admin."""
    end = time.monotonic() + SECONDS
    found = []
    while len(found) != 7:
        if time.monotonic() > end:
            raise TimeoutError(f"there are {len(found)} processes, not 7")
        # a worker that started has yet to fork its own
        workers = stage.daemon.children("worker")
        found = [*workers, *stage.daemon.children("admin")]
        for worker in workers:
            found += helpers(worker)
    expect(2, len(workers))
    return found


def the_keys_that_sign_are_the_notarys():
    with Stage(CONFIG) as stage:
        stage.turn()
        notary, = stage.daemon.children("notary")
        for is_kept, secret in secrets_of(stage):
            expect(is_kept, holds(notary, secret))
            for pid in all_but_the_notary(stage):
                if holds(pid, secret):
                    raise Broken(f"{pid} has a key that signs")


def the_account_is_the_notarys():
    with Stage(CONFIG) as stage:
        stage.turn()
        notary, = stage.daemon.children("notary")
        tables = shared(notary).keys()
        accounts = [tables - shared(pid).keys()
                    for pid in all_but_the_notary(stage)]
        expect(2, len(accounts[0]))     # and what it says of keys
        for account in accounts:
            expect(accounts[0], account)


def what_no_rule_names_is_each_workers_own():
    with Stage(CONFIG) as stage:
        stage.turn()
        parent = shared(stage.daemon.process.pid)
        notary, = stage.daemon.children("notary")
        admin, = stage.daemon.children("admin")
        workers = stage.daemon.children("worker")
        inventory, = (set(shared(workers[0])) - set(shared(notary)))
        for pid in workers:
            expect(245760, shared(pid)[inventory])
        expect(256 * 245760, parent[inventory])
        for pid in (notary, admin):
            expect(False, inventory in shared(pid))


if __name__ == "__main__":
    sys.exit(play((the_keys_that_sign_are_the_notarys,
                   the_account_is_the_notarys,
                   what_no_rule_names_is_each_workers_own)))
