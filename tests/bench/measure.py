"""Time of the processor and memory of a tree of processes, and a load on it."""

import glob
import json
import os
import statistics
import subprocess
import time

CORES = sorted(os.sched_getaffinity(0))
PROXIES, LOAD = str(CORES[0]), str(CORES[-1])
PROBE = 512             # requests, that tell what one costs


def pinned(core, command):
    return ["taskset", "-c", core, *command]


def tree(root):
    """The process and all below it."""
    children = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="latin-1") as file:
                text = file.read()
        except OSError:
            continue
        parent = int(text.rsplit(") ", 1)[1].split()[1])
        children.setdefault(parent, []).append(int(text.split(" ", 1)[0]))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_seconds(pids):
    """User and system time that the processes have used, all threads and
    those that ended: what utime and stime in /proc/PID/stat add up to, but in
    nanoseconds (the clock of a process, clock_getcpuclockid(3))."""
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)


def pss_bytes(pids):
    """Memory that is theirs: what several share is divided among them."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            total += sum(int(line.split()[1]) for line in file
                         if line.startswith("Pss:")) * 1024
    return total


class Load:
    """bench-load on one page; its connections stay open until the end."""

    def __init__(self, build, port, connections, path, fields=()):
        self.process = subprocess.Popen(
            pinned(LOAD, [os.path.join(build, "tests/bench-load"), str(port),
                          str(connections), path, *fields]),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        if not said:
            raise RuntimeError(f"bench-load ended at: {line}")
        return json.loads(said)

    def run(self, count, pids, flying=""):
        """So many requests; with the processor's time of each."""
        before = cpu_seconds(pids)
        said = self.do(f"run {count} {flying}".strip())
        used = cpu_seconds(pids) - before
        if said["failures"]:
            raise RuntimeError(f"{said['failures']} requests failed")
        said["cpu_us"] = used * 1e6 / count
        said["rps"] = count / said["seconds"]
        return said

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class Racer:
    """One proxy on one page: what it did in each round."""

    def __init__(self, name, proxy, load, flying=""):
        self.name, self.proxy, self.load = name, proxy, load
        self.flying = flying    # most requests at a time; one a connection
        self.pids = proxy.pids()
        self.rounds, self.count = [], 0

    def warm(self, connections, seconds):
        """Opens the connections and finds how many requests a round has."""
        self.load.run(connections, self.pids, self.flying)
        count = min(max(connections, 32), PROBE)
        cost = self.load.run(count, self.pids, self.flying)["cpu_us"]
        if cost < 200:
            cost = self.load.run(
                count * 8, self.pids, self.flying)["cpu_us"]
        self.count = min(max(int(seconds * 1e6 / max(cost, 1)), 8), 20000)

    def round(self):
        self.rounds.append(
            self.load.run(self.count, self.pids, self.flying))

    def median(self, key):
        return statistics.median(each[key] for each in self.rounds)

    def summary(self):
        keys = ("cpu_us", "rps", "p50_us", "p90_us", "p99_us")
        return {key: round(self.median(key), 2) for key in keys}

    def ratio(self, other):
        """The median of the rounds' ratios: what disturbs one disturbs the
        other, a moment later."""
        return statistics.median(
            a["cpu_us"] / b["cpu_us"]
            for a, b in zip(self.rounds, other.rounds))


def race(racers, connections, rounds, seconds):
    """All of them in turn, the first of a round another one each time."""
    for racer in racers:
        racer.warm(connections, seconds)
    for number in range(rounds):
        start = number % len(racers)
        for racer in racers[start:] + racers[:start]:
            racer.round()
