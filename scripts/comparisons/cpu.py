"""SHA-256 of blocks of memory, by asyncmark's runners, `openssl speed` and Python's hashlib in turn."""

import json
import random
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Optional

from .support.asyncmark import run_asyncmark
from .support.bench import Bench, PeersError, Report
from .support.figures import median, table, with_range

SUMMARY = "SHA-256 by asyncmark's runners, openssl speed and Python's hashlib: bytes/s and bytes per CPU second"

SEED = 1  #: of the order of the programs in each round
IDLE = 0.97  #: what openssl speed has of the processors, at least, where no other program uses them
SCRIPT = Path(__file__).parent / "support" / "python_hashes.py"


@dataclass
class Block:
    """What one operation hashes, and what asyncmark's pools of two workers are to reach with it."""

    bytes: int
    title: str
    least_by_cpu: float  #: bytes per CPU second, to those of openssl speed
    least_by_worker: Optional[float] = None  #: bytes/s, to those of one worker


BLOCKS = (Block(64, "64 B", 0.85), Block(16 << 10, "16 KiB", 0.98, 1.9), Block(1 << 20, "1 MiB", 0.98, 1.9))


@dataclass
class Sample:
    """What one program did in one round."""

    operations: int
    seconds: float
    cpu_s: float  #: user and system time of the timed part
    process_cpu_s: float  #: of the whole process by wait4

    def __add__(self, other: "Sample") -> "Sample":
        return Sample(*(a + b for a, b in zip(asdict(self).values(), asdict(other).values())))


@dataclass
class Program:
    """One way to do the work; `run` takes the bench, the bytes of a block, seconds, and a processor or None."""

    name: str
    workers: int
    run: Callable[[Bench, int, int, Optional[int]], Sample]

    def measure(self, bench: Bench, size: int, seconds: int) -> Sample:
        """One round. What has work for one processor alone has one run on each, for they are not equally fast."""
        if self.workers > 1 or not bench.apart:
            return self.run(bench, size, seconds, None)
        return self.run(bench, size, seconds, bench.server_cpu) + self.run(bench, size, seconds, bench.client_cpu)


def asyncmark(runner: str, workers: int) -> Program:
    """A runner of asyncmark's; its operations are recorded one by one."""
    width = {"sync": [], "event-loop": ["--in-flight", "100"]}.get(runner, ["--workers", str(workers)])

    def run(bench: Bench, size: int, seconds: int, cpu: Optional[int]) -> Sample:
        finished, row = run_asyncmark(bench, cpu, seconds + 60, "hash", "--algorithm", "sha256", "--size", f"{size}B",
                                      "--runner", runner, *width, "--duration", f"{seconds}s")
        if row["failed"]:
            raise PeersError(f"{row['failed']:.0f} operations of asyncmark's {runner} failed")
        done = int(row["completed"])
        return Sample(done, row["real_time"] / 1e3, done * row["cpu_ns_per_op"] / 1e9, finished.cpu_s)

    return Program(runner, workers, run)


def operations_of_openssl(said: str, workers: int) -> int:
    """What all processes of `openssl speed -mr` carried out: a line of each."""
    counts = re.findall(r"^\+R:(\d+):sha256:[\d.]+$", said, re.M)
    if len(counts) != workers:
        raise PeersError(f"openssl speed with {workers} processes gave {len(counts)} results")
    return sum(map(int, counts))


def openssl(workers: int) -> Program:
    """`openssl speed`. It stops by an alarm, so the seconds are those that were asked for. Its own count of them
    comes in steps of 10 ms, and with -multi is never one of processor time, hence wait4, less starting up."""
    parallel = ["-multi", str(workers)] if workers > 1 else []

    def run(bench: Bench, size: int, seconds: int, cpu: Optional[int]) -> Sample:
        starting = bench.run(["openssl", "version"], cpu, 60).cpu_s
        finished = bench.run(["openssl", "speed", "-elapsed", "-mr", *parallel, "-bytes", str(size), "-seconds",
                              str(seconds), "-evp", "sha256"], cpu, seconds + 60)
        return Sample(operations_of_openssl(finished.errors, workers), seconds, finished.cpu_s - starting,
                      finished.cpu_s)

    return Program("openssl speed", workers, run)


