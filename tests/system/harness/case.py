"""Reads case files: see tests/system/README.md for the language."""

import os
import re

SECTION = re.compile(r"([a-z]+)((?: \S+)*)$")


class Step:
    """One section: its word, the words behind it and its indented lines."""

    def __init__(self, word, arguments, line):
        self.word, self.arguments, self.line = word, arguments, line
        self.lines = []

    def number(self):
        """The connection that is meant: the first argument of digits, or 1."""
        for argument in self.arguments:
            if argument.isdigit():
                return int(argument)
        return 1

    def with_body(self):
        """The step with the lines behind the first as a pattern of a body."""
        step = Step(self.word, self.arguments, self.line)
        step.lines = self.lines[:1] + [""] + self.lines[1:]
        return step


class Case:
    """A case file: title, changes of the configuration, and steps."""

    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path)[:-len(".case")]
        self.title = self.name
        self.config = []        # lines that replace or add settings
        self.policy = None      # lines of another policy
        self.fresh = False      # a daemon of its own
        self.steps = []
        self.read()

    def read(self):
        steps, step = [], None
        with open(self.path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip("\n")
                if line.startswith("#"):
                    if number == 1:
                        self.title = line[1:].strip()
                elif line.startswith("\t"):
                    step.lines.append(line[1:])
                elif not line:
                    if step:
                        step.lines.append("")
                elif match := SECTION.match(line):
                    step = Step(match.group(1), match.group(2).split(), number)
                    steps.append(step)
                else:
                    raise ValueError(f"{self.path}:{number}: {line!r}")
        for step in steps:
            while step.lines and not step.lines[-1]:
                step.lines.pop()
            if step.word == "config":
                self.config = step.lines
            elif step.word == "policy":
                self.policy = step.lines
            elif step.word == "fresh":
                self.fresh = True
            else:
                self.steps.append(step)

    def group(self):
        """Cases of one group can share a daemon."""
        own = self.path if self.fresh else ""
        return (own, "\n".join(self.config), "\n".join(self.policy or ()))
