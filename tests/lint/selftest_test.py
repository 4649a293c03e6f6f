#!/usr/bin/env python3
"""Breaks each linter's rule on purpose, in a small tree of its own, and sees
that the linter says so; the same tree without the breach must pass."""

import os
import subprocess
import sys
import tempfile

LINT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "run")

HEADER = """#ifndef CONSENT_NET_LANE_H
#define CONSENT_NET_LANE_H

/*
 * A lane carries one message. It never owns its peer.
 */

#include "base/ground.h"

/* Opens lane n; 0 or a negative status. */
int lane_open(int n);

/* Both tell how full it is, in bytes. */
int lane_in(void);
int lane_out(void);

#endif
"""
GROUND = """#ifndef CONSENT_BASE_GROUND_H
#define CONSENT_BASE_GROUND_H

/*
 * What all stand on.
 */

/* Does nothing. */
void ground_hold(void);

#endif
"""
ABI = """#ifndef CONSENT_BASE_ABI_H
#define CONSENT_BASE_ABI_H

/*
 * What linkers see.
 */

#define lane_in consent_lane_in
#define lane_gone consent_lane_gone
#define lane_open consent_lane_open

#endif
"""
PUBLIC = {"include/libconsent/abi.h": ABI,
          "include/libconsent/lane.h": HEADER}
SOURCE = """#include "net/lane.h"

#include <string.h>

int
lane_open(int n)
{
	return n; /* never strcpy() */
}
"""
TREE = {
    "src/FLOORS": "proxy\nnet | audit\nhttp\nbase\n@event2 net\n@ string.h\n",
    "src/base/ground.h": GROUND,
    "src/net/lane.h": HEADER,
    "src/net/lane.c": SOURCE,
    ".clang-format": open(os.path.join(os.path.dirname(LINT), "..", "..",
                                       ".clang-format")).read(),
}


def including(what):
    return {"src/net/lane.c": f"#include {what}\n" + SOURCE}


def function_of(lines):
    body = "".join(f"\tlane_open({i});\n" for i in range(lines - 2))
    return {"src/net/lane.c": "void\nlane_fill(void)\n{\n" + body + "}\n"}


