#!/usr/bin/env python3
"""What reloads and stops cost: nothing. Writes TAP; BUILD names the folder of
the programs."""

import glob
import os
import resource
import signal
import sys
import time

from stage import BUILD, SECONDS, Broken, Message, Stage, expect, play, wait

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "load"))

from reload import Run      # noqa: E402

from admin_test import ADMIN, Admin     # noqa: E402

FORM = b"action=accept"
CHOICE = ["POST /.consent/choice HTTP/1.1", "Sec-Fetch-Site: same-origin",
          "Content-Type: application/x-www-form-urlencoded",
          f"Content-Length: {len(FORM)}"]


def is_last(answer):
    return answer.values("Connection") == ["close"]


def ask(stage, path="/a", client=None):
    """Asks and expects the answer; the connection, and how it goes on."""
    client = client or stage.client()
    stage.ask(client, [f"GET {path} HTTP/1.1"])
    answer = Message(client)
    expect(path.encode() + b" ", answer.body)
    return client, is_last(answer)


def says(stage, word, at=0):
    return stage.daemon.wait_for(lambda line: word in line, at)


def count(stage, word):
    return sum(word in line for line in stage.daemon.lines)


def reload(stage, config=None, word="reload.done"):
    at = len(stage.daemon.lines)
    if config is not None:
        stage.daemon.write(config)
    stage.daemon.signal("HUP")
    says(stage, word, at)


