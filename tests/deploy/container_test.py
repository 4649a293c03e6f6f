#!/usr/bin/env python3
"""The container file, as far as it can be looked at without following it,
which `make package-check` does. Writes TAP."""

import fnmatch
import glob
import os
import re
import sys

import containerfile
from tap import TOP, Broken, expect, play, read


def the_last_stage_has_neither_shell_nor_root():
    last = containerfile.stages()[-1]
    expect("scratch", last.image)
    expect([], last.all("RUN"))
    uid, gid = last.only("USER").split(":")
    expect(True, int(uid) > 0 and int(gid) > 0)
    expect(["/usr/bin/consentd"], last.program("ENTRYPOINT"))
    expect("/usr/bin/consentctl", last.program("HEALTHCHECK")[0])


def its_user_is_the_owner_of_its_folders():
    last = containerfile.stages()[-1]
    ids = re.findall(r"^id=(\d+)", read("tools/container-root"), re.MULTILINE)
    expect(last.only("USER"), ":".join(ids * 2))


def each_stage_is_of_the_release_that_is_packaged_for():
    for stage in containerfile.stages()[:-1]:
        expect("debian:bookworm-slim", stage.image)


def what_is_copied_is_there():
    known = set()
    for stage in containerfile.stages():
        for arguments in stage.all("COPY"):
            source, paths, _ = containerfile.copy_of(arguments)
            if source is not None and source not in known:
                raise Broken(f"COPY --from={source}: no stage before it")
            for path in paths if source is None else ():
                expect(True, bool(glob.glob(os.path.join(TOP, path))))
        known.add(stage.name)


def what_is_built_here_is_not_taken_along():
    rows = read(".dockerignore").split()
    for path in (".git", "build"):
        expect((path, True), (path, any(fnmatch.fnmatch(path, row)
                                        for row in rows)))
    # all else that git leaves out is below folders that are left out, too
    for row in read(".gitignore").split():
        if row.endswith("/") and row != "__pycache__/":
            name = row.strip("/")
            expect((name, True), (name, name in rows or
                                  f"**/{name}" in rows))


if __name__ == "__main__":
    sys.exit(play((the_last_stage_has_neither_shell_nor_root,
                   its_user_is_the_owner_of_its_folders,
                   each_stage_is_of_the_release_that_is_packaged_for,
                   what_is_copied_is_there,
                   what_is_built_here_is_not_taken_along)))