# check, what it must say (None: it must pass), files changed in the tree
CASES = [
    ("floors", "net may not include proxy/server.h",
     including('"proxy/server.h"')),
    ("floors", "net may not include audit/ledger.h",
     including('"audit/ledger.h"')),
    ("floors", "base may not include net/lane.h",
     {"src/base/ground.h": GROUND.replace(
         "*/\n\n/* D", '*/\n\n#include "net/lane.h"\n\n/* D')}),
    ("floors", "base may not include libconsent/book.h",
     {"include/libconsent/book.h": "#define CONSENT_AUDIT_BOOK_H\n",
      "src/base/ground.c": "#include <libconsent/book.h>\n"}),
    ("floors", "attic/box.h belongs to no floor", including('"attic/box.h"')),
    ("floors", "http may not see event2/event.h",
     {"src/http/codec.c": "#include <event2/event.h>\n"}),
    ("floors", "ctype.h is not in src/FLOORS", including("<ctype.h>")),
    ("floors", None, including("<event2/event.h>")),
    ("circles", "net/lane leads back here",
     {"src/net/peer.h": '#include "net/lane.h"\n',
      "src/net/lane.c": '#include "net/peer.h"\n'}),
    ("banned", "strcpy is banned",
     {"src/net/lane.c": SOURCE.replace("return n", "strcpy (a, b)")}),
    ("banned", "isdigit is banned",
     {"src/net/lane.c": SOURCE.replace("return n", "return isdigit(n)")}),
    ("banned", None, {"src/net/lane.c": SOURCE.replace(
        "return n", 'return x->signal(n) + own_rand(n) + f("a \\" atoi(1)")')}),
    ("lengths", "lane_fill has 101 lines", function_of(101)),
    ("lengths", "warning: lane_fill has 61 lines", function_of(61)),
    ("lengths", None, function_of(60)),
    ("lengths", "over 80 columns",
     {"src/net/lane.c": SOURCE + "/*" + "\t" * 9 + "1234567*/\n"}),
    ("lengths", "701 lines, 700 are the most",
     {"src/net/lane.c": "\n" * 701}),
    ("lengths", None, {"src/net/lane.c": "/* lint: data */" + "\n" * 701}),
    ("lengths", "contrib/nginx: 400 lines in all, 399 are the most",
     {"contrib/nginx/a.h": "\n" * 200, "contrib/nginx/b.c": "\n" * 200}),
    ("lengths", None,
     {"contrib/nginx/a.h": "\n" * 199, "contrib/nginx/b.c": "\n" * 200}),
    ("headers", "no comment directly above this function",
     {"src/net/lane.h": HEADER.replace("/* Opens", "/* Opens it. */\n\n/*")
      .replace("status. */\nint", "status. */\n\nint")}),
    ("headers", "13 functions, 12 are the most",
     {"src/net/lane.h": HEADER.replace(
         "int lane_out(void);\n", "int lane_out(void);\n" * 11)}),
    ("headers", "the guard is not CONSENT_NET_LANE_H",
     {"src/net/lane.h": HEADER.replace("CONSENT_NET_LANE_H", "LANE_H")}),
    ("headers", "no comment says what the module does",
     {"src/net/lane.h": HEADER.replace("/*\n * A lane carries one message. "
                                       "It never owns its peer.\n */\n", "")}),
    ("headers", "lane_out has no line in include/libconsent/abi.h", PUBLIC),
    ("headers", "lane_gone is declared in no header", PUBLIC),
    ("headers", None, {**PUBLIC, "include/libconsent/abi.h": ABI.replace(
        "gone", "out")}),
    ("events", "the event lane.lost is on no page",
     {"src/net/lane.c": SOURCE + 'log_info(\n    "lane.lost", "");\n',
      "docs/EVENTS.md": "| `lane.found` | |\n"}),
    ("events", None,
     {"src/net/lane.c": SOURCE + 'log_info(\n    "lane.lost", "");\n',
      "docs/EVENTS.md": "| `lane.found`, `lane.lost` | |\n"}),
    ("words", "a note to oneself",
     {"src/net/lane.c": SOURCE + "/* " + "TO" + "DO: later */\n"}),
    ("words", "conditional code outside of src/base",
     {"src/net/lane.c": SOURCE + "#ifdef __linux__\n#endif\n"}),
    ("words", None, {"src/base/scan.c": "#ifdef __SSE2__\n#endif\n"}),
    ("format", "code should be clang-formatted",
     {"src/net/lane.c": SOURCE.replace("\treturn", "  return")}),
    ("shell", "Double quote to prevent globbing",
     {"tool": "#!/bin/sh\nrm $1\n"}),
    ("python", "SyntaxError", {"tool": "#!/usr/bin/env python3\nif\n"}),
]


def lint(check, changes):
    with tempfile.TemporaryDirectory() as top:
        for path, text in {**TREE, **changes}.items():
            path = os.path.join(top, path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            if text.startswith("#!"):
                os.chmod(path, 0o755)
        done = subprocess.run([LINT, check], cwd=top, text=True, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode, done.stdout


def main():
    checks = sorted({check for check, _, _ in CASES} - {"shell", "python"})
    cases = [(check, None, {}) for check in checks] + CASES
    print(f"1..{len(cases)}")
    bad = 0
    for number, (check, text, changes) in enumerate(cases, 1):
        status, output = lint(check, changes)
        good = (status == 0 if text is None else text in output
                and (status != 0 or text.startswith("warning")))
        bad += not good
        print(f"{'' if good else 'not '}ok {number} - {check}: "
              f"{text or 'passes'}")
        if not good:
            print("\n".join("# " + line for line in output.splitlines()))
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
