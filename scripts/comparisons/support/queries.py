"""Programs that ask a PostgreSQL, each over a pool of connections that it opens before the time runs."""

import importlib.util
import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from .asyncmark import run_asyncmark
from .bench import Bench, PeersError
from .postgres import Server, program

SCRIPT = Path(__file__).parent / "python_queries.py"
DEPTH = 100  #: queries of a pipeline that are under way at once


@dataclass
class Query:
    """What an operation asks."""

    name: str  #: as asyncmark and our script have it
    title: str
    pgbench: str  #: the same as pgbench's script
    indexed: bool = False  #: fetches a row by an index, which the server counts


SELECT_1 = Query("select1", "SELECT 1", "SELECT 1;\n")
POINT_SELECT = Query("point-select", "point select", r"\set aid random(1, 100000 * :scale)" "\n"
                     "SELECT abalance FROM pgbench_accounts WHERE aid = :aid;\n", indexed=True)
SLEEP = Query("sleep", "pg_sleep(0.046)", "SELECT pg_sleep(0.046);\n")


@dataclass
class Setting:
    """A query, and how many connections ask it."""

    query: Query
    connections: int
    queries: Optional[int] = None  #: altogether; None: as many as they can in a second

    @property
    def title(self) -> str:
        """As in the table."""
        return f"{self.query.title}{f' x {self.queries}' if self.queries else ''}"


@dataclass
class Done:
    """What a program says of a run."""

    queries: int  #: answered with the row that they ask for
    failed: int
    seconds: float  #: without the opening of connections
    cpu_s: float  #: user and system time of the client in that time


@dataclass
class Place:
    """Where a program runs, and what opening the connections of this setting takes without a query to speak of."""

    bench: Bench
    server: Server
    client_opening_s: float = 0.0
    server_opening_s: float = 0.0


@dataclass
class Program:
    """One way to do the work. `mode` is how queries travel: simple, prepared or pipeline."""

    name: str
    mode: str
    run: Callable[[Place, Setting], Done]
    takes_part: Callable[[Setting], bool] = lambda setting: True
    missing: Optional[str] = None  #: the package that is not there
    one_commit_each: bool = True  #: every query is a transaction of its own

    @property
    def title(self) -> str:
        """As in the table."""
        return f"{self.name}, {self.mode}"


def counted_by_pgbench(output: str) -> Done:
    """What pgbench's report says; its rate is that of the time without the opening of connections."""

    def number(pattern: str) -> float:
        found = re.search(pattern, output, re.M)
        if not found:
            raise PeersError(f"pgbench's report has no '{pattern}'")
        return float(found[1])

    done = int(number(r"^number of transactions actually processed: (\d+)"))
    if not done:
        raise PeersError("pgbench carried out nothing in its time, of which opening its connections is a part")
    failed = int(number(r"^number of failed transactions: (\d+)"))
    return Done(done, failed, done / number(r"^tps = ([\d.]+) \(without initial connection time\)$"), 0)


def run_pgbench(place: Place, setting: Setting, mode: str, amount: list[str]) -> tuple[Done, float]:
    """One thread of it; what it says, and its processor time with that of opening the connections."""
    script = place.bench.folder / "query.sql"
    script.write_text(setting.query.pgbench, encoding="ascii")
    finished = place.bench.run(
        [program("pgbench"), "--no-vacuum", "--protocol", mode, "--client", str(setting.connections), "--jobs", "1",
         *amount, "--file", str(script), place.server.conninfo], None, 120)
    return counted_by_pgbench(finished.output), finished.cpu_s


def pgbench(mode: str) -> Program:
    """PostgreSQL's own."""

    def run(place: Place, setting: Setting) -> Done:
        # Of the seconds those are taken away in which it opens its connections.
        amount = (["--transactions", str(setting.queries // setting.connections)] if setting.queries
                  else ["--time", "2"])
        done, cpu_s = run_pgbench(place, setting, mode, amount)
        done.cpu_s = cpu_s - place.client_opening_s
        return done

    return Program("pgbench", mode, run, lambda setting: setting.query is not SLEEP or mode == "simple")


def asyncmark(runner: str, mode: str) -> Program:
    """A runner of asyncmark's."""

    def run(place: Place, setting: Setting) -> Done:
        width = [] if runner == "sync" else ["--in-flight", str(setting.connections)]
        depth = DEPTH if mode == "pipeline" else 1
        amount = ["--ops", str(setting.queries // depth)] if setting.queries else ["--duration", "1s"]
        pipeline = ["--depth", str(depth)] if mode == "pipeline" else []
        _, row = run_asyncmark(place.bench, None, 120, "postgres", "--dsn", place.server.conninfo,
                               "--preset", setting.query.name, "--mode", mode, *pipeline, "--runner", runner, *width,
                               *amount)
        done, failed = int(row["completed"]), int(row["failed"])
        if not failed and row.get("rows_per_op") != depth:
            raise PeersError(f"asyncmark's {runner} was given {row.get('rows_per_op')} rows by {depth} queries")
        cpu_s = (done + failed) * row.get("cpu_ns_per_op", 0) / 1e9
        return Done(done * depth, failed * depth, row["real_time"] / 1e3, cpu_s)

    def takes_part(setting: Setting) -> bool:
        if setting.query is SLEEP:
            return runner != "sync" and mode == "simple"
        return {"sync": setting.connections == 1, "thread-pool": setting.connections > 1}.get(runner, True)

    return Program(f"asyncmark {runner}", mode, run, takes_part, one_commit_each=mode != "pipeline")


def python(driver: str, mode: str) -> Program:
    """A script of ours on one of Python's drivers."""

    def run(place: Place, setting: Setting) -> Done:
        finished = place.bench.run(
            [sys.executable, "-P", str(SCRIPT), driver, place.server.conninfo, setting.query.name,
             str(setting.connections), str(setting.queries or "1s")], None, 120)
        said = json.loads(finished.output)
        return Done(said["queries"], said["failed"], said["seconds"], said["cpu_s"])

    return Program(driver, mode, run, missing=None if importlib.util.find_spec(driver) else f"python3-{driver}")


def programs() -> list[Program]:
    """All of them, those that are missing too."""
    return [pgbench("simple"), pgbench("prepared"),
            *(asyncmark("event-loop", mode) for mode in ("simple", "prepared", "pipeline")),
            *(asyncmark(runner, mode) for runner in ("thread-pool", "sync") for mode in ("simple", "prepared")),
            python("asyncpg", "prepared"), python("psycopg2", "simple")]
