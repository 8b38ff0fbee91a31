"""A PostgreSQL that asyncmark starts, and what can be seen of it from outside."""

import os
import pathlib
import statistics
import subprocess
import threading
import time
from contextlib import contextmanager
from typing import Iterator

from .bench import Bench, PeersError

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
EVERY_S = 0.05  #: between two looks at its processes


def program(name: str) -> str:
    """One of PostgreSQL's own, of its newest version: what is in PATH may be a script that looks for it."""
    found = pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}")
    newest = max(found, key=lambda path: int(path.parts[-3]), default=None)
    if not newest:
        raise PeersError(f"{name} is not installed; scripts/install-packages build installs it")
    return str(newest)


def stat(pid: int) -> list[str]:
    """Of /proc/PID/stat what follows the name: from the state on, which is its third field."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def children(pid: int) -> list[int]:
    """Of all its threads; of a process that is gone none."""
    try:
        return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
                for child in (task / "children").read_text(encoding="ascii").split()]
    except OSError:
        return []


def words(pid: int) -> str:
    """Its command line; of a process that is gone nothing."""
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def postmaster_below(pid: int) -> int:
    """The one whose children name themselves as PostgreSQL's processes do."""
    for child in children(pid):
        if any(words(one).startswith("postgres: checkpointer") for one in children(child)):
            return child
        if below := postmaster_below(child):
            return below
    return 0


def is_connection(pid: int) -> bool:
    """Whether it serves one: its title then says where from."""
    return "[local]" in words(pid)


class Server:
    """It listens, and does nothing but what is asked of it. The connections that stand already are those of who
    started it."""

    def __init__(self, conninfo: str, postmaster: int) -> None:
        self.conninfo = conninfo
        self.postmaster = postmaster
        self._not_ours = set(filter(is_connection, children(postmaster)))

    def _ours(self) -> list[int]:
        """Its processes but those."""
        return [child for child in children(self.postmaster) if child not in self._not_ours]

    def connections(self) -> int:
        """How many stand."""
        return sum(map(is_connection, self._ours()))

    def settle(self) -> None:
        """Returns once all connections are closed and their processes have ended: only then all is counted, time and
        queries. What has just begun or ended has not the title of the server's own."""
        until = time.monotonic() + 10
        while any(is_connection(one) or not words(one).startswith("postgres: ") for one in self._ours()):
            if time.monotonic() > until:
                raise PeersError("a connection to the server stays open though its client has ended")
            time.sleep(0.005)

    def cpu_s(self) -> float:
        """Processor time of the server, with that of connections that have ended; in steps of 10 ms."""
        return sum(map(int, stat(self.postmaster)[11:15])) * TICK_S

    def counts(self) -> tuple[int, int]:
        """Transactions that it committed, and rows that it fetched by an index, both in the database that is
        measured: asked from another one, so that it does not count the question."""
        sql = "SELECT xact_commit, tup_fetched FROM pg_stat_database WHERE datname = 'postgres'"
        said = subprocess.run(
            [program("psql"), "--no-psqlrc", "--tuples-only", "--no-align", "--dbname",
             f"{self.conninfo} dbname=template1", "--command", sql], capture_output=True, text=True, check=False)
        if said.returncode != 0:
            raise PeersError((said.stderr.strip().splitlines() or ["psql failed and said nothing"])[0])
        committed, fetched = said.stdout.strip().split("|")
        return int(committed), int(fetched)

    @contextmanager
    def watched(self) -> Iterator[list[int]]:
        """Notes meanwhile how many connections stand, where any do."""
        seen: list[int] = []
        over = threading.Event()

        def look() -> None:
            while not over.wait(EVERY_S):
                if standing := self.connections():
                    seen.append(standing)

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            yield seen
        finally:
            over.set()
            watcher.join()


def usual(seen: list[int]) -> int:
    """How many stood most of the time; a look around before the run does not count for that."""
    return statistics.mode(seen) if seen else 0


@contextmanager
def postgres(bench: Bench) -> Iterator[Server]:
    """A cluster of asyncmark's, with the tables of pgbench."""
    log = bench.folder / "postgres.log"
    with log.open("wb") as errors:
        service = bench.start([str(bench.program), "serve", "postgres"], None, stdout=subprocess.PIPE,
                              stderr=errors, text=True)
    with service.stdout as told:
        first, _ = told.readline(), told.readline()
    if not first.startswith("listening on "):
        said = log.read_text(errors="replace").strip().splitlines()
        raise PeersError(said[-1] if said else "asyncmark serve postgres said nothing")
    server = Server(first.removeprefix("listening on ").strip(), postmaster_below(service.pid))
    if not server.postmaster:
        raise PeersError("asyncmark serve postgres has no server among its processes")
    yield server
    bench.stop(service)
