"""The same queries to one PostgreSQL, by asyncmark's runners, pgbench, asyncpg and psycopg2 in turn."""

import os
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Optional

from .support.bench import Bench, PeersError, Report
from .support.figures import interval_of_median, median, table, with_range
from .support.postgres import postgres, usual
from .support.queries import DEPTH, POINT_SELECT, SELECT_1, SLEEP, Place, Program, Setting, programs, run_pgbench

SUMMARY = "PostgreSQL asked by asyncmark, pgbench, asyncpg and psycopg2: queries/s and CPU per query"

SEED = 1  #: of the order of the programs in each round
PROCESSORS = len(os.sched_getaffinity(0))
BUSY = 0.9  #: of all processors by client and server together, and nothing else is the limit
SETTINGS = (*(Setting(query, connections) for query in (SELECT_1, POINT_SELECT) for connections in (1, 10, 50)),
            Setting(SLEEP, 10, 1000), Setting(SLEEP, 50, 1000))
JUDGED = next(one for one in SETTINGS if one.query is SELECT_1 and one.connections == 10)
LOOP = "asyncmark event-loop"


@dataclass
class Sample:
    """One run of one program, and what was seen of it from outside."""

    queries: int  #: answered with the row that they ask for
    failed: int
    seconds: float  #: without the opening of connections
    cpu_us: float  #: of the client, a query
    server_cpu_s: float  #: without what opening the connections takes
    connections: int  #: that stood most of the time


@dataclass
class Cell:
    """The runs of one program in one setting, one a round."""

    program: str
    mode: str
    samples: list[Sample] = field(default_factory=list)

    def each(self, what: Callable[[Sample], float]) -> list[float]:
        """One figure of every run."""
        return [what(sample) for sample in self.samples]

    def ratios(self, other: "Cell", what: Callable[[Sample], float]) -> list[float]:
        """Ours by theirs, round by round: what slows a round slows both."""
        return [a / b for a, b in zip(self.each(what), other.each(what))]

    def ratio(self, other: "Cell", what: Callable[[Sample], float]) -> float:
        """The median of that."""
        return median(self.ratios(other, what))

    @property
    def failed(self) -> int:
        """Queries of all runs."""
        return sum(sample.failed for sample in self.samples)


Cells = dict[tuple[str, str], Cell]  #: by program and mode


def rate(sample: Sample) -> float:
    """Queries/s."""
    return sample.queries / sample.seconds


def cpu(sample: Sample) -> float:
    """Microseconds of the client's processor time a query."""
    return sample.cpu_us


def server_cpu(sample: Sample) -> float:
    """Microseconds of the server's processor time a query."""
    return sample.server_cpu_s / sample.queries * 1e6


def processors(sample: Sample) -> float:
    """How many of them client and server kept busy."""
    return (sample.server_cpu_s + sample.queries * sample.cpu_us / 1e6) / sample.seconds


def open_only(place: Place, connections: int) -> None:
    """Learns what opening so many connections takes both sides: who else does it takes the server as much, and
    pgbench counts it as its own."""
    client, server = [], []
    for _ in range(3):
        place.server.settle()
        before = place.server.cpu_s()
        client.append(run_pgbench(place, Setting(SELECT_1, connections), "simple", ["--transactions", "1"])[1])
        place.server.settle()
        server.append(place.server.cpu_s() - before)
    place.client_opening_s, place.server_opening_s = median(client), median(server)


def measure(place: Place, program: Program, setting: Setting) -> Sample:
    """One run of one program. Whatever it says, the server has to have seen as many connections and queries."""
    server = place.server
    committed, fetched = server.counts()
    server.settle()
    used = server.cpu_s()
    with server.watched() as seen:
        done = program.run(place, setting)
    server.settle()
    used = server.cpu_s() - used - place.server_opening_s
    committed_after, fetched_after = server.counts()
    if usual(seen) != setting.connections:
        raise PeersError(f"{program.title} asked over {usual(seen)} connections, where {setting.connections} are "
                         "compared")
    asked = committed_after - committed if program.one_commit_each else done.queries
    found = fetched_after - fetched if setting.query.indexed else done.queries
    if not 0 < done.queries <= min(asked, found):
        raise PeersError(f"{program.title} says that {done.queries} queries were answered; the server carried out "
                         f"{asked} and found {found} rows")
    return Sample(done.queries, done.failed, done.seconds, done.cpu_s / done.queries * 1e6, used, usual(seen))


