"""A PostgreSQL server of a test's own: in a temporary folder, on a socket in
it, as a user without rights, gone with the test. Where the package is missing
the test fails."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile

MARK = "-- that was all"


def programs():
    """The folder of Debian's server programs, the newest version first."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"),
                   key=lambda p: float(p.split("/")[4]))
    if found:
        return os.path.dirname(found[-1])
    path = shutil.which("initdb")
    if not path:
        raise SystemExit("1..1\nnot ok 1 - the package postgresql is missing")
    return os.path.dirname(os.path.realpath(path))


class Server:
    """Started by `with`, stopped at its end."""

    def __init__(self):
        self.bin = programs()
        self.folder = tempfile.mkdtemp(prefix="pg")
        self.prefix, self.sessions = [], {}
        if os.getuid() == 0:
            try:
                user = pwd.getpwnam("postgres")
            except KeyError:
                user = pwd.getpwnam("nobody")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.prefix = ["setpriv", f"--reuid={user.pw_uid}",
                           f"--regid={user.pw_gid}", "--clear-groups"]

    def run(self, program, *args):
        done = subprocess.run(
            [*self.prefix, f"{self.bin}/{program}", *args], text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=120, check=False,
            cwd=self.folder)
        if done.returncode != 0:
            raise AssertionError(f"{program}: {done.stdout}")

    def __enter__(self):
        self.run("initdb", "-D", f"{self.folder}/data", "-U", "owner",
                 "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync",
                 "--no-instructions")
        with open(f"{self.folder}/data/postgresql.conf", "a",
                  encoding="utf-8") as conf:
            conf.write(f"listen_addresses = ''\n"
                       f"unix_socket_directories = '{self.folder}'\n"
                       "fsync = off\nfull_page_writes = off\n"
                       "shared_buffers = 16MB\nmax_connections = 20\n"
                       "autovacuum = off\nmax_wal_senders = 0\n"
                       "wal_level = minimal\n")
        self.start()
        return self

    def start(self):
        self.run("pg_ctl", "start", "-w", "-D", f"{self.folder}/data",
                 "-l", f"{self.folder}/log")

    def stop(self, how="immediate"):
        for key in list(self.sessions):
            self.end(key)
        self.run("pg_ctl", "stop", "-w", "-m", how, "-D",
                 f"{self.folder}/data")

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database="postgres", user="owner", password=""):
        login = user + (f":{password}" if password else "")
        return f"postgresql://{login}@/{database}?host={self.folder}"

    def psql(self, sql, database="postgres", user="owner"):
        """Rows of texts, by a psql that is kept for the next question."""
        key = (database, user)
        if key not in self.sessions:
            self.sessions[key] = subprocess.Popen(
                [f"{self.bin}/psql", "-XqAt", "-F", "\t", "-d",
                 self.url(database, user)], text=True, bufsize=1,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT)
        session = self.sessions[key]
        session.stdin.write(f"{sql}\n;\n\\echo {MARK}\n")
        session.stdin.flush()
        lines = []
        for line in session.stdout:
            if line == f"{MARK}\n":
                break
            lines.append(line.rstrip("\n"))
        else:
            self.end(key)
            raise AssertionError(f"{sql}: {lines}")
        if any(" ERROR: " in f" {line}" for line in lines):
            raise AssertionError(f"{sql}: {lines}")
        return [line.split("\t") for line in lines]

    def end(self, key):
        session = self.sessions.pop(key)
        session.kill()
        session.communicate()
