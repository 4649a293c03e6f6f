#!/usr/bin/env python3
"""What compiler and linker put between a mistake and its use: looked for in
the programs, and missed in one that was built without. Writes TAP; BUILD names
the folder of the programs, a released one."""

import os
import re
import subprocess
import sys
import tempfile

BUILD = os.environ.get("BUILD", "build/release")
PROGRAMS = ("consentd", "consentctl")

# what leaves no trace of its own in a program, by the command of each compile
FLAGS = ("-fstack-protector-strong", "-fstack-clash-protection",
         "-fcf-protection=full", "-ftrivial-auto-var-init=zero",
         "-fno-strict-overflow", "-D_FORTIFY_SOURCE=2")

# none of it is asked for, so that each look has to miss its own
BARE = ("-O2", "-no-pie", "-fno-pie", "-fno-stack-protector",
        "-fcf-protection=none", "-U_FORTIFY_SOURCE", "-Wl,-z,norelro",
        "-Wl,-z,lazy", "-Wl,-z,execstack", "-Wl,-rpath,/tmp")
SOURCE = """
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv)
{
	char text[16];
	strcpy(text, argv[argc - 1]);
	return puts(text);
}
"""


def run(*words):
    return subprocess.run(words, capture_output=True, text=True,
                          check=True).stdout


class Program:
    """What the tools of binutils tell of one."""

    def __init__(self, path):
        self.head = run("readelf", "-hW", path)
        self.segments = run("readelf", "-lW", path)
        self.dynamic = run("readelf", "-dW", path)
        self.symbols = run("readelf", "-W", "--dyn-syms", path)
        self.code = run("objdump", "-d", "--no-show-raw-insn",
                        "--disassemble=main", path)

    def segment(self, name):
        return re.findall(rf"^ +{name} +(?:0x\S+ +){{5}}(.*?) +0x", self.segments,
                          re.MULTILINE)

    def is_pie(self):
        return " DYN (" in self.head and " PIE" in self.dynamic

    def stack_is_no_code(self):
        return self.segment("GNU_STACK") == ["RW"] \
            and not re.search(r" RWE ", self.segments)

    def is_read_only_after_the_start(self):
        """All of it: nothing is bound later."""
        return bool(self.segment("GNU_RELRO")) and " NOW" in self.dynamic

    def looks_for_libraries_nowhere_else(self):
        return not re.search(r"\((RPATH|RUNPATH)\)", self.dynamic)

    def guards_its_stack(self):
        return "__stack_chk_fail" in self.symbols

    def is_fortified(self):
        return bool(re.search(r"__\w+_chk@", self.symbols))

    def is_entered_at_marks(self):
        """CET, of x86: a function that may be jumped to begins with endbr64.
        The note that would have the kernel insist is not there, for the start
        files of Debian 12 have none."""
        return bool(re.search(r"<main>:\n.*endbr64", self.code))


LOOKS = (Program.is_pie, Program.stack_is_no_code,
         Program.is_read_only_after_the_start, Program.guards_its_stack,
         Program.is_fortified, Program.is_entered_at_marks,
         Program.looks_for_libraries_nowhere_else)


def bare():
    """A program without any of it."""
    with tempfile.TemporaryDirectory() as folder:
        source, path = (os.path.join(folder, name) for name in ("a.c", "a"))
        with open(source, "w", encoding="ascii") as file:
            file.write(SOURCE)
        run("gcc", *BARE, "-o", path, source)
        return Program(path)


def main():
    results = []
    without = bare()
    for name in PROGRAMS:
        program = Program(os.path.join(BUILD, name))
        results += [(f"{name} {look.__name__}", look(program))
                    for look in LOOKS]
    results += [(f"one without is missed: {look.__name__}",
                 not look(without)) for look in LOOKS]
    with open(os.path.join(BUILD, "flags"), encoding="utf-8") as file:
        given = file.read().split()
    results += [(f"compiled with {flag}", flag in given) for flag in FLAGS]
    print(f"1..{len(results)}")
    for number, (title, holds) in enumerate(results, 1):
        print(f"{'ok' if holds else 'not ok'} {number} - {title}")
    return not all(holds for _, holds in results)


if __name__ == "__main__":
    sys.exit(main())
