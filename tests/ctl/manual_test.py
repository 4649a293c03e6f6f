#!/usr/bin/env python3
"""Manual pages and completion say what the programs say; TAP on stdout."""

import os
import pty
import re
import select
import subprocess
import tempfile

BUILD = os.environ.get("BUILD", "build/release")
CTL = os.path.join(BUILD, "consentctl")

# Ask a shell's function, a line of words at a time, for what could stand last;
# words end in a unit separator, answers in an empty line.
BASH = """source "$1"
while IFS=$'\\x1f' read -r -a COMP_WORDS; do
	COMP_CWORD=$((${#COMP_WORDS[@]} - 2)) COMPREPLY=()
	_consentctl; printf '%s\\n' "${COMPREPLY[@]}" ''; echo
done"""
ZSH = """compdef() { :; }; compadd() { shift; print -l -- "$@" }
_files() { print FILE }
source "$1"
while IFS= read -r line; do
	words=("${(@ps:\\x1f:)line}"); words=("${(@)words[1,-2]}")
	CURRENT=${#words}; _consentctl; print; print
done"""


class Shell:
    """A shell that has read our completion."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            command, text=True, bufsize=1, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)

    def ask(self, *words):
        self.process.stdin.write("".join(w + "\x1f" for w in words) + ".\n")
        self.process.stdin.flush()
        answer = []
        while line := self.process.stdout.readline().strip():
            answer.append(line)
        while self.process.stdout.readline().strip():
            pass
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(timeout=60) == 0


def run(*args, **more):
    done = subprocess.run(args, text=True, capture_output=True, timeout=60,
                          check=False, **more)
    assert done.stderr == "", done.stderr
    return done.stdout


def options(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


def commands():
    return re.findall(r"^  ([a-z]+) ", run(CTL, "--help"), re.M)


def log_commands():
    text = run(CTL, "log", "--help").split("\n\n")[1]
    return list(dict.fromkeys(re.findall(r"^  ([a-z]+)", text, re.M)))


def page(name):
    source = os.path.join("man", name)
    if os.path.exists(source):
        with open(source, encoding="utf-8") as file:
            return file.read()
    return run("tools/manual", "page", source + ".in", CTL, "docs/CONFIG.md")


def pages():
    return sorted(re.sub(r"\.in$", "", name) for name in os.listdir("man"))


def each_page_is_clean(folder):
    assert pages() == ["consentctl.1", "consentd.8", "consentd.conf.5"]
    for name in pages():
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(page(name))
        assert run("mandoc", "-Tlint", "-Wwarning", path) == "", name


def shown(folder, name):
    """A page as a reader has it, in one line."""
    path = os.path.join(folder, "shown." + name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(page(name))
    text = run("mandoc", "-Tascii", "-Owidth=300", path)
    return " ".join(re.sub(r".\x08", "", text).split())


def pages_name_each_command_and_option(folder):
    text = shown(folder, "consentctl.1")
    for command in commands():
        assert f" {command} " in text, command
    told = run(CTL, "--help") + run(CTL, "log", "--help")
    assert options(told) <= options(text), options(told) - options(text)
    text = shown(folder, "consentd.8")
    told = run(os.path.join(BUILD, "consentd"), "--help")
    assert options(told) <= options(text), options(told) - options(text)
    assert options(text) <= options(told), options(text) - options(told)


def page_of_the_configuration_has_each_option(folder):
    text = shown(folder, "consentd.conf.5")
    section, n = "", 0
    with open("docs/CONFIG.md", encoding="utf-8") as file:
        for line in file:
            if head := re.match(r"## (?:`(\w+)`)?", line):
                section = f"{head[1]}." if head[1] else ""
            if row := re.match(r"\| `(\w+)` \| ([^|]*) \|", line):
                takes = row[2].replace("`", "").strip()
                assert f" {section}{row[1]} {takes}; default: " in text, row[0]
                n += 1
    assert n > 80, n


def bash_completes(path):
    shell = Shell("bash", "--norc", "-c", BASH, "bash", path)

    def ask(*words):
        return set(shell.ask(*words))
    completes(ask)
    assert "Makefile" in ask("consentctl", "check", "Make")
    assert "Makefile" in ask("consentctl", "status", "-c", "Make")
    shell.close()


def zsh_completes(path):
    shell = Shell("zsh", "-f", "-c", ZSH, "zsh", path)

    def ask(*words):
        return {word for word in shell.ask(*words)
                if word.startswith(words[-1]) or word == "FILE"}
    completes(ask)
    assert ask("consentctl", "status", "-c", "Make") == {"FILE"}
    assert ask("consentctl", "check", "") == {"FILE"}
    shell.close()


def completes(ask):
    """What is asked of both shells."""
    assert ask("consentctl", "") == {*commands(), "--help", "--version"}
    assert ask("consentctl", "inv") == {"inventory"}
    assert ask("consentctl", "log", "") == {*log_commands(), "--help"}
    for command in commands():
        told = options(run(CTL, command, "--help")) if command != "log" \
            else set()
        assert ask("consentctl", command, "--") == told | {"--help"}, command
    assert ask("consentctl", "check", "--format", "") == {
        "text", "json", "sarif"}
    assert ask("consentctl", "log", "stats", "--by", "") == {
        "day", "week", "month"}
    assert {"--since", "--limit", "--from"} <= ask(
        "consentctl", "log", "export", "--")
    assert "--dir" not in ask("consentctl", "log", "erase", "--")
    assert ask("consentctl", "completion", "") == {"bash", "zsh"}
    assert "cookie-database" in ask("consentctl", "import", "-c", "x", "cook")
    assert "enforce" in ask("consentctl", "mode", "analytics", "enf")
    assert "--propose" in ask("consentctl", "inventory", "--p")
    assert ask("consentd", "--d") == {"--demo", "--debug"}


def both_shells_complete(folder):
    for shell, test in (("bash", bash_completes), ("zsh", zsh_completes)):
        path = os.path.join(folder, shell)
        with open(path, "w", encoding="utf-8") as file:
            file.write(run(CTL, "completion", shell))
        test(path)


def told_options_are_those_that_are_read(_):
    """What getopt is given, command by command, against the usage."""
    with open("src/cmd/consentctl.c", encoding="utf-8") as file:
        runs = dict(re.findall(r'\{"([a-z]+)", (ctl_\w+),', file.read()))
    for command in set(runs) - {"log", "completion"}:
        for name in os.listdir("src/cmd"):
            with open(os.path.join("src/cmd", name), encoding="utf-8") as file:
                source = file.read()
            if not re.search(rf"^{runs[command]}\(", source, re.M):
                continue
            told = options(run(CTL, command, "--help")) - {"--help"}
            read = {"--" + option for option in re.findall(
                r'\{"([a-z-]+)", (?:no|required)_argument', source)}
            if name == "ctl_control.c":         # several commands in one
                read -= {"--strict", "--propose", "--ready",
                         "--why"} - told
            assert told == read, (command, told ^ read)


class Terminal:
    """A shell at a terminal, as somebody types into it."""

    def __init__(self, *command):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="dumb", PS1="$ ", HISTFILE="")
            os.execvp(command[0], command)
        self.text = ""

    def wait_for(self, text):
        """All up to and with the text, which must come."""
        while text not in self.text:
            ready, _, _ = select.select([self.fd], [], [], 60)
            assert ready, (text, self.text)
            self.text += os.read(self.fd, 65536).decode().replace("\a", "")
        before, self.text = self.text.split(text, 1)
        return before

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def close(self):
        self.type("\x15exit\n")
        os.waitpid(self.pid, 0)
        os.close(self.fd)


TAB = (("consentctl sc\t", "consentctl scan "),
       ("consentctl scan --dep\t", "--depth "),
       ("consentctl scan --ra\t", "--rate "),
       ("consentctl inventory --pro\t", "--propose "),
       ("consentctl import --any\t", "--any-type "),
       ("consentctl import cookie-d\t", "cookie-database "),
       ("consentctl mode analytics rep\t", "report "),
       ("consentctl mode analytics --en\t", "--end "),
       ("consentctl diff --js\t", "--json "),
       ("consentctl test --js\t", "--json "),
       ("consentctl try --expect\t", "--expect-clean "),
       ("consentctl check --format sa\t", "sarif "))


def tab_completes_at_a_terminal(folder):
    for shell, command in (("bash", ("bash", "--norc", "--noprofile", "-i")),
                           ("zsh", ("zsh", "-f", "-i"))):
        path = os.path.join(folder, shell)
        with open(path, "w", encoding="utf-8") as file:
            file.write(run(CTL, "completion", shell))
        terminal = Terminal(*command)
        if shell == "zsh":
            terminal.type(f"autoload -Uz compinit; compinit -u -d {folder}/d\n")
        terminal.type(f". {path}; echo rea''dy\n")
        terminal.wait_for("ready")
        for keys, wanted in TAB:
            terminal.type("\x15" + keys)
            terminal.wait_for(wanted)
        terminal.close()


def other_shells_are_refused(_):
    for args in ((), ("fish",), ("bash", "zsh")):
        done = subprocess.run([CTL, "completion", *args], text=True,
                              capture_output=True, timeout=60, check=False)
        assert done.returncode == 2 and done.stdout == "", args
        assert done.stderr == "completion is for one shell: bash or zsh\n"


TESTS = [each_page_is_clean, pages_name_each_command_and_option,
         page_of_the_configuration_has_each_option, both_shells_complete,
         told_options_are_those_that_are_read,
         tab_completes_at_a_terminal, other_shells_are_refused]


def main():
    print(f"1..{len(TESTS)}")
    for number, test in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory(prefix="manual-") as folder:
            test(folder)
        print(f"ok {number} - {test.__name__}", flush=True)


if __name__ == "__main__":
    main()
