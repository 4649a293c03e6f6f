#!/usr/bin/env python3
"""Tries the packages and the container file on bare machines:

    tests/deploy/machines.py FOLDER [WORD]

(`make package-check`.) The machines lie in FOLDER, which is kept: delete it to
begin anew. WORD narrows to the steps whose name holds it; those that build must
have run once. Takes root, and a few minutes. Writes TAP."""

import glob
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "docs"))

import console      # noqa: E402
import contained    # noqa: E402
import machine      # noqa: E402
from tap import TOP, Broken, expect, play, read  # noqa: E402

FOLDER = "build/machines"
BESIDES = "nginx-light openssl curl acl"    # what is installed with them


def path(*names):
    return os.path.join(FOLDER, *names)


def base():
    return machine.base(path("base"))


def packages(pattern="*"):
    found = sorted(glob.glob(path("packages", f"{pattern}.deb")))
    if not found:
        raise Broken("there are no packages yet")
    return found


# ---- the packages ----------------------------------------------------------

def they_build_on_a_clean_machine():
    clean = machine.copy(base(), path("build"))
    contained.context(f"{clean}/src/consentd")
    machine.chroot(clean, """
        apt-get -qq install -y --no-install-recommends dpkg-dev
        cd /src/consentd
        apt-get -qq build-dep -y --no-install-recommends ./
        dpkg-buildpackage --unsigned-source --unsigned-changes
    """)
    machine.remove(path("packages"))
    os.mkdir(path("packages"))
    for name in glob.glob(f"{clean}/src/consentd_*") + glob.glob(
            f"{clean}/src/*.deb"):
        shutil.copy(name, path("packages"))
    names = {os.path.basename(name).split("_")[0] for name in packages()}
    expect({"consentd", "libconsent1", "libconsent-dev", "consentd-doc"},
           {name for name in names if not name.endswith("-dbgsym")})


def lintian_finds_nothing():
    changes, = glob.glob(path("packages", "*.changes"))
    done = subprocess.run(["lintian", "-i", "--allow-root", changes],
                          text=True, capture_output=True, check=False)
    expect((0, ""), (done.returncode, "".join(
        line for line in done.stdout.splitlines(True)
        if re.match("[EW]:", line))))


def the_licence_is_said_in_each():
    for name in packages():
        if "-dbgsym_" in name:      # these have their program's
            continue
        told = machine.call(["sh", "-c", f"dpkg-deb --fsys-tarfile {name} | "
                             "tar -xO --wildcards './usr/share/doc/*/copyright'"
                             ])
        expect((name, True), (name, "has not chosen one" in told))
        if os.path.exists(os.path.join(TOP, "LICENSE")):
            expect(True, read("LICENSE") in told)


# ---- a machine of an operator ----------------------------------------------

def operator():
    """A bare machine with systemd, on which nothing of ours is, and the
    packages in its first folder. What apt is to fetch lies there already,
    since the network of a machine that runs is its own."""
    folder = machine.copy(base(), path("operator"))
    for name in packages("consentd*"):
        if "dbgsym" not in name:
            shutil.copy(name, f"{folder}/root")
    machine.chroot(folder, f"""
        apt-get -qq install -y systemd systemd-sysv dbus
        cd
        apt-get -qq install -y -d ./consentd_*.deb ./consentd-doc_*.deb {BESIDES}
    """)
    return folder


def wrong_commands(box, page):
    """Runs each command of a page; those that print something else."""
    wrong, shell = [], ""
    for command, printed in console.commands(read(page)):
        _, out, err = box.run(shell + command)
        if not console.fits(out, printed):
            wrong.append(f"{command}: prints {out[-2000:]!r}, {err!r}")
        if command.startswith("export "):
            shell += command + "\n"
    return wrong


def the_page_of_installation_is_true():
    with machine.Machine(operator()) as box:
        wrong = wrong_commands(box, "docs/INSTALL.md")
    if wrong:
        raise Broken("\n".join(wrong))


