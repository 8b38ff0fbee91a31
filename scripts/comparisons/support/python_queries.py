"""A query again and again over a pool of connections: by asyncpg on asyncio's loop, or by psycopg2 on threads.

python_queries.py DRIVER CONNINFO QUERY CONNECTIONS AMOUNT, where DRIVER is asyncpg or psycopg2, QUERY select1,
point-select or sleep, and AMOUNT seconds as 1s or a number of queries. Every row is looked at. Prints JSON."""

import asyncio
import json
import random
import shlex
import sys
import threading
import time
from collections.abc import Iterator

#: By pgbench_accounts as pgbench -i makes it.
ROWS = 100_000
QUERIES = {"select1": "SELECT 1", "point-select": "SELECT abalance FROM pgbench_accounts WHERE aid = {}",
           "sleep": "SELECT pg_sleep(0.046)"}

DRIVER, CONNINFO, QUERY, CONNECTIONS, AMOUNT = sys.argv[1:4] + [int(sys.argv[4]), sys.argv[5]]


def turns() -> Iterator[bool]:
    """What all clients share: one for each query that is to be asked."""
    if AMOUNT.endswith("s"):
        until = time.monotonic() + float(AMOUNT[:-1])
        return iter(lambda: time.monotonic() < until, False)
    return iter([True] * int(AMOUNT))


def arguments() -> tuple[int, ...]:
    """Of one query."""
    return (random.randint(1, ROWS),) if QUERY == "point-select" else ()


def is_right(rows: list) -> bool:
    """Whether it is the one row with one column that each query gives."""
    return len(rows) == 1 and len(rows[0]) == 1 and (QUERY == "sleep" or rows[0][0] == int(QUERY == "select1"))


class Clock:
    """Time and processor time from here on."""

    def __init__(self) -> None:
        self.begun, self.used = time.monotonic(), time.process_time()

    def report(self, queries: int, failed: int) -> None:
        """What came of it, as JSON."""
        print(json.dumps({"seconds": time.monotonic() - self.begun, "cpu_s": time.process_time() - self.used,
                          "queries": queries, "failed": failed}))


async def by_asyncpg() -> None:
    """A pool, and a task with each of its connections: to hand one back after every query would ask another."""
    import asyncpg

    sql = QUERIES[QUERY].format("$1")

    async def client(connection: "asyncpg.Connection", mine: Iterator[bool]) -> tuple[int, int]:
        done = failed = 0
        for _ in mine:
            try:
                right = is_right(await connection.fetch(sql, *arguments()))
            except (asyncpg.PostgresError, OSError):
                right = False
            done, failed = done + right, failed + (not right)
        return done, failed

    settings = dict(pair.split("=", 1) for pair in shlex.split(CONNINFO))
    settings["database"] = settings.pop("dbname")
    pool = await asyncpg.create_pool(**settings, min_size=CONNECTIONS, max_size=CONNECTIONS)
    connections = [await pool.acquire() for _ in range(CONNECTIONS)]
    await asyncio.gather(*(client(one, iter([True])) for one in connections))
    clock, shared = Clock(), turns()
    ended = await asyncio.gather(*(client(one, shared) for one in connections))
    clock.report(*map(sum, zip(*ended)))
    pool.terminate()


def by_psycopg2() -> None:
    """A thread with each connection; every query is its own transaction."""
    import psycopg2

    sql = QUERIES[QUERY].format("%s")
    ended: list[tuple[int, int]] = []
    shared: Iterator[bool]

    def client(connection: "psycopg2.extensions.connection", start: threading.Barrier) -> None:
        cursor = connection.cursor()
        cursor.execute(sql, arguments())
        done = failed = 0
        start.wait()  # All are here: the clock is read.
        start.wait()
        for _ in shared:
            try:
                cursor.execute(sql, arguments())
                right = is_right(cursor.fetchall())
            except psycopg2.Error:
                right = False
            done, failed = done + right, failed + (not right)
        ended.append((done, failed))

    connections = [psycopg2.connect(CONNINFO) for _ in range(CONNECTIONS)]
    start = threading.Barrier(CONNECTIONS + 1)
    threads = [threading.Thread(target=client, args=(one, start)) for one in connections]
    for connection in connections:
        connection.autocommit = True
    for thread in threads:
        thread.start()
    start.wait()
    clock, shared = Clock(), turns()
    start.wait()
    for thread in threads:
        thread.join()
    clock.report(*map(sum, zip(*ended)))


if DRIVER == "asyncpg":
    asyncio.run(by_asyncpg())
else:
    by_psycopg2()
