#!/usr/bin/env python3
"""What the library exports is what its public headers declare, each under the
long name of libconsent/abi.h, and each header stands alone in C and C++.
Writes TAP; BUILD names the folder of the programs."""

import glob
import os
import re
import sys

from installed import LIBDIR, WARNINGS, Installed, run

from stage import expect, play          # noqa: E402

SO = f"{LIBDIR}/libconsent.so.1"


def headers(installed):
    return sorted(glob.glob(f"{installed.root}/usr/include/libconsent/*.h"))


def declared(installed):
    """What the headers declare: functions by the compiler's own list, objects
    by the word that begins them."""
    paths = headers(installed)
    source = installed.write("all.c", "".join(
        f"#include <libconsent/{os.path.basename(path)}>\n" for path in paths))
    listing = os.path.join(installed.root, "all.list")
    run(["cc", "-std=c11", *installed.pkg_config("--cflags", "libconsent"),
         "-fsyntax-only", "-aux-info", listing, source])
    with open(listing, encoding="utf-8") as file:
        names = re.findall(r"/libconsent/\w+\.h:.*\bextern [^(]*?\b(\w+) \(",
                           file.read())
    for path in paths:
        with open(path, encoding="utf-8") as file:
            names += ["consent_" + name for name in re.findall(
                r"^extern [^(;]*?(\w+);", file.read(), re.MULTILINE)]
    return sorted(names)


def defined(path, *options):
    """The names that others can link to."""
    rows = run(["nm", "--defined-only", *options, path]).splitlines()
    return sorted(row.split()[2] for row in rows if len(row.split()) == 3)


def shared_exports_what_is_declared():
    with Installed() as installed:
        found = defined(installed.root + SO, "-D", "--with-symbol-versions")
        wanted = [f"{name}@@LIBCONSENT_1" for name in declared(installed)]
        expect(["LIBCONSENT_1"], [name for name in found if "@" not in name])
        expect(set(), set(wanted) ^ {name for name in found if "@" in name})
        expect(True, len(wanted) > 100)


def static_exports_the_same():
    with Installed() as installed:
        if "-fsanitize=address,undefined" in installed.flags:
            ours = [name for name in defined(
                f"{installed.libdir}/libconsent.a", "-g")
                    if not name.startswith("__odr_asan")]
        else:
            ours = defined(f"{installed.libdir}/libconsent.a", "-g")
        expect(set(), set(declared(installed)) ^ set(ours))


def each_name_is_long():
    """A name without its line in abi.h would be exported by nobody, or meet
    another's."""
    with Installed() as installed:
        expect([], [name for name in declared(installed)
                    if not name.startswith("consent_")])


def soname_and_needs():
    """Neither sockets nor databases come along."""
    with Installed() as installed:
        rows = run(["readelf", "-d", installed.root + SO])
        expect(["libconsent.so.1"], re.findall(r"soname: \[(.*)\]", rows))
        needs = {name.split(".so")[0]
                 for name in re.findall(r"NEEDED.*\[(.*)\]", rows)}
        expect(set(), needs & {"libevent", "libevent-2.1", "libnghttp2",
                               "libpq", "libssl", "libz"})
        expect(True, {"libconfig", "libjansson", "libc"} <= needs)


def headers_stand_alone():
    with Installed() as installed:
        flags = installed.pkg_config("--cflags", "libconsent")
        for path in headers(installed):
            name = f"#include <libconsent/{os.path.basename(path)}>\n"
            source = installed.write("one.c", name + "extern int one;\n")
            for language in (["-x", "c", "-std=c11"],
                             ["-x", "c++", "-std=c++11"]):
                run(["cc", *language, *flags, *WARNINGS, "-fsyntax-only",
                     source])


def cplusplus_links():
    with Installed() as installed:
        source = installed.write("one.cc", """
#include <libconsent/policy.h>
#include <libconsent/span.h>
int main()
{
	struct span word = span_trim(SPAN(" GET"));
	return policy_method_of(word) == POLICY_GET ? 0 : 1;
}
""")
        run([installed.compile(source, installed.shared(),
                               ("g++", "-std=c++11"))])


if __name__ == "__main__":
    sys.exit(play([shared_exports_what_is_declared, static_exports_the_same,
                   each_name_is_long, soname_and_needs, headers_stand_alone,
                   cplusplus_links]))