def python(name: str, model: str, workers: int) -> Program:
    """A script of ours on Python's hashlib."""

    def run(bench: Bench, size: int, seconds: int, cpu: Optional[int]) -> Sample:
        finished = bench.run([sys.executable, "-P", str(SCRIPT), model, str(size), str(seconds)], cpu, seconds + 60)
        said = json.loads(finished.output)
        return Sample(said["operations"], said["seconds"], said["cpu_s"], finished.cpu_s)

    return Program(name, workers, run)


def programs() -> list[Program]:
    """Those that are installed."""
    peers = [openssl(1), openssl(2)] if shutil.which("openssl") else []
    return [*peers, asyncmark("sync", 1), asyncmark("event-loop", 1), asyncmark("thread-pool", 1),
            asyncmark("process-pool", 1), asyncmark("thread-pool", 2), asyncmark("process-pool", 2),
            python("Python, asyncio alone", "asyncio", 1), python("Python, asyncio and threads", "threads", 2),
            python("Python, multiprocessing", "processes", 2)]


@dataclass
class Cell:
    """The rounds of one program with one block."""

    program: str
    workers: int
    samples: list[Sample] = field(default_factory=list)

    def ratio(self, other: "Cell", what: Callable[[Sample], float]) -> float:
        """The median over the rounds of ours by theirs: what slows a round slows both."""
        return median(what(a) / what(b) for a, b in zip(self.samples, other.samples))


Cells = dict[tuple[str, int], Cell]  #: by program and workers


def by_second(sample: Sample) -> float:
    """Operations per second."""
    return sample.operations / sample.seconds


def by_cpu(sample: Sample) -> float:
    """Operations per second of processor time."""
    return sample.operations / sample.cpu_s


def rounds(bench: Bench, block: Block, taking_part: list[Program]) -> Cells:
    """All programs in turn, in an order that is drawn anew for every round."""
    count = 3 if bench.quick else 7
    cells: Cells = {(program.name, program.workers): Cell(program.name, program.workers) for program in taking_part}
    order = random.Random(SEED)
    for index in range(count):
        for program in order.sample(taking_part, len(taking_part)):
            bench.progress(f"{block.title}, round {index + 1} of {count}: {program.name}")
            cells[program.name, program.workers].samples.append(program.measure(bench, block.bytes, 1))
    bench.progress()
    return cells


def row(block: Block, cell: Cell, cells: Cells) -> list[str]:
    """A program as a line of the table, beside openssl speed of as many processes."""
    theirs = cells.get(("openssl speed", cell.workers))
    line = [block.title, cell.program, str(cell.workers)]
    for what in (by_second, by_cpu):
        line += [with_range([what(sample) * block.bytes / 1e6 for sample in cell.samples], "{:.0f}".format),
                 f"{cell.ratio(theirs, what):.3f}x" if theirs else "-"]
    return line


def share(cell: Cell) -> float:
    """Of the processor time that its workers could have had, how much they had."""
    return median(sample.cpu_s / (sample.seconds * cell.workers) for sample in cell.samples)


def free(openssl_speed: Cell) -> bool:
    """Whether two workers could have both processors, as those of openssl speed had them."""
    return share(openssl_speed) >= IDLE


def goals(block: Block, cells: Cells) -> list[tuple[str, Optional[bool]]]:
    """What asyncmark's pools of two were to reach, the figures, and whether they did; None where that cannot be
    judged. The bytes/s of two workers are those of two processors only where no other program used them."""
    theirs = cells.get(("openssl speed", 2))
    if not theirs:
        return []
    judged: list[tuple[str, Optional[bool]]] = []

    def judge(who: str, wanted: str, least: float, found: float, fair: bool = True) -> None:
        verdict = (found >= least) if fair else None
        said = {True: "met", False: "MISSED", None: "not judged: two processors were not free, two processes of "
                f"openssl speed had {100 * share(theirs):.0f} % of their time"}[verdict]
        judged.append((f"goal with {block.title}, {who} of 2: at least {least:.2f} of {wanted}: {found:.3f}: {said}",
                       verdict))

    for who in ("thread-pool", "process-pool"):
        ours = cells[who, 2]
        judge(who, "openssl speed's bytes per CPU second", block.least_by_cpu, ours.ratio(theirs, by_cpu))
        if block.least_by_worker is not None:
            judge(who, "one worker's bytes/s", block.least_by_worker, ours.ratio(cells[who, 1], by_second),
                  free(theirs))
    return judged