def new_worker(stage, old):
    """Waits for a worker that was not there before; its process id."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        for pid in stage.daemon.children("worker"):
            if pid not in old:
                return pid
    raise Broken("no new worker came")


def only_the_killed_worker_loses_requests():
    run = Run(BUILD, 16, 20)
    run.start(SECONDS)     # it is ended before
    for deed in (run.reload, run.kill_worker, run.reload, run.kill_notary,
                 run.reload):
        at = time.monotonic() + 0.6
        deed()
        time.sleep(max(0, at - time.monotonic()))
    run.finish()
    report = run.stop()
    expect([], run.wrong)
    for name in ("pages", "choices", "closed_after_answer"):
        if report.sums[name] < 16:
            raise Broken(f"{name}: only {report.sums[name]:g}")


def an_idle_connection_is_answered_once_more():
    with Stage() as stage:
        clients = [ask(stage)[0] for _ in range(20)]
        reload(stage)
        says(stage, "worker.draining")
        for client in clients:  # all at once: they have a moment for it
            stage.ask(client, ["GET /a HTTP/1.1"])
        for client in clients:
            answer = Message(client)
            expect((b"/a ", True), (answer.body, is_last(answer)))
            expect(b"", client.sock.recv(1))
        expect(False, ask(stage)[1])


def what_is_pipelined_is_answered():
    with Stage() as stage:
        client = stage.client()
        stage.ask(client, ["GET /hold HTTP/1.1"])
        wait(stage.origin.behind)
        for _ in range(3):
            stage.ask(client, ["GET /b HTTP/1.1"])
        reload(stage)
        says(stage, "worker.draining")
        stage.origin.on.set()
        answers = [Message(client) for _ in range(4)]
        expect([b"/hold "] + [b"/b "] * 3, [each.body for each in answers])
        expect([False] * 3 + [True],
               [is_last(each) for each in answers])


def listeners_come_and_go():
    """Under way on an address that goes: answered. The others stay."""
    patient = "timeouts = { drain = 20; }"
    with Stage([patient]) as stage:
        kept = f'"127.0.0.1:{stage.daemon.port}"'
        more = '"[::1]:0"'
        reload(stage, [f"listen = ( {kept}, {more} )", "workers = 3",
                       patient])
        held = stage.client()
        stage.ask(held, ["GET /hold HTTP/1.1"])
        wait(stage.origin.behind)
        for number in range(3):
            reload(stage, [f"listen = ( {kept} )",
                           f"workers = {number + 1}", patient])
            ask(stage)
            reload(stage, [f"listen = ( {more}, {kept} )", "workers = 2",
                           patient])
            ask(stage)
        stage.origin.on.set()
        expect(b"/hold ", Message(held).body)


def an_address_that_is_taken_changes_nothing():
    with Stage() as stage, Stage() as other:
        for _ in range(5):
            reload(stage, [f'listen = ( "127.0.0.1:{stage.daemon.port}", '
                           f'"127.0.0.1:{other.daemon.port}" )',
                           "workers = 4"], "reload.refused reason=listen")
            ask(stage)
        expect(1, len(stage.daemon.children("worker")))


def a_reload_in_a_reload_comes_after_it():
    with Stage(["workers = 2"]) as stage:
        while len(old := stage.daemon.children("worker")) < 2:
            stage.turn()            # until each bears its name
        stage.daemon.signal("HUP")
        new_worker(stage, old)      # the first one is under way
        reload(stage, ["workers = 1"], "reload.done workers=1")
        expect(2, count(stage, "reload.done"))
        ask(stage)


def a_reload_in_a_stop_is_none():
    with Stage() as stage:
        held = stage.client()
        stage.ask(held, ["GET /hold HTTP/1.1"])
        wait(stage.origin.behind)
        stage.daemon.signal("TERM")
        says(stage, "worker.draining")
        stage.daemon.signal("HUP")
        stage.origin.on.set()
        expect(b"/hold ", Message(held).body)
        expect(0, stage.daemon.wait())
        expect(0, count(stage, "reload."))


def a_stop_in_a_reload_is_one():
    with Stage(["workers = 2"]) as stage:
        held = stage.client()
        stage.ask(held, ["GET /hold HTTP/1.1"])
        wait(stage.origin.behind)
        old = stage.daemon.children("worker")
        stage.daemon.signal("HUP")
        new_worker(stage, old)
        stage.daemon.signal("TERM")
        says(stage, "server.stopping")
        stage.origin.on.set()
        expect(b"/hold ", Message(held).body)
        expect(0, stage.daemon.wait())


def a_notary_that_dies_in_a_reload_is_replaced():
    with Stage() as stage:
        for number in range(3):
            client = stage.client()
            at = len(stage.daemon.lines)
            stage.daemon.signal("HUP")
            stage.ask(client, CHOICE, FORM)
            stage.faults = "Sanitizer|runtime error"
            for pid in stage.daemon.children("notary"):
                os.kill(pid, signal.SIGKILL)
            expect("303", Message(client).start.split()[1])
            says(stage, "reload.done", at)
            expect(number + 1, stage.daemon.choices())


def a_worker_that_dies_in_a_reload_is_replaced():
    with Stage(["workers = 2"]) as stage:
        stage.faults = "Sanitizer|runtime error"
        old = stage.daemon.children("worker")
        stage.daemon.signal("HUP")
        os.kill(new_worker(stage, old), signal.SIGKILL)
        for _ in range(20):
            ask(stage)
        says(stage, "reload.done")
        for _ in range(20):
            ask(stage)
        expect(2, len([pid for pid in stage.daemon.children("worker")
                       if pid not in old]))


def shown(stage, text):
    """Whether who asks now is shown a text of the configuration."""
    client = stage.client()
    stage.ask(client, ["GET /.consent/ HTTP/1.1", "Connection: close"])
    return text.encode() in Message(client).body


def read_all(stage, pattern):
    for path in glob.glob(f"{stage.daemon.folder}/log/{pattern}"):
        with open(path, encoding="utf-8") as file:
            yield os.path.basename(path), file.read()


def is_recorded(stage, text):
    """Whether the notices that say it are kept and told in an entry each."""
    hashes = [file.split(".")[0] for file, notice
              in read_all(stage, "notices/*.json") if text in notice]
    entries = "".join(lines for _, lines in read_all(stage, "entries/*"))
    return bool(hashes) and all(each in entries for each in hashes)


def name(stage, text, config=()):
    """Reloads with another text, and waits until somebody is shown it; old
    workers may still answer others."""
    stage.daemon.write([*config, f'notice = {{ controller = "{text}"; }}'])
    stage.daemon.signal("HUP")
    until = time.monotonic() + SECONDS
    while not shown(stage, text):
        if time.monotonic() > until:
            raise Broken("it was not shown")


def texts_are_in_the_log_before_they_are_shown():
    with Stage() as stage:
        for text in ("The first", "The second", "The third"):
            name(stage, text)
            expect(True, is_recorded(stage, text))
            says(stage, "reload.done")
        expect(0, count(stage, "texts.unrecorded"))


def a_notary_that_hangs_keeps_no_policy_from_coming():
    """It is said first; and no choice is taken until the text is recorded."""
    with Stage() as stage:
        notary, = stage.daemon.children("notary")
        os.kill(notary, signal.SIGSTOP)
        name(stage, "Another")
        expect(1, count(stage, "texts.unrecorded"))
        expect(False, is_recorded(stage, "Another"))
        says(stage, "reload.done")
        client = stage.client()
        stage.ask(client, CHOICE, FORM)
        os.kill(notary, signal.SIGCONT)
        expect("303", Message(client).start.split()[1])
        expect((True, 1), (is_recorded(stage, "Another"),
                           stage.daemon.choices()))


def choose(stage):
    client = stage.client()
    stage.ask(client, CHOICE, FORM)
    return Message(client).start.split()[1]


def a_log_that_fails_keeps_no_policy_from_coming():
    """The new notary has the limit of the parent: no byte more."""
    open_to_limits = ["sandbox = false"]
    with Stage(open_to_limits) as stage:
        pid = stage.daemon.process.pid
        _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
        old, = stage.daemon.children("notary")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
        name(stage, "Another", open_to_limits)
        expect(1, count(stage, "texts.unrecorded"))
        expect(False, is_recorded(stage, "Another"))
        says(stage, "reload.done")
        expect("503", choose(stage))
        notary, = (one for one in stage.daemon.children("notary")
                   if one != old)
        for each in (pid, notary):
            resource.prlimit(each, resource.RLIMIT_FSIZE, (most, most))
        says(stage, "notary.log_healed")
        expect("303", choose(stage))
        expect(True, is_recorded(stage, "Another"))


def counted(stage, ok, refused):
    numbers = Admin(stage).numbers()
    expect((ok, refused), tuple(
        numbers.value("consentd_reloads_total", result=result)
        for result in ("ok", "refused")))


def old_workers_serve_where_new_ones_cannot_start():
    """No new worker can make a process; root itself always can."""
    user = ['user = "nobody"'] if os.geteuid() == 0 else []
    stage = Stage([*ADMIN, *user], start=False)
    os.chmod(stage.daemon.folder, 0o755)
    stage.daemon.start()
    with stage:
        _, most = resource.getrlimit(resource.RLIMIT_NPROC)
        pid = stage.daemon.process.pid
        resource.prlimit(pid, resource.RLIMIT_NPROC, (0, most))
        reload(stage, word="reload.late")
        for _ in range(20):
            ask(stage)
        Admin(stage).wait_ready(True)   # what serves is not to be ended
        expect("HTTP/1.1 200 OK", Admin(stage).ask("/healthz").start)
        counted(stage, ok=0, refused=1)
        stage.daemon.write(["nonsense = 1"])
        stage.daemon.signal("HUP")
        says(stage, "reload.refused")   # it is not stuck behind the late one
        expect(0, count(stage, "reload.done"))
        counted(stage, ok=0, refused=2)
        resource.prlimit(pid, resource.RLIMIT_NPROC, (most, most))
        says(stage, "reload.done")
        counted(stage, ok=0, refused=2)     # and not once more
        reload(stage, [*ADMIN, *user])
        ask(stage)
        counted(stage, ok=1, refused=2)


if __name__ == "__main__":
    sys.exit(play((only_the_killed_worker_loses_requests,
                   an_idle_connection_is_answered_once_more,
                   what_is_pipelined_is_answered,
                   listeners_come_and_go,
                   an_address_that_is_taken_changes_nothing,
                   a_reload_in_a_reload_comes_after_it,
                   a_reload_in_a_stop_is_none,
                   a_stop_in_a_reload_is_one,
                   a_notary_that_dies_in_a_reload_is_replaced,
                   a_worker_that_dies_in_a_reload_is_replaced,
                   texts_are_in_the_log_before_they_are_shown,
                   a_notary_that_hangs_keeps_no_policy_from_coming,
                   a_log_that_fails_keeps_no_policy_from_coming,
                   old_workers_serve_where_new_ones_cannot_start)))