def newer(name, folder):
    """A package made again as version 99, with another line in a file of
    its configuration."""
    machine.remove(f"{folder}/root/newer")
    machine.call(["dpkg-deb", "-R", name, f"{folder}/root/newer"])
    control = f"{folder}/root/newer/DEBIAN/control"
    with open(control, encoding="utf-8") as file:
        text = re.sub("^Version: .*", "Version: 99", file.read(), flags=re.M)
    with open(control, "w", encoding="utf-8") as file:
        file.write(text)
    with open(f"{folder}/root/newer/etc/consentd/policy.conf", "a",
              encoding="utf-8") as file:
        file.write("# of the new version\n")
    machine.call(["dpkg-deb", "-b", f"{folder}/root/newer",
                  f"{folder}/root/newer.deb"])


def an_upgrade_keeps_what_is_the_operators():
    folder = operator()
    package, = packages("consentd_*")
    newer(package, folder)
    with machine.Machine(folder) as box:
        box.must("apt-get install -qq ./consentd_*.deb")
        box.must("sed -i 's/^site .*/site = \"https:\\/\\/mine.example\";/' "
                 "/etc/consentd/consentd.conf")
        box.must("echo '# of the operator' >>/etc/consentd/policy.conf")
        box.must("systemctl start consentd")
        key = box.must("setpriv --reuid=consentd --regid=consentd "
                       "--clear-groups consentctl log key")
        first = box.must("systemctl show -p MainPID consentd")
        box.must("dpkg --force-confold -i newer.deb")
        expect("active\n", box.must("systemctl is-active consentd"))
        expect(False, first == box.must("systemctl show -p MainPID consentd"))
        box.must("grep -q mine.example /etc/consentd/consentd.conf")
        box.must("grep -q 'of the operator' /etc/consentd/policy.conf")
        box.must("grep -q 'new version' /etc/consentd/policy.conf.dpkg-dist")
        expect(key, box.must("setpriv --reuid=consentd --regid=consentd "
                             "--clear-groups consentctl log key"))
        box.must("consentctl log verify")
        box.must("apt-get remove -qq consentd")
        _, out, _ = box.run("systemctl is-active consentd")
        expect("inactive\n", out)


def a_purge_asks_before_evidence_goes():
    with machine.Machine(operator()) as box:
        for answer, left in (("no", True), ("yes", False)):
            box.must("apt-get install -qq ./consentd_*.deb")
            box.must("systemctl start consentd; systemctl stop consentd")
            box.must("test -d /var/lib/consentd/log")
            code, out, err = box.run("dpkg --purge consentd",
                                     stdin=f"{answer}\n",
                                     DEBIAN_FRONTEND="teletype")
            expect(0, code)
            if "Delete the consent log and its keys?" not in out + err:
                raise Broken(f"it does not ask: {out}{err}")
            there, _, _ = box.run("test -d /var/lib/consentd/log")
            expect((answer, left), (answer, there == 0))


def the_units_confine_what_runs():
    """What systemd grants to the daemon, seen from the daemon."""
    with machine.Machine(operator()) as box:
        box.must("apt-get install -qq ./consentd_*.deb")
        box.must("systemctl start consentd")
        status = box.must("cat /proc/$(systemctl show --value -p MainPID "
                          "consentd)/status")
        for row in ("NoNewPrivs:\t1", "Seccomp:\t2",
                    "CapBnd:\t0000000000000400"):
            expect((row, True), (row, row in status))
        user = box.must("id -u consentd").strip()
        expect([user] * 4, re.search(r"Uid:\t(.*)", status)[1].split())
        # elsewhere it cannot write, whatever modes allow
        inside = ("nsenter -m -t $(systemctl show --value -p MainPID "
                  "consentd) touch")
        for place in ("/etc/consentd", "/usr/bin", "/var/log", "/home",
                      "/root", "/opt", "/srv", "/run"):
            code, _, err = box.run(f"{inside} {place}/x")
            expect((place, True), (place, code != 0 and
                                   "Read-only" in err or "denied" in err))
        box.must(f"{inside} /var/lib/consentd/x /run/consentd/x")
        box.must("systemctl reload consentd && systemctl is-active consentd")
        box.must("systemctl stop consentd && consentctl log verify")
        expect("0\n", box.must("systemctl show --value -p ExecMainStatus "
                               "consentd"))


