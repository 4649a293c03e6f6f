"""Pages whose console blocks are run: `$ ` begins a command and `> ` a line
that it goes on with; what follows is what it prints, where an ellipsis stands
for anything."""

import os
import re
import subprocess

BUILD = os.path.abspath(os.environ.get("BUILD", "build/release"))
SECONDS = 60

BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(page):
    """Each command of the page with the text that it prints."""
    for block in BLOCK.findall(page):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, printed = part.partition("\n")
            while printed.startswith("> "):
                more, _, printed = printed[2:].partition("\n")
                line += "\n" + more
            yield line, printed


def fits(printed, wanted):
    """Whether what was printed is what the page has. An ellipsis that begins
    a line may stand for lines, too."""
    pattern = re.escape(wanted).replace("…", "[^\n]*")
    pattern = re.sub(r"(^|\n)\[\^\n\]\*", r"\1(?:[^\n]*\n)*?[^\n]*",
                     pattern.replace("\\\n", "\n"))
    return re.fullmatch(pattern, printed) is not None


def wrong_steps(steps, folder, **names):
    """Runs the commands one after the other in a folder, with these variables;
    what of them prints another text than the page has."""
    wrong = []
    shell = ""
    for command, printed in steps:
        run = subprocess.run(
            ["sh", "-c", shell + command], cwd=folder, text=True,
            check=False, capture_output=True, timeout=SECONDS,
            env=dict(os.environ, PATH=f"{BUILD}:{os.environ['PATH']}",
                     **names))
        if not fits(run.stdout, printed):
            wrong.append(f"{command}: prints {run.stdout!r}, {run.stderr!r}")
        if re.match("[a-z]+=", command):
            shell += command + "\n"  # what it sets is used later
    return wrong


def demo(folder):
    """Starts the demonstration; returns it and what it printed."""
    child = subprocess.Popen(
        [f"{BUILD}/consentd", "--demo"], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=dict(os.environ, TMPDIR=folder))
    printed = ""
    for line in child.stdout:
        printed += line
        if "Ctrl-C" in line:
            return child, printed
    raise SystemExit("the demonstration ended")