def rounds(place: Place, setting: Setting, taking_part: list[Program]) -> Cells:
    """All programs in turn, in an order that is drawn anew for every round."""
    count = (1 if setting.queries else 2) if place.bench.quick else 11 if setting == JUDGED else 3
    open_only(place, setting.connections)
    cells: Cells = {(one.name, one.mode): Cell(one.name, one.mode) for one in taking_part}
    order = random.Random(SEED)
    for index in range(count):
        for one in order.sample(taking_part, len(taking_part)):
            place.bench.progress(f"{setting.title}, {setting.connections} connections, round {index + 1} of {count}: "
                                 f"{one.title}")
            cells[one.name, one.mode].samples.append(measure(place, one, setting))
    place.bench.progress()
    return cells


def compare(bench: Bench) -> Report:
    """Measures every program in every setting."""
    everyone = programs()
    there = [program for program in everyone if not program.missing]
    with postgres(bench) as server:
        place = Place(bench, server)
        found = [(setting, rounds(place, setting, [one for one in there if one.takes_part(setting)]))
                 for setting in SETTINGS]
    return report(bench, found, sorted({program.missing for program in everyone if program.missing}))


def pgbench_beside(cells: Cells, mode: str) -> Cell:
    """What a program with this mode is compared with: a pipeline with pgbench's prepared queries, one at a time."""
    simple = cells["pgbench", "simple"]
    return simple if mode == "simple" else cells.get(("pgbench", "prepared"), simple)


def row(setting: Setting, cell: Cell, cells: Cells) -> list[str]:
    """A program in a setting, as a line of the table."""
    theirs = pgbench_beside(cells, cell.mode)
    return [setting.title, str(setting.connections), cell.program, cell.mode,
            with_range(cell.each(rate), "{:.0f}".format),
            "1x" if cell is theirs else with_range(cell.ratios(theirs, rate), "{:.2f}".format),
            f"{median(cell.each(cpu)):.1f}", f"{cell.ratio(theirs, cpu):.2f}x",
            f"{median(cell.each(server_cpu)):.1f}", str(cell.failed)]


