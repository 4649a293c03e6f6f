#!/usr/bin/env python3
"""Who the processes are, and what they own, when `user` is set. To change the
user takes root. Writes TAP; BUILD names the folder of the programs."""

import glob
import grp
import os
import pwd
import socket
import stat
import subprocess
import sys

from stage import BUILD, SECONDS, Broken, Message, Stage, expect, play

USER = pwd.getpwnam("nobody")
GROUP = grp.getgrnam("nogroup")
FILES, BIND = 1 << 1, 1 << 10      # CAP_DAC_OVERRIDE, CAP_NET_BIND_SERVICE
CONFIG = ['user = "nobody"', 'group = "nogroup"', "workers = 2"]


class Dropped(Stage):
    """A daemon whose folder lets the user pass, and that runs as the user."""

    def __init__(self, config=()):
        super().__init__([*CONFIG, *config], start=False)
        os.chmod(self.daemon.folder, 0o755)
        self.prepare()
        self.daemon.start()

    def prepare(self):
        pass


class Foreign(Dropped):
    """Its log belongs to root."""

    def prepare(self):
        os.mkdir(os.path.join(self.daemon.folder, "log"), 0o700)


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file
                    if ":\t" in line)


def check_process(pid):
    status = status_of(pid)
    expect([str(USER.pw_uid)] * 4, status["Uid"].split())
    expect([str(GROUP.gr_gid)] * 4, status["Gid"].split())
    expect([str(GROUP.gr_gid)], status["Groups"].split())
    for kind in ("CapPrm", "CapEff", "CapAmb"):
        expect(0, int(status[kind], 16))


def all_but_the_parent_change():
    with Dropped() as stage:
        stage.turn()
        found = stage.daemon.children("worker")
        expect(2, len(found))
        for pid in found + stage.daemon.children("notary"):
            check_process(pid)
        for worker in found:
            for path in glob.glob(f"/proc/{worker}/task/*/children"):
                with open(path, encoding="ascii") as file:
                    for pid in file.read().split():
                        check_process(pid)
        expect("0", status_of(stage.daemon.process.pid)["Uid"].split()[0])


def family_of(stage):
    """All but the parent, the resolvers below the workers as well."""
    found = []
    for role in ("worker", "notary", "admin"):
        pids = stage.daemon.children(role)
        if not pids:
            raise Broken(f"no {role} runs")
        found += pids
    for pid in list(found):
        for path in glob.glob(f"/proc/{pid}/task/*/children"):
            with open(path, encoding="ascii") as file:
                found += map(int, file.read().split())
    return found


def capabilities_of(pid, *kinds):
    status = status_of(pid)
    return [int(status[f"Cap{kind}"], 16) for kind in kinds]


def what_a_service_manager_gives_is_the_parents():
    """As AmbientCapabilities= of the unit does it."""
    stage = Stage(['admin = "127.0.0.1:0"', "workers = 2"], start=False)
    os.chown(stage.daemon.folder, USER.pw_uid, GROUP.gr_gid)
    stage.daemon.start(by=(
        "setpriv", "--reuid", "nobody", "--regid", "nogroup",
        "--clear-groups", "--no-new-privs", "--inh-caps", "+net_bind_service",
        "--ambient-caps", "+net_bind_service",
        "--bounding-set", "-all,+net_bind_service"))
    with stage:
        stage.turn()
        expect([BIND] * 3, capabilities_of(
            stage.daemon.process.pid, "Prm", "Eff", "Amb"))
        for pid in family_of(stage):
            expect([0] * 4, capabilities_of(pid, "Inh", "Prm", "Eff", "Amb"))


def root_children_keep_the_files_alone():
    with Stage(['admin = "127.0.0.1:0"']) as stage:
        stage.turn()
        for pid in family_of(stage):
            expect([0, FILES, FILES, 0, 0], capabilities_of(
                pid, "Inh", "Prm", "Eff", "Bnd", "Amb"))


def those_that_come_later_change_too():
    with Dropped() as stage:
        stage.kill("notary")
        stage.daemon.wait_for(lambda line: "child.killed" in line)
        stage.daemon.signal("HUP")
        stage.daemon.wait_for(lambda line: "reload.done" in line)
        at = 0
        for _ in range(2):      # the old ones leave
            line = stage.daemon.wait_for(
                lambda line: "child.ended role=worker" in line, at)
            at = stage.daemon.lines.index(line) + 1
        stage.turn()
        for role in ("worker", "notary"):
            stage.each(role, check_process)


def the_log_is_theirs_and_works():
    with Dropped() as stage:
        form = b"action=accept"
        client = stage.client()
        stage.ask(client, ["POST /.consent/choice HTTP/1.1",
                           "Sec-Fetch-Site: same-origin",
                           "Content-Type: application/x-www-form-urlencoded",
                           f"Content-Length: {len(form)}"], form)
        answer = Message(client)
        if " 303 " not in answer.start:
            raise Broken(answer.start)
        expect(1, stage.daemon.choices())
        folder = os.stat(os.path.join(stage.daemon.folder, "log"))
        expect((USER.pw_uid, GROUP.gr_gid, 0o700),
               (folder.st_uid, folder.st_gid, stat.S_IMODE(folder.st_mode)))


def a_folder_that_the_user_cannot_write_is_named():
    try:
        Foreign()
        raise Broken("it started")
    except TimeoutError as error:
        said = str(error)
    for word in ("privilege.folder", "/log", "user=nobody",
                 "Permission denied"):
        if word not in said:
            raise Broken(f"{word} is not in: {said}")


def only_root_can_change():
    stage = Stage(CONFIG, start=False)
    os.chmod(stage.daemon.folder, 0o777)
    os.chmod(stage.daemon.file, 0o644)
    done = subprocess.run(
        [os.path.join(BUILD, "consentd"), "-c", stage.daemon.file],
        capture_output=True, text=True, timeout=SECONDS, user="daemon",
        group="daemon", extra_groups=[])
    stage.daemon.stop()
    expect(1, done.returncode)
    if "only root can change to another user" not in done.stderr:
        raise Broken(done.stderr)


def unix_sockets_are_theirs():
    with Dropped(['listen = [ "127.0.0.1:0", "unix:s" ]']) as stage:
        path = os.path.join(stage.daemon.folder, "s")
        found = os.stat(path)
        expect((USER.pw_uid, GROUP.gr_gid, 0o660),
               (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)))
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(path)


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("1..0 # SKIP to change the user takes root")
        sys.exit(0)
    sys.exit(play((all_but_the_parent_change,
                   what_a_service_manager_gives_is_the_parents,
                   root_children_keep_the_files_alone,
                   those_that_come_later_change_too,
                   the_log_is_theirs_and_works,
                   a_folder_that_the_user_cannot_write_is_named,
                   only_root_can_change,
                   unix_sockets_are_theirs)))
