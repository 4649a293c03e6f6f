#!/usr/bin/env python3
"""Many clients that do little: what they cost those who do something.

    tests/load/slow.py [--slow N] [--idle N] [--workers N] BUILD

Against one daemon on loopback, one after the other: N clients that never
finish their heads, N that read ten megabytes slower than these come, N
keep-alive connections of which each asks twice. Meanwhile ordinary requests
are timed. The exit status is 1 when one of them failed, when half of them
took 50 ms longer than without the others, when a worker held 64 MiB or
when one of the idle connections was not answered."""

import argparse
import asyncio
import multiprocessing
import os
import resource
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "system"))

from harness.daemon import Daemon      # noqa: E402

LARGE = 10 << 20        # bytes that a slow reader asks for
PROBES = 200            # ordinary requests of a phase
LATER_MS = 50           # that half of them may be slower
WORKER_BYTES = 64 << 20
BATCH = 250             # connections opened at a time
SIP, PAUSE = 4096, 0.25     # how a slow reader reads
HOST = b"Host: library.example\r\n"
ASK = b"GET /page HTTP/1.1\r\n" + HOST + b"\r\n"
PAGE = b"<!doctype html><title>t</title><p>" + b"words " * 500


async def answer(reader, writer):
    """The origin: a small page, or many bytes as fast as they are taken."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if head.startswith(b"GET /large"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n"
                             b"Content-Length: %d\r\n\r\n" % LARGE)
                for _ in range(LARGE >> 16):
                    writer.write(bytes(1 << 16))
                    await writer.drain()
            else:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                             b"Content-Length: %d\r\n\r\n%s"
                             % (len(PAGE), PAGE))
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


def origin(pipe):
    async def serve():
        server = await asyncio.start_server(answer, "127.0.0.1", 0,
                                            backlog=4096)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()
    more_files()
    asyncio.run(serve())


def more_files():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def ask(reader, writer):
    """One request and its whole answer on an open connection."""
    writer.write(ASK)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise ConnectionError(head.split(b"\r\n")[0].decode())
    while (size := int(await reader.readuntil(b"\r\n"), 16)) != 0:
        await reader.readexactly(size + 2)
    await reader.readuntil(b"\r\n")


class Load:
    def __init__(self, daemon):
        self.daemon, self.rows, self.base = daemon, [], None
        self.failed = []
        self.workers = daemon.children("worker")

    def open(self):
        return asyncio.open_connection(self.daemon.host, self.daemon.port)

    def memory(self):
        """The most resident bytes of a worker, now."""
        page = os.sysconf("SC_PAGE_SIZE")
        sizes = []
        for pid in self.workers:
            with open(f"/proc/{pid}/statm", encoding="ascii") as file:
                sizes.append(int(file.read().split()[1]) * page)
        return max(sizes)

    async def probe(self, name):
        """Times ordinary requests, each on a connection of its own."""
        times = []
        for _ in range(PROBES):
            start = time.perf_counter()
            reader, writer = await self.open()
            await ask(reader, writer)
            times.append(1000 * (time.perf_counter() - start))
            writer.close()
        half = statistics.median(times)
        self.base = half if self.base is None else self.base
        if half > self.base + LATER_MS:
            self.failed.append(f"{name}: {half:.1f} ms")
        if self.memory() > WORKER_BYTES:
            self.failed.append(f"{name}: {self.memory() >> 20} MiB")
        late = sorted(times)[PROBES * 99 // 100]
        self.rows.append((name, half, late, self.memory()))

    async def slow_head(self):
        _, writer = await self.open()
        try:
            writer.write(b"GET / HTTP/1.1\r\n" + HOST)
            while True:
                writer.write(b"X-A: b\r\n")
                await asyncio.sleep(PAUSE)
        finally:
            writer.close()

    async def slow_reader(self, started):
        reader, writer = await asyncio.open_connection(
            self.daemon.host, self.daemon.port, limit=SIP)
        try:
            writer.write(b"GET /large HTTP/1.1\r\n" + HOST + b"\r\n")
            await reader.readuntil(b"\r\n\r\n")
            started.release()
            while await reader.read(SIP):
                await asyncio.sleep(PAUSE)
        finally:
            writer.close()

    async def beside(self, name, tasks, started=None):
        """Probes while tasks run; ends them."""
        tasks = [asyncio.create_task(task) for task in tasks]
        if started is not None:
            for _ in tasks:
                await started.acquire()
        await self.probe(name)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def keep_alive(self, count):
        """Opens connections that ask once, then lets each ask again."""
        ends = []

        async def first():
            pair = await self.open()
            await ask(*pair)
            ends.append(pair)

        for at in range(0, count, BATCH):
            await asyncio.gather(
                *(first() for _ in range(min(BATCH, count - at))))
        await self.probe(f"{count} keep-alive connections")
        for at in range(0, count, BATCH):
            await asyncio.gather(*(ask(*end) for end in ends[at:at + BATCH]))
        for _, writer in ends:
            writer.close()

    async def run(self, slow, idle):
        await self.probe("nobody else")
        await self.beside(f"{slow} slow heads",
                          [self.slow_head() for _ in range(slow)])
        started = asyncio.Semaphore(0)
        await self.beside(f"{slow} slow readers of {LARGE >> 20} MB",
                          [self.slow_reader(started) for _ in range(slow)],
                          started)
        await self.keep_alive(idle)

    def report(self):
        print(f"{'beside':34} {'median':>8} {'99 %':>8} {'worker':>9}")
        for name, half, late, size in self.rows:
            print(f"{name:34} {half:5.1f} ms {late:5.1f} ms "
                  f"{size / (1 << 20):5.1f} MiB")
        for line in self.failed:
            print("FAILED", line)
        return 1 if self.failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--slow", type=int, default=200)
    parser.add_argument("--idle", type=int, default=10000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("build")
    args = parser.parse_args()
    more_files()
    near, far = multiprocessing.Pipe()
    site = multiprocessing.Process(target=origin, args=(far,), daemon=True)
    site.start()
    limits = f"limits = {{ upstream_connections = {args.slow + 64}; }}"
    daemon = Daemon(args.build, near.recv(),
                    [f"workers = {args.workers}", limits])
    try:
        daemon.start()
        load = Load(daemon)
        asyncio.run(load.run(args.slow, args.idle))
        return load.report()
    except (ConnectionError, asyncio.IncompleteReadError) as error:
        print("FAILED a request:", error)
        return 1
    finally:
        daemon.stop()
        site.terminate()


if __name__ == "__main__":
    sys.exit(main())
