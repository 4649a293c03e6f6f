"""Reads Containerfile: as much of the format as it is written in. What is not
known here is an error, so that nothing of it goes unlooked at."""

import json
import re
import shlex

from tap import Broken, read

KNOWN = {"FROM", "WORKDIR", "COPY", "ENV", "RUN", "USER", "VOLUME", "EXPOSE",
         "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT"}


class Stage:
    """What stands from one FROM to the next: rows of word, arguments."""

    def __init__(self, arguments):
        words = arguments.split()
        if len(words) not in (1, 3) or words[1:2] not in ([], ["AS"]):
            raise Broken(f"FROM {arguments}")
        self.image = words[0]
        self.name = words[2] if len(words) == 3 else None
        self.rows = []

    def all(self, word):
        return [arguments for name, arguments in self.rows if name == word]

    def only(self, word):
        found = self.all(word)
        if len(found) != 1:
            raise Broken(f"{len(found)} times {word} in FROM {self.image}")
        return found[0]

    def program(self, word):
        """The command of an instruction, which is a list and no shell's."""
        text = self.only(word)
        found = re.search(r"(?:^|CMD )(\[.*\])$", text)
        if not found:
            raise Broken(f"{word} {text}: it takes a shell")
        return json.loads(found[1])


def copy_of(arguments):
    """The stage (or None), the sources and the goal of a COPY."""
    words = shlex.split(arguments)
    stage = None
    if words[0].startswith("--"):
        option, _, stage = words.pop(0).partition("=")
        if option != "--from":
            raise Broken(f"COPY {option}")
    return stage, words[:-1], words[-1]


def environment_of(arguments):
    return dict(word.split("=", 1) for word in shlex.split(arguments))


def stages(name="Containerfile"):
    text = re.sub(r"^[ \t]*#.*\n", "", read(name), flags=re.MULTILINE)
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        word, _, arguments = line.partition(" ")
        if word not in KNOWN:
            raise Broken(f"{word} is not known here")
        arguments = " ".join(arguments.split())
        if word == "FROM":
            found.append(Stage(arguments))
        else:
            found[-1].rows.append((word, arguments))
    return found
