#!/usr/bin/env python3
"""The Debian source package, as far as it can be looked at without building
it, and its scripts on folders of their own. What takes a build and a machine
to install on is asked by `make package-check`. Writes TAP."""

import os
import re
import subprocess
import sys
import tempfile

from tap import expect, play, read

# debconf, as far as the scripts speak with it: runs them anew with the arguments
# that stand where it is taken in; each call is noted
CONFMODULE = """
if [ -z "$ANEW" ]; then
	export ANEW=1
	exec sh "$0" "$@"
fi
db_version() { echo version >>"$CALLS"; }
db_fset() { echo "fset $*" >>"$CALLS"; }
db_input() { echo "input $*" >>"$CALLS"; [ -z "$FAILS" ]; }
db_go() { echo go >>"$CALLS"; }
db_get() { RET=$ANSWER; }
db_stop() { echo stop >>"$CALLS"; }
"""


class Sandbox:
    """A maintainer script with its folders moved below one of ours."""

    def __init__(self, name):
        self.folder = tempfile.TemporaryDirectory()
        self.state = os.path.join(self.folder.name, "state")
        self.calls = os.path.join(self.folder.name, "calls")
        module = self.write("confmodule", CONFMODULE)
        text = read(f"debian/consentd.{name}")
        for old, new in (("/var/lib/consentd", self.state),
                         ("/usr/share/debconf/confmodule", module)):
            expect(True, old in text)
            text = text.replace(old, new)
        self.script = self.write("script", text)

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def fill(self):
        os.makedirs(os.path.join(self.state, "log"))

    def run(self, *arguments, **environment):
        done = subprocess.run(
            ["sh", self.script, *arguments], text=True, capture_output=True,
            timeout=60, check=False,
            env=dict(os.environ, CALLS=self.calls, ANSWER="false", FAILS="", ANEW="")
            | environment)
        return done.returncode, done.stderr

    def called(self):
        with open(self.calls, encoding="utf-8") as file:
            return file.read().splitlines()


def purged(answer, **environment):
    """What a purge leaves: whether the log is there, and what it says."""
    box = Sandbox("postrm")
    box.fill()
    code, said = box.run("purge", ANSWER=answer, **environment)
    expect(0, code)
    expect(True, "input high consentd/purge_log" in box.called())
    return os.path.exists(os.path.join(box.state, "log")), box.state, said


def a_purge_keeps_the_log_unless_told():
    kept, state, said = purged("false")
    expect((True, f"consentd: the consent log stays in {state}\n"),
           (kept, said))
    kept, _, said = purged("true")
    expect((False, ""), (kept, said))


def who_cannot_be_asked_keeps_it():
    kept, _, _ = purged("true", FAILS="yes")
    expect(True, kept)


def a_removal_asks_nothing():
    for word in ("remove", "upgrade", "abort-install", "disappear"):
        box = Sandbox("postrm")
        box.fill()
        expect((0, ""), box.run(word))
        expect((True, False), (os.path.exists(box.state),
                               os.path.exists(box.calls)))


def the_answer_is_no_before_it_is_given():
    text = read("debian/consentd.templates")
    expect(["false"], re.findall(r"^Default: (\w+)$", text, re.MULTILINE))
    expect(["consentd/purge_log"],
           re.findall(r"^Template: (\S+)$", text, re.MULTILINE))


def versions_are_one():
    version, = re.findall(r'CONSENT_VERSION "([^"]+)"',
                          read("src/base/version.h"))
    first = read("debian/changelog").splitlines()[0]
    expect(f"consentd ({version}) ", first[:len(version) + 12])


def what_is_linked_is_asked_for():
    """Packages to build with are those of tools/packages."""
    wanted = {line.split()[1] for line in read("tools/packages").splitlines()
              if line.startswith("build ")}
    asked = set(re.findall(r"^ +([a-z0-9.+-]+-dev|pkg-config)\b",
                           read("debian/control").split("\n\n")[0],
                           re.MULTILINE))
    # every machine that builds packages has these
    expect(wanted - {"gcc", "make", "libc6-dev"}, asked)


def the_licence_has_one_place():
    stated = " ".join(read("debian/copyright").split())
    expect(True, "The one place for a licence is the file LICENSE" in stated)
    expect(True, "cat - LICENSE >>" in read("debian/rules"))


if __name__ == "__main__":
    sys.exit(play((a_purge_keeps_the_log_unless_told,
                   who_cannot_be_asked_keeps_it,
                   a_removal_asks_nothing,
                   the_answer_is_no_before_it_is_given,
                   versions_are_one,
                   what_is_linked_is_asked_for,
                   the_licence_has_one_place)))
