"""TLS and HTTP/2 beside nginx, by h2load. Its connections end with each run: a
run without more requests than connections tells what the handshakes cost."""

import os
import re
import statistics
import subprocess

import peers
from measure import LOAD, cpu_seconds, pinned

CONNECTIONS, STREAMS = 16, 8
ROUNDS, ROUND_SECONDS = 5, 0.15
FILES = ("page-1k.html", "page-15k.html", "page-64k.html")
WAYS = {"HTTP/1.1 over TLS": ["--h1", "-m1"],
        "HTTP/2 over TLS": [f"-m{STREAMS}"]}
DONE = re.compile(r"(\d+) succeeded, \d+ failed")


def certificate(folder):
    key, cert = (os.path.join(folder, f"{name}.pem")
                 for name in ("key", "cert"))
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", cert,
         "-days", "2", "-subj", "/CN=library.example",
         "-addext", "subjectAltName=DNS:library.example"],
        check=True, capture_output=True)
    return key, cert


def ask(port, path, count, way):
    """So many requests, all answered with 200."""
    said = subprocess.run(
        pinned(LOAD, ["h2load", "-n", str(count), "-c", str(CONNECTIONS), *way,
                      "-H", ":authority: library.example",
                      f"https://127.0.0.1:{port}{path}"]),
        capture_output=True, text=True, check=False).stdout
    done = DONE.search(said)
    if not done or int(done.group(1)) != count or "2xx" not in said:
        raise RuntimeError(f"h2load: {path}: {said}")


class Racer:
    """One proxy on one page in one way."""

    def __init__(self, proxy, path, way):
        self.proxy, self.path, self.way = proxy, path, way
        self.pids, self.rounds, self.count = proxy.pids(), [], 0
        self.shakes = statistics.median(
            self.used(CONNECTIONS) for _ in range(3))
        probe = CONNECTIONS * 16
        cost = max(self.used(probe) - self.shakes, 1e-3) / probe
        self.count = min(max(int(ROUND_SECONDS / cost), 64), 20000)

    def used(self, count):
        before = cpu_seconds(self.pids)
        ask(self.proxy.port, self.path, count, self.way)
        return cpu_seconds(self.pids) - before

    def round(self):
        used = self.used(CONNECTIONS + self.count) - self.shakes
        self.rounds.append(used * 1e6 / self.count)


def race(bench, proxies, path, way):
    racers = [Racer(proxy, path, way) for proxy in proxies]
    for number in range(bench.rounds(ROUNDS)):
        for racer in racers[::1 if number % 2 else -1]:
            racer.round()
    plain, ours = (racer.rounds for racer in racers)
    return {"nginx_us": round(statistics.median(plain), 1),
            "consentd_us": round(statistics.median(ours), 1),
            "ratio": round(statistics.median(
                b / a for a, b in zip(plain, ours)), 3)}


def run(bench):
    key, cert = certificate(bench.scratch())
    nginx = peers.nginx("nginx", bench.origin, peers.PLAIN, listen="ssl http2",
                        server=f"ssl_certificate {cert}; "
                        f"ssl_certificate_key {key}; "
                        "ssl_protocols TLSv1.2 TLSv1.3;")
    ours = peers.Consentd(bench.build, bench.origin, [
        'listen = ( { address = "127.0.0.1:0"; http2 = true; tls : { '
        f'certificate = "{cert}"; key = "{key}"; }}; }} )'])
    rows = {}
    try:
        cookie = ours.cookie(cert)
        for label, way in WAYS.items():
            for file in FILES:
                rows[f"{label}, {file[5:-5]}"] = race(
                    bench, (nginx, ours), f"/fresh/{file}", way)
            rows[f"{label}, 64k with consent"] = race(
                bench, (nginx, ours), "/fresh/page-64k.html",
                [*way, "-H", f"Cookie: {cookie}"])
            rows[f"{label}, 100k image"] = race(
                bench, (nginx, ours), "/same/image-100k.jpg", way)
    finally:
        nginx.stop()
        ours.stop()
    print(f"\n{'TLS':36}{'nginx us':>10} {'consentd us':>12} {'ratio':>7}")
    for name, row in rows.items():
        print(f"  {name:34}{row['nginx_us']:10.1f} {row['consentd_us']:12.1f} "
              f"{row['ratio']:7.2f}")
    return {"tls": rows}
