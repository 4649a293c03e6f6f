"""libconsent as others get it: installed from a build into a folder of its
own, and programs that are built against that by pkg-config."""

import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "..", "proxy"))

BUILD = os.path.abspath(os.environ.get("BUILD", "build/release"))
SECONDS = 120
LIBDIR = "/usr/lib/consent-test"
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]


def run(command, **options):
    """What a command prints; its complaints are the reason of a failure."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, text=True,
                          capture_output=True, timeout=SECONDS, check=False,
                          **options)
    if done.returncode != 0:
        raise OSError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return done.stdout


class Installed:
    """`make install-library` of the build that is tested. A build with
    sanitizers wants programs that have them, too."""

    def __init__(self):
        self.place = tempfile.TemporaryDirectory(prefix="libconsent-")
        self.root = self.place.name
        self.libdir = self.root + LIBDIR
        mode = os.path.basename(BUILD)
        self.flags = ["-g", "-fsanitize=address,undefined"] \
            if mode == "asan" else ["-g"]
        plain = {key: value for key, value in os.environ.items()
                 if not key.startswith("MAKE") and key != "MFLAGS"}
        run(["make", "-s", "install-library", f"MODE={mode}", "PREFIX=/usr",
             f"LIBDIR={LIBDIR}", f"DESTDIR={self.root}"], cwd=TOP, env=plain)
        self.environment = dict(
            plain, PKG_CONFIG_PATH=f"{self.libdir}/pkgconfig",
            PKG_CONFIG_SYSROOT_DIR=self.root)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.place.cleanup()

    def pkg_config(self, *words):
        return run(["pkg-config", *words], env=self.environment).split()

    def shared(self):
        """What links to the shared library, and finds it here."""
        return [*self.pkg_config("--libs", "libconsent"),
                f"-Wl,-rpath,{self.libdir}"]

    def static(self):
        """What links to the static one, and to what it needs as it is here.
        Where that lies is known without us."""
        needs = self.pkg_config("--print-requires-private", "libconsent")
        return [f"{self.libdir}/libconsent.a",
                *run(["pkg-config", "--libs", *needs]).split()]

    def compile(self, source, libraries, compiler=("cc", "-std=c11")):
        """Builds a program; source is its path. Returns that of the program,
        made anew each time."""
        handle, program = tempfile.mkstemp(dir=self.root)
        os.close(handle)
        run([*compiler, *self.flags, *WARNINGS, source, "-o", program,
             *self.pkg_config("--cflags", "libconsent"), *libraries])
        return program

    def write(self, name, text):
        path = os.path.join(self.root, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


def example():
    """The program of docs/LIBCONSENT.md."""
    with open(f"{TOP}/docs/LIBCONSENT.md", encoding="utf-8") as file:
        return re.search(r"^```c\n(.*?)^```", file.read(),
                         re.MULTILINE | re.DOTALL)[1]
