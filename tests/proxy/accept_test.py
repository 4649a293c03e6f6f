#!/usr/bin/env python3
"""Who takes connections while workers come and go.
Writes TAP; BUILD names the folder of the programs."""

import sys

from stage import Broken, Message, Stage, expect, play, wait


def ask_once(stage):
    client = stage.client()
    stage.ask(client, ["GET /a HTTP/1.1", "Connection: close"])
    expect(b"/a ", Message(client).body)


def hold_worker(stage):
    """Keeps one worker busy, so that it drains; its connection."""
    held = stage.client()
    stage.ask(held, ["GET /hold HTTP/1.1"])
    wait(stage.origin.behind)
    return held


def finish(stage, held):
    stage.origin.on.set()
    expect(b"/hold ", Message(held).body)


def fewer_workers_leave_no_deaf_socket():
    with Stage(["workers = 4"]) as stage:
        held = hold_worker(stage)
        stage.daemon.write(["workers = 1"])
        stage.daemon.signal("HUP")
        drained = 0             # all four of the old ones; one is held
        while drained < 4:
            at = len(stage.daemon.lines)
            drained = sum("worker.draining" in line
                          for line in stage.daemon.lines[:at])
            if drained < 4:
                stage.daemon.wait_for(lambda line: True, at)
        for _ in range(20):
            ask_once(stage)
        finish(stage, held)


def reloads_in_a_row_kill_nobody():
    """A worker that is to drain before it is ready does so later."""
    with Stage(["workers = 4"]) as stage:
        for _ in range(4):
            at = len(stage.daemon.lines)
            stage.daemon.signal("HUP")
            stage.daemon.wait_for(lambda line: "reload.done" in line, at)
        ask_once(stage)
        stage.daemon.signal("TERM")
        expect(0, stage.daemon.wait())
        killed = [line for line in stage.daemon.lines
                  if "child.killed" in line]
        expect([], killed)


def who_comes_after_the_stop_is_refused():
    with Stage() as stage:
        held = hold_worker(stage)
        stage.daemon.signal("TERM")
        stage.daemon.wait_for(lambda line: "worker.draining" in line)
        try:
            stage.client()
            raise Broken("the port still takes connections")
        except ConnectionRefusedError:
            pass
        finish(stage, held)
        expect(0, stage.daemon.wait())


if __name__ == "__main__":
    sys.exit(play((fewer_workers_leave_no_deaf_socket,
                   reloads_in_a_row_kill_nobody,
                   who_comes_after_the_stop_is_refused)))
