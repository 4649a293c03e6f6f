"""Bare Debian machines in folders: made by debootstrap, started by
systemd-nspawn with a network of their own in which there is only loopback."""

import os
import re
import shutil
import signal
import subprocess
import time

from tap import Broken

SECONDS = 60            # until a machine is up
LONG = 1800             # a build
APT = "/etc/apt/sources.list", "/etc/apt/sources.list.d/debian.sources"
NO_SERVICES = "#!/bin/sh\nexit 101\n"   # for what is installed in a folder


def call(command, seconds=LONG, **options):
    """Runs a command; its output, both kinds, where it fails."""
    done = subprocess.run(command, text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=seconds, check=False, **options)
    if done.returncode != 0:
        raise Broken(f"{command} ended with {done.returncode}:\n" +
                     done.stdout[-6000:])
    return done.stdout


def base(folder):
    """A bare Debian 12 with this machine's sources; kept between runs."""
    if not os.path.exists(folder):
        print("# debootstrap bookworm", flush=True)
        call(["debootstrap", "--variant=minbase", "bookworm",
              f"{folder}.new"])
        for path in APT:
            if os.path.exists(path):
                shutil.copy(path, folder + ".new" + path)
        chroot(f"{folder}.new", "apt-get -qq update")
        os.rename(f"{folder}.new", folder)
    return folder


def copy(source, folder):
    """A machine like another, in place of what was there."""
    remove(folder)
    os.makedirs(os.path.dirname(folder) or ".", exist_ok=True)
    call(["cp", "-a", "--reflink=auto", source, folder])
    return folder


def remove(folder):
    if os.path.exists(folder):
        call(["rm", "-rf", "--one-file-system", folder])


def chroot(folder, script, **environment):
    """Runs a script of the shell in a folder, where no service may start."""
    policy = os.path.join(folder, "usr/sbin/policy-rc.d")
    had = os.path.exists(policy)
    if not had:
        with open(policy, "w", encoding="ascii") as file:
            file.write(NO_SERVICES)
        os.chmod(policy, 0o755)
    try:
        return call(["chroot", folder, "sh", "-euc", script],
                    env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
                         "HOME": "/root", "LC_ALL": "C.UTF-8",
                         "DEBIAN_FRONTEND": "noninteractive"} | environment)
    finally:
        if not had:
            os.unlink(policy)


def is_first(pid):
    """Whether a process is number 1 of a namespace below ours; the one that
    systemd-nspawn makes first and that soon ends is not."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            numbers = re.search(r"^NSpid:(.*)$", file.read(), re.M)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return len(numbers) > 1 and numbers[-1] == "1"


class Machine:
    """A folder that was started. Leaving stops it."""

    def __init__(self, folder):
        self.folder = os.path.abspath(folder)
        self.log = f"{self.folder}.log"

    def __enter__(self):
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit",
                 "--private-network", "--link-journal=no", "--boot",
                 "--directory", self.folder], stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True)
        try:
            self.leader = self.wait_for_leader()
            self.wait_until_up()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)    # an orderly shutdown
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_for_leader(self):
        pid = self.process.pid
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with open(f"/proc/{pid}/task/{pid}/children",
                      encoding="ascii") as file:
                found = [child for child in file.read().split()
                         if is_first(child)]
            if found:
                return found[0]
            time.sleep(0.05)
        with open(self.log, encoding="utf-8", errors="replace") as file:
            raise Broken(f"systemd-nspawn: {file.read()[-2000:]}")

    def wait_until_up(self):
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            _, out, _ = self.run("systemctl is-system-running")
            if out.strip() in ("running", "degraded"):
                return
            time.sleep(0.2)
        raise Broken("the machine does not come up")

    def run(self, script, stdin="", **environment):
        """Runs a script of the shell; its code, output and errors."""
        done = subprocess.run(
            ["nsenter", "--all", "--target", self.leader, "env", "-i",
             "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
             "LC_ALL=C.UTF-8", "SYSTEMD_PAGER=cat",
             "DEBIAN_FRONTEND=noninteractive",
             *(f"{name}={value}" for name, value in environment.items()),
             "sh", "-c", f"cd; {script}"],
            text=True, input=stdin, capture_output=True, timeout=LONG,
            check=False)
        return done.returncode, done.stdout, done.stderr

    def must(self, script, **environment):
        code, out, err = self.run(script, **environment)
        if code != 0:
            raise Broken(f"{script}: {code}\n{out}{err}")
        return out