def the_shipper_runs_confined():
    """Without a database: it reads the log, and tries again and again."""
    with machine.Machine(operator()) as box:
        box.must("apt-get install -qq ./consentd_*.deb acl")
        box.must("systemctl start consentd")
        box.must("""
            setfacl -R -m u:consentd-ship:rX,d:u:consentd-ship:rX \\
                /var/lib/consentd/log
            mkdir /etc/consentd-ship
            cd /etc/consentd-ship
            setpriv --reuid=consentd --regid=consentd --clear-groups \\
                consentctl log key >log.pub
            printf '[consent]\\nhost=127.0.0.1\\ndbname=c\\n' >pg_service.conf
            systemctl start consentd-ship
        """)
        told = box.must("""
            for n in $(seq 100); do
                journalctl -q -u consentd-ship | grep ship.away && break
                sleep 0.1
            done
            systemctl is-active consentd-ship
        """)
        expect((True, True), ("ship.away" in told, told.endswith("active\n")))
        box.must("systemctl stop consentd-ship")
        expect("0\n", box.must("systemctl show --value -p ExecMainStatus "
                               "consentd-ship"))


# ---- the container ---------------------------------------------------------

CONTAINER = """
listen = "127.0.0.1:8080"; upstream = "http://127.0.0.1:9000";
site = "https://library.example"; control = "/run/consentd/control.sock";
log : { directory = "/var/lib/consentd/log"; name = "library.example/one"; };
token : { keys = "/var/lib/consentd/keys"; };
policy : {
@include "policy.conf"
};
"""


def the_container_file_can_be_followed():
    last = contained.build(base(), path("container"))
    size = machine.call(["du", "-sm", last]).split()[0]
    print(f"# {size} MB")
    for name in ("sh", "bash", "dash", "apt-get", "dpkg", "perl", "su"):
        found = glob.glob(f"{last}/usr/bin/{name}") + glob.glob(
            f"{last}/usr/sbin/{name}")
        expect((name, []), (name, found))
    setuid = machine.call(["find", last, "-perm", "/6000", "-type", "f"])
    expect("", setuid)


def the_container_serves():
    last = path("container", f"stage-{len(contained.containerfile.stages())-1}")
    uid = int(contained.containerfile.stages()[-1].only("USER").split(":")[0])
    machine.remove(path("run"))
    os.makedirs(path("run", "conf"))
    os.makedirs(path("run", "state"))
    os.chown(path("run", "state"), uid, uid)
    with open(path("run", "conf", "consentd.conf"), "w",
              encoding="utf-8") as file:
        file.write(CONTAINER)
    shutil.copy(os.path.join(TOP, "conf/policy.conf"), path("run", "conf"))
    box = contained.Container(last, path("run", "state"), path("run", "conf"))
    with box:
        answer = subprocess.run(
            box.beside("curl", "-s", "http://127.0.0.1:8080/.consent/state",
                       "-H", "Host: library.example"), text=True,
            capture_output=True, check=False).stdout
        expect(True, '"granted":["essential"]' in answer)
        expect(True, "ready          no" in box.health().stdout)
        with open(f"/proc/{box.first()}/status", encoding="ascii") as file:
            status = file.read()
        for row in ("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000",
                    "NoNewPrivs:\t1", f"Uid:\t{uid}\t{uid}\t{uid}\t{uid}"):
            expect((row, True), (row, row in status))
        expect(1, box.inside(["/usr/bin/consentctl", "status",
                              "--ready"]).returncode)
        choice = subprocess.run(
            box.beside("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}",
                       "-d", "action=accept", "-H", "Host: library.example",
                       "http://127.0.0.1:8080/.consent/choice"), text=True,
            capture_output=True, check=False).stdout
        expect("303", choice)
    expect(0, box.code)
    told = machine.call(["build/release/consentctl", "log", "verify",
                         path("run", "state", "log")], cwd=TOP)
    expect(True, "1 choices" in told or "1 choice" in told)


STEPS = (they_build_on_a_clean_machine, lintian_finds_nothing,
         the_licence_is_said_in_each, the_page_of_installation_is_true,
         an_upgrade_keeps_what_is_the_operators,
         a_purge_asks_before_evidence_goes, the_units_confine_what_runs,
         the_shipper_runs_confined,
         the_container_file_can_be_followed, the_container_serves)


def main(arguments):
    if len(arguments) not in (1, 2):
        print(__doc__, file=sys.stderr)
        return 2
    global FOLDER
    FOLDER = os.path.abspath(arguments[0])
    os.makedirs(FOLDER, exist_ok=True)
    word = arguments[1] if len(arguments) == 2 else ""
    return play([step for step in STEPS if word in step.__name__])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
