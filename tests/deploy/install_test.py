#!/usr/bin/env python3
"""What `make install` puts where, with which modes, and that it works from
there. Writes TAP; BUILD names the folder of the programs."""

import os
import re
import stat
import subprocess
import sys
import tempfile

from tap import BUILD, TOP, Broken, expect, play

UNITS = {"consentd.service", "consentd.socket", "consentd-ship.service"}


def install(to, umask=0o077, **names):
    """Installs below a folder, under a umask that must not show."""
    rows = [f"{name}={value}" for name, value in names.items()]
    done = subprocess.run(
        ["make", "install", f"B={BUILD}", f"DESTDIR={to}", *rows], cwd=TOP,
        umask=umask, text=True, capture_output=True, timeout=250, check=False)
    if done.returncode != 0:
        raise Broken(done.stdout + done.stderr)


def files(top):
    """Every file below a folder with its mode."""
    return {os.path.relpath(os.path.join(folder, name), top):
            stat.S_IMODE(os.stat(os.path.join(folder, name)).st_mode)
            for folder, _, names in os.walk(top) for name in names}


def ask(*command):
    done = subprocess.run(command, text=True, capture_output=True, timeout=60,
                          check=False)
    return done.returncode, done.stdout + done.stderr


def all_of_it_is_where_it_belongs():
    with tempfile.TemporaryDirectory() as to:
        install(to)
        found = files(to)
        wanted = {"etc/consentd/consentd.conf", "etc/consentd/policy.conf"}
        wanted |= {"usr/local/" + name for name in (
            "bin/consentd", "bin/consentctl", "lib/libconsent.a",
            "lib/libconsent.so", "lib/libconsent.so.1",
            "lib/pkgconfig/libconsent.pc",
            "share/man/man1/consentctl.1", "share/man/man5/consentd.conf.5",
            "share/man/man8/consentd.8",
            "share/bash-completion/completions/consentctl",
            "share/bash-completion/completions/consentd",
            "share/zsh/site-functions/_consentctl")}
        wanted |= {"usr/local/lib/systemd/system/" + name for name in UNITS}
        wanted |= {"usr/local/include/libconsent/" + name for name in
                   os.listdir(os.path.join(TOP, "include/libconsent"))}
        expect(set(), wanted - set(found))
        for name, mode in found.items():
            expect((name, 0o755 if "/bin/" in name else 0o644), (name, mode))


def a_distribution_says_where():
    with tempfile.TemporaryDirectory() as to:
        install(to, PREFIX="/usr", LIBDIR="/usr/lib/x", UNITDIR="/lib/u")
        found = files(to)
        wanted = {"usr/bin/consentd", "usr/lib/x/libconsent.a"}
        wanted |= {"lib/u/" + name for name in UNITS}
        expect(set(), wanted - set(found))
        expect([], [name for name in found if "local" in name])
        for name in UNITS:
            with open(os.path.join(to, "lib/u", name), encoding="ascii") as f:
                text = f.read()
            if re.search("@[A-Z]+@|/local/", text):
                raise Broken(f"{name} keeps a name that is to be replaced")


def the_sample_is_whole_and_stays():
    with tempfile.TemporaryDirectory() as to:
        install(to)
        conf = os.path.join(to, "etc/consentd/consentd.conf")
        ctl = os.path.join(to, "usr/local/bin/consentctl")
        expect((0, f"{conf}: nothing is wrong\n"), ask(ctl, "check", conf))
        with open(conf, encoding="utf-8") as file:
            text = file.read()
        for line in ('keys = "/var/lib/consentd/keys";',
                     'directory = "/var/lib/consentd/log";',
                     '\ncontrol = "/run/consentd/control.sock";'):
            expect((line, 1), (line, text.count(line)))
        with open(conf, "w", encoding="utf-8") as file:
            file.write("// mine\n")
        install(to)
        with open(conf, encoding="utf-8") as file:
            expect("// mine\n", file.read())


if __name__ == "__main__":
    sys.exit(play((all_of_it_is_where_it_belongs,
                   a_distribution_says_where,
                   the_sample_is_whole_and_stays)))
