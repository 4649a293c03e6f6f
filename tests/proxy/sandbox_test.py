#!/usr/bin/env python3
"""What the kernel says of the processes of a daemon that serves.
Writes TAP; BUILD names the folder of the programs."""

import os
import sys
import time

from stage import (SECONDS, Broken, Message, Stage, expect,
                   is_of_sanitizers, play)


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file
                    if ":\t" in line)


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def is_weak(stage):
    return any(is_of_sanitizers(line) for line in stage.daemon.lines)


def check(stage, pid):
    """It is confined, or is about to: it bears its name before."""
    wanted = "0" if is_weak(stage) else "2"
    deadline = time.monotonic() + SECONDS
    while (status := status_of(pid))["Seccomp"] != wanted:
        if time.monotonic() > deadline:
            raise Broken(f"Seccomp of {pid} stays {status['Seccomp']}")
    expect("1", status["NoNewPrivs"])


def names_are_looked_up_and_all_is_confined():
    with Stage() as stage:
        port = stage.origin.port
        stage.daemon.write([f'upstream = "http://localhost:{port}"'])
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(lambda line: "child.ended role=worker" in line)
        client = stage.client()
        stage.ask(client, ["GET /named HTTP/1.1"])
        expect(b"/named ", Message(client).body)
        for role in ("worker", "notary"):
            stage.each(role, lambda pid: check(stage, pid))
        worker, = stage.daemon.children("worker")
        helper, = children(worker)
        resolver, = children(helper)
        check(stage, resolver)


def it_can_be_taken_away():
    with Stage(["sandbox = false"]) as stage:
        stage.turn()
        for role in ("worker", "notary"):
            for pid in stage.daemon.children(role):
                expect("0", status_of(pid)["Seccomp"])


def core_files_are_not_written():
    with Stage() as stage:
        stage.turn()
        worker, = stage.daemon.children("worker")
        with open(f"/proc/{worker}/limits", encoding="ascii") as file:
            core, = [line for line in file if line.startswith("Max core")]
        expect(["0", "0"], core.split()[4:6])
        if not is_weak(stage) and os.stat(f"/proc/{worker}").st_uid != 0:
            raise Broken("others can look into a worker")


if __name__ == "__main__":
    sys.exit(play((names_are_looked_up_and_all_is_confined,
                   it_can_be_taken_away,
                   core_files_are_not_written)))