def read_aloud(block: Block, cells: Cells) -> str:
    """The rows of a block as sentences."""
    one, loop, threads, processes = (cells[key] for key in (
        ("sync", 1), ("event-loop", 1), ("thread-pool", 2), ("process-pool", 2)))
    said = (f"With blocks of {block.title}, an event loop hashes {loop.ratio(one, by_second):.2f} times as much a "
            f"second as sync, which has one processor as well, two threads {threads.ratio(one, by_second):.2f} and two "
            f"processes {processes.ratio(one, by_second):.2f} times as much")
    if ("openssl speed", 2) in cells:
        theirs = cells["openssl speed", 2]
        python_rows = [cell for cell in cells.values() if cell.program.startswith("Python")]
        others = "" if free(theirs) else " (others used the processors, so two beside one says little)"
        said += (f"; two processes of openssl speed do {theirs.ratio(cells['openssl speed', 1], by_second):.2f} times "
                 f"as much as one{others}. A CPU second is worth {threads.ratio(theirs, by_cpu):.2f} of openssl speed's "
                 f"to the threads and {processes.ratio(theirs, by_cpu):.2f} to the processes; to Python's hashlib under ")
        said += ", ".join(f"{cell.program.removeprefix('Python, ')} "
                          f"{cell.ratio(cells['openssl speed', cell.workers], by_cpu):.2f}" for cell in python_rows)
    return said + "."


def compare(bench: Bench) -> Report:
    """Measures every program with every block."""
    taking_part = programs()
    return report(bench, [(block, rounds(bench, block, taking_part)) for block in BLOCKS])


def report(bench: Bench, found: list[tuple[Block, Cells]]) -> Report:
    """The table, its findings in sentences, the goals."""
    everything = [cell for _, cells in found for cell in cells.values()]
    count = len(everything[0].samples)
    ours = [sample for cell in everything if cell.workers == 2 and cell.program.endswith("-pool")
            for sample in cell.samples]
    timed = median(sample.cpu_s / sample.process_cpu_s for sample in ours)
    skipped = [] if any(cell.program == "openssl speed" for cell in everything) else ["openssl"]
    notes = [
        f"medians of {count} rounds of 1 s, the programs in turn (range); ratios are medians of each round's, to",
        "openssl speed with as many processes",
        "one worker: a run on each of two processors, taken together; two workers: on any" if bench.apart else
        "all on one processor: there is no other",
        "CPU: user and system time of the timed part; of openssl speed by wait4, less what `openssl version` takes",
        f"asyncmark's pools of 2 count themselves: {100 * timed:.1f} % of what wait4 finds in the whole program, which",
        "also starts up and measures itself",
        "asyncmark reads the clock for every operation, records it and compares the digest; openssl speed counts",
        *(f"{name} is not installed: skipped" for name in skipped),
    ]
    header = ["block", "program", "workers", "MB/s", "of openssl's", "MB/CPU s", "of openssl's"]
    lines = [row(block, cell, cells) for block, cells in found for cell in cells.values()]
    judged = [goal for block, cells in found for goal in goals(block, cells)]
    text = "\n\n".join([
        "SHA-256 of a block of memory, again and again", table(header, lines, left=2),
        "\n".join(f"  {note}" for note in notes),
        " ".join(read_aloud(block, cells) for block, cells in found), "\n".join(line for line, _ in judged)])
    data: dict[str, Any] = {
        "seed": SEED, "skipped": skipped,
        "cells": [{"block": asdict(block), **asdict(cell)} for block, cells in found for cell in cells.values()],
        "goals": [{"text": line, "met": met} for line, met in judged]}
    return Report(text, data)
