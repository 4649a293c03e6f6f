"""Follows Containerfile in folders, and runs what comes of it as an engine of
containers would: a root that cannot be written, a user without rights, and
processes and network of its own. An engine is not needed, root is."""

import glob
import os
import shutil
import signal
import subprocess
import sys
import time

import containerfile
import machine
from tap import TOP, Broken

SECONDS = 60

# Run by `unshare` in namespaces of its own: makes the mounts, becomes the user
# and starts the program, as process 1.
INSIDE = """
import ctypes, fcntl, os, socket, struct, sys
root, state, conf, ids, *command = sys.argv[1:]
uid, gid = map(int, ids.split(":"))
def mount(*words):
    if os.spawnvp(os.P_WAIT, "mount", ["mount", *words]):
        sys.exit(70)
mount("--make-rprivate", "/")
mount("--bind", root, root)
mount("--bind", state, root + "/var/lib/consentd")
mount("--bind", conf, root + "/etc/consentd")
mount("-t", "tmpfs", "-o", f"uid={uid},gid={gid},mode=700", "tmpfs",
      root + "/run/consentd")
mount("-t", "proc", "proc", root + "/proc")
mount("-o", "remount,bind,ro", root + "/etc/consentd")
mount("-o", "remount,bind,ro", root)
up = socket.socket()                        # the loopback interface
fcntl.ioctl(up, 0x8914, struct.pack("16sH", b"lo", 0x1 | 0x40))
up.close()
os.chroot(root)
os.chdir("/")
libc = ctypes.CDLL(None)
for capability in range(64):                # PR_CAPBSET_DROP of each there is
    libc.prctl(24, capability, 0, 0, 0)
os.setgroups([])
os.setresgid(gid, gid, gid)
os.setresuid(uid, uid, uid)
libc.prctl(38, 1, 0, 0, 0)                  # PR_SET_NO_NEW_PRIVS
os.execve(command[0], command, {"PATH": "/usr/bin"})
"""


def copy_into(sources, base, to, folder):
    """COPY: files of a glob, or what is in a folder."""
    target = folder + to
    for pattern in sources:
        for path in sorted(glob.glob(os.path.join(base, pattern.lstrip("/")))):
            if os.path.isdir(path):
                os.makedirs(target, exist_ok=True)
                machine.call(["cp", "-a", path.rstrip("/") + "/.", target])
            elif to.endswith("/"):
                os.makedirs(target, exist_ok=True)
                shutil.copy2(path, target)
            else:
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copy2(path, target)


def context(folder):
    """What is sent to an engine: the files that git has, or would."""
    names = machine.call(["git", "ls-files", "-co", "--exclude-standard"],
                         cwd=TOP).splitlines()
    machine.remove(folder)
    for name in names:
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy2(os.path.join(TOP, name), path, follow_symlinks=False)
    return folder


def follow(stage, base, sent, folders, folder):
    """Makes one stage in a folder."""
    if stage.image == "scratch":
        machine.remove(folder)
        os.makedirs(folder)
    else:
        machine.copy(base, folder)
    place, environment = "/", {}
    for word, arguments in stage.rows:
        if word == "WORKDIR":
            place = os.path.join(place, arguments)
            os.makedirs(folder + place, exist_ok=True)
        elif word == "ENV":
            environment |= containerfile.environment_of(arguments)
        elif word == "COPY":
            source, paths, to = containerfile.copy_of(arguments)
            if to == ".":
                to = place + "/"
            if paths == ["."]:
                paths = [""]
            copy_into(paths, folders[source] if source else sent, to, folder)
        elif word == "RUN":
            print(f"# RUN {arguments[:60]}…", flush=True)
            machine.chroot(folder, f"cd {place}\n{arguments}", **environment)


def build(base, folder):
    """Follows the whole file; the folder of its last stage."""
    sent = context(f"{folder}/context")
    folders = {}
    for number, stage in enumerate(containerfile.stages()):
        name = stage.name or f"stage-{number}"
        folders[name] = f"{folder}/{name}"
        follow(stage, base, sent, folders, folders[name])
        last = folders[name]
    return last


class Container:
    """The last stage, running with these folders of state and of
    configuration. Leaving stops it as an engine would."""

    def __init__(self, root, state, conf):
        self.stage = containerfile.stages()[-1]
        self.root = os.path.abspath(root)
        self.mounts = [os.path.abspath(state), os.path.abspath(conf)]
        for path in ("/etc/consentd", "/proc"):
            os.makedirs(self.root + path, exist_ok=True)
        self.log = os.path.join(os.path.dirname(self.mounts[0]), "log.txt")

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts",
                 "--fork", "--kill-child", sys.executable, "-c", INSIDE,
                 self.root, *self.mounts, self.stage.only("USER"),
                 *self.stage.program("ENTRYPOINT")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            self.wait_until_healthy()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None and (pid := self.first()):
            os.kill(int(pid), getattr(signal, self.stage.only("STOPSIGNAL")))
        try:
            self.code = self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.code = self.process.wait()

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def first(self):
        """Process 1 of the container, by its number out here."""
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children",
                  encoding="ascii") as file:
            return (file.read().split() or [None])[0]

    def inside(self, command):
        """Runs a program of the container in it, without a shell."""
        uid, gid = self.stage.only("USER").split(":")
        return subprocess.run(
            ["nsenter", "--target", self.first(), "--all", "--root",
             "--setuid", uid, "--setgid", gid, *command],
            text=True, capture_output=True, timeout=SECONDS, check=False)

    def beside(self, *command):
        """Runs a program of this machine in the container's network."""
        return ["nsenter", "--target", self.first(), "--net", *command]

    def health(self):
        return self.inside(self.stage.program("HEALTHCHECK"))

    def wait_until_healthy(self):
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Broken(f"it ended: {self.said()}")
            if self.first() and self.health().returncode == 0:
                return
            time.sleep(0.1)
        raise Broken(f"it is not healthy: {self.said()}")
