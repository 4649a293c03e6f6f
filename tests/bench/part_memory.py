"""Memory: at rest, with idle connections, and with readers who take their time.
It is the proportional share (PSS) of all processes of a proxy; what the kernel
holds for sockets is not in it."""

import contextlib
import select
import socket
import time

from measure import Load, pss_bytes

IDLE = (1000, 10000)
READERS = 100           # slow ones, of ten megabytes each
FIRST_BYTES = 4096      # what a slow reader takes before it stops
ROOM = 8192             # of its socket
SETTLE = 1.5, 30        # seconds between two looks, and of looking
NAMES = ("nginx", "haproxy", "consentd")


def settled(pids):
    """Their memory, once two looks have found the same; some give memory back
    when they have had nothing to do for a moment."""
    pause, most = SETTLE
    end, last = time.monotonic() + most, -1
    while (size := pss_bytes(pids)) != last and time.monotonic() < end:
        last = size
        time.sleep(pause)
    return size


def slow_readers(port):
    """Connections that asked for ten megabytes and took a few bytes."""
    found = []
    for _ in range(READERS):
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
        reader.connect(("127.0.0.1", port))
        reader.sendall(b"GET /same/download-10m.bin HTTP/1.1\r\n"
                       b"Host: library.example\r\n\r\n")
        found.append(reader)
    for reader in found:
        if not select.select([reader], [], [], 20)[0]:
            raise RuntimeError("a slow reader gets nothing")
        got = reader.recv(FIRST_BYTES)
        if b" 200 " not in got[:20]:
            raise RuntimeError(f"a slow reader gets {got[:40]}")
    return found


def per(size, base, n):
    return round((size - base) / n / 1024, 2)


@contextlib.contextmanager
def rested(bench, name):
    """A proxy that was just started, so that nothing is left of others, and
    its memory at rest. Ours remembers no pages: that has a bound of its own."""
    proxy = bench.fresh(name, ["memo_bytes = 0"] if bench.has_memo else [])
    try:
        warm = Load(bench.build, proxy.port, 32, "/fresh/page-15k.html")
        warm.run(64, proxy.pids())
        warm.close()
        yield proxy, settled(proxy.pids())
    finally:
        proxy.stop()


def measure(bench, name):
    with rested(bench, name) as (proxy, base):
        pids = proxy.pids()
        row = {"base_kb": round(base / 1024), "processes": len(pids)}
        if name == "consentd":
            row["worker_kb"] = round(pss_bytes(proxy.worker()) / 1024)
        for n in IDLE:
            load = Load(bench.build, proxy.port, n, "/fresh/page-1k.html")
            load.do("hold 256")
            row[f"idle_{n}_kb"] = per(settled(pids), base, n)
            load.close()
    with rested(bench, name) as (proxy, base):
        readers = slow_readers(proxy.port)
        row["slow_kb"] = per(settled(proxy.pids()), base, READERS)
        for reader in readers:
            reader.close()
    return row


def run(bench):
    rows = {name: measure(bench, name) for name in NAMES}
    print("\nmemory, PSS in KB        "
          "   base  worker  1,000 idle  10,000 idle  slow reader  (each)")
    for name, row in rows.items():
        print(f"  {name:22}{row['base_kb']:8} {row.get('worker_kb', ''):>7} "
              f"{row['idle_1000_kb']:11.2f} {row['idle_10000_kb']:12.2f} "
              f"{row['slow_kb']:12.1f}")
    return {"memory": rows}
