#!/usr/bin/env python3
"""What becomes of processes that die. Writes TAP; BUILD names the folder of
the programs."""

import os
import re
import signal
import sys

from stage import Message, Stage, expect, play

QUEUED = 40
MANY = 150      # more than a worker takes in one go


def the_queue_of_a_killed_worker_is_served():
    with Stage() as stage:
        stage.turn()
        stage.faults = "Sanitizer|runtime error"
        worker, = stage.daemon.children("worker")
        os.kill(worker, signal.SIGSTOP)
        clients = [stage.client() for _ in range(QUEUED)]
        for number, client in enumerate(clients):
            stage.ask(client, [f"GET /{number} HTTP/1.1"])
        os.kill(worker, signal.SIGKILL)
        for number, client in enumerate(clients):
            expect(b"/%d " % number, Message(client).body)


def fewer_workers_serve_the_queues_of_more():
    with Stage(["workers = 4"]) as stage:
        stage.turn()
        workers = stage.daemon.children("worker")
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        clients = [stage.client() for _ in range(QUEUED)]
        for client in clients:
            stage.ask(client, ["GET /a HTTP/1.1"])
        stage.daemon.write(["workers = 1"])
        stage.daemon.signal("HUP")
        for client in clients:
            expect(b"/a ", Message(client).body)
        for worker in workers:
            os.kill(worker, signal.SIGCONT)


def who_waited_before_the_stop_is_answered():
    with Stage(["timeouts = { drain = 20; }"]) as stage:
        stage.turn()
        worker, = stage.daemon.children("worker")
        os.kill(worker, signal.SIGSTOP)
        clients = [stage.client() for _ in range(MANY)]
        for client in clients:
            stage.ask(client, ["GET /a HTTP/1.1"])
        stage.daemon.signal("TERM")
        stage.daemon.wait_for(lambda line: "server.stopping" in line)
        os.kill(worker, signal.SIGCONT)
        for client in clients:
            expect(b"/a ", Message(client).body)
        expect(0, stage.daemon.wait())


def one_that_dies_young_waits_longer_each_time():
    with Stage() as stage:
        stage.turn()
        for _ in range(4):
            stage.kill("worker")
            stage.turn()        # it is back
        delays = [re.search(r"deaths=(\d+) delay_ms=(\d+)", line).groups()
                  for line in stage.daemon.lines if "child.delayed" in line]
        expect([("1", "125"), ("2", "250"), ("3", "500")], delays)


def choices_wait_for_the_next_notary():
    with Stage() as stage:
        client = stage.client()
        notary, = stage.daemon.children("notary")
        os.kill(notary, signal.SIGSTOP)
        form = b"action=accept"
        stage.ask(client, ["POST /.consent/choice HTTP/1.1",
                           "Sec-Fetch-Site: same-origin",
                           "Content-Type: application/x-www-form-urlencoded",
                           f"Content-Length: {len(form)}"], form)
        stage.turn()
        stage.kill("notary")
        expect("303", Message(client).start.split()[1])
        expect(1, stage.daemon.choices())


if __name__ == "__main__":
    sys.exit(play((the_queue_of_a_killed_worker_is_served,
                   fewer_workers_serve_the_queues_of_more,
                   who_waited_before_the_stop_is_answered,
                   one_that_dies_young_waits_longer_each_time,
                   choices_wait_for_the_next_notary)))