def read_aloud(setting: Setting, cells: Cells) -> str:
    """The rows of a setting as a sentence."""
    over = f"over {setting.connections} connection{'s' if setting.connections > 1 else ''}"
    if setting.queries:
        times = [f"{program} {median(cell.each(lambda sample: sample.seconds)):.3f} s"
                 for (program, _), cell in cells.items()]
        waits = -(-setting.queries // setting.connections)
        return (f"{setting.title} {over} is {waits * 0.046:.2f} s of waiting for any client: {', '.join(times)}. There "
                "the pool decides, and not the program.")

    def beside(cell: Cell, what: str) -> str:
        theirs = pgbench_beside(cells, cell.mode)
        return (f"{median(cell.each(rate)):.0f} {what} ({cell.ratio(theirs, rate):.2f} of pgbench's, at "
                f"{cell.ratio(theirs, cpu):.2f} of its CPU)")

    said = (f"{setting.title} {over}: asyncmark's event loop asks {beside(cells[LOOP, 'simple'], 'simple queries/s')}, "
            f"{beside(cells[LOOP, 'prepared'], 'prepared ones')} and "
            f"{beside(cells[LOOP, 'pipeline'], f'in pipelines of {DEPTH}')}")
    said += "".join(f"; {program} {beside(cell, mode)}" for (program, mode), cell in cells.items()
                    if not program.startswith(("asyncmark", "pgbench")))
    theirs = cells["pgbench", "simple"]
    if median(theirs.each(processors)) >= BUSY * PROCESSORS:
        share = median(theirs.each(lambda sample: server_cpu(sample) / (server_cpu(sample) + cpu(sample))))
        said += f". The processors are the limit, and the server has {100 * share:.0f} % of that when pgbench asks"
    return said + "."


def goals(setting: Setting, cells: Cells) -> list[tuple[str, Optional[bool]]]:
    """What asyncmark's event loop was to reach in a setting, the figures, and whether it did. Queries that fail are
    fast, so none may. None for the last where the rounds differ too much to tell a miss."""
    judged: list[tuple[str, Optional[bool]]] = []

    def judge(mode: str, wanted: str, found: list[float], holds: Callable[[float], bool]) -> None:
        failed = cells[LOOP, mode].failed + pgbench_beside(cells, mode).failed
        met = holds(median(found)) and failed == 0
        verdict = None if not met and failed == 0 and any(map(holds, interval_of_median(found))) else met
        said = {True: "met", False: "MISSED",
                None: f"not told apart: {len(found)} rounds put the median between "
                      + " and ".join(map("{:.3f}".format, interval_of_median(found)))}[verdict]
        figures = with_range(found, "{:.3f}".format) + (f", {failed} failed" if failed else "")
        judged.append((f"goal for {setting.title} over {setting.connections} connections, {mode}: {wanted}: "
                       f"{figures}: {said}", verdict))

    if setting == JUDGED:
        for mode, least in (("simple", 1.0), ("prepared", 0.85), ("pipeline", 5.0)):
            ratios = cells[LOOP, mode].ratios(pgbench_beside(cells, mode), rate)
            without = " without one" if mode == "pipeline" else ""
            judge(mode, f"at least {least:.2f} of pgbench's queries/s{without}", ratios, lambda found: found >= least)
    if setting.query is SLEEP:
        times = cells[LOOP, "simple"].ratios(cells["pgbench", "simple"], lambda sample: 1 / rate(sample))
        judge("simple", "at most 1.03 of pgbench's time", times, lambda found: found <= 1.03)
    return judged


def report(bench: Bench, found: list[tuple[Setting, Cells]], missing: list[str]) -> Report:
    """The table, its findings in sentences, the goals."""
    counts = " or ".join(map(str, sorted({len(cell.samples) for _, cells in found for cell in cells.values()})))
    notes = [
        "no process is bound to a processor: the kernel places server and client",
        f"medians of {counts} rounds, the programs in turn (range); ratios are those of each round, to pgbench -j1",
        "with as many connections and simple or prepared queries too, to prepared ones for pipelines",
        "times begin when all connections stand, for everybody; each keeps its own, counted at the server's processes",
        "CPU: user and system time of the timed part; of pgbench by wait4, less what it takes for one query a",
        "connection; of the server that of its processes, less the same",
        f"pipeline: {DEPTH} queries under way on each connection; asyncmark's other runners and modes one",
        "every row is looked at, but by pgbench, which throws it away; the server counts what it carried out",
        *(f"{name} is not installed: skipped" for name in missing),
    ]
    judged = [goal for setting, cells in found for goal in goals(setting, cells)]
    header = ["query", "connections", "program", "mode", "queries/s", "of pgbench's", "CPU us/query", "of pgbench's",
              "server us", "failed"]
    lines = [row(setting, cell, cells) for setting, cells in found for cell in cells.values()]
    text = "\n\n".join([
        "Queries to one PostgreSQL over a Unix socket", table(header, lines, left=4),
        "\n".join(f"  {note}" for note in notes),
        "\n".join(read_aloud(setting, cells) for setting, cells in found), "\n".join(line for line, _ in judged)])
    data: dict[str, Any] = {
        "seed": SEED, "skipped": missing,
        "cells": [{"setting": asdict(setting), **asdict(cell)} for setting, cells in found for cell in cells.values()],
        "goals": [{"text": line, "met": met} for line, met in judged]}
    return Report(text, data)
