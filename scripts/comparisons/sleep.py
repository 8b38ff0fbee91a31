"""As many sleeps of 46 ms at once, under asyncmark's event loop, Python's asyncio and uvloop, Node and Go in turn."""

import importlib.util
import json
import os
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

SUMMARY = "100 to 1,000,000 sleeps at once by asyncmark, asyncio, uvloop, Node and Go: time, CPU and memory"

HERE = Path(__file__).parent / "support"
SEED = 1  #: of the order of the programs in each round
SIZES = (100, 1_000, 10_000, 100_000, 1_000_000)
CAP = 28
MOST_CAPPED = 1_000  #: 36 sleeps one after the other; ten times as many are 16 s of arithmetic
LEAST_FOR_MEMORY = 10_000  #: what fewer take is lost in what is asked of the kernel at a time
BYTES_EACH = 4096  #: more than any of them takes for a sleep, by which a machine is large enough
GOAL_AT, MOST_SECONDS, MOST_BYTES = 100_000, 0.160, 1100
MOST_WAITED = 0.05  #: of its time; who waited longer for a processor had others before it, and may be slow for that


@dataclass
class Sample:
    """One run; the start of an interpreter is not in the times."""

    seconds: float
    cpu_s: float
    peak_bytes: int  #: resident
    waited_s: float = 0  #: while ready to run, for a processor; asyncmark alone tells


@dataclass
class Program:
    """One way to do it. `run` takes how many sleeps; `missing` is the package that is not there."""

    name: str
    run: Callable[[Bench, int], Sample]
    most: Optional[int] = None
    missing: Optional[str] = None


def asyncmark(name: str, *options: str, most: Optional[int] = None) -> Program:
    """Its event loop."""

    def run(bench: Bench, count: int) -> Sample:
        _, row = run_asyncmark(bench, None, 300, "sleep", "--wait", "46ms", "--runner", "event-loop", *options, "--ops",
                               str(count))
        if row["completed"] != count:
            raise PeersError(f"asyncmark completed {row['completed']:.0f} of {count} sleeps")
        return Sample(row["real_time"] / 1e3, row["cpu_ns_per_op"] * count / 1e9, int(row["peak_rss_bytes"]),
                      row.get("run_queue_wait_ns_per_op", 0) * count / 1e9)

    return Program(name, run, most)


def script(name: str, *command: str, cap: tuple[str, ...] = (), missing: Optional[str] = None) -> Program:
    """A program of ours which takes the number and a cap, and prints a Sample as JSON."""

    def run(bench: Bench, count: int) -> Sample:
        return Sample(**json.loads(bench.run([*command, str(count), *cap], None, 300).output))

    return Program(name, run, MOST_CAPPED if cap else None, missing)


def go(bench: Bench) -> Program:
    """The Go program, built with what Go is there."""
    if not shutil.which("go"):
        return script("Go", "go", missing="golang-go")
    bench.run(["go", "build", "-o", "sleeps", str(HERE / "sleeps.go")], None, 300,
              env={**os.environ, "GOCACHE": str(bench.folder / "gocache")})
    return script("Go", str(bench.folder / "sleeps"))


def programs(bench: Bench) -> list[Program]:
    """All of them, those that are missing too."""
    python = (sys.executable, "-P", str(HERE / "python_sleeps.py"))
    return [
        asyncmark("asyncmark"),
        go(bench),
        script("Node", "node", str(HERE / "node_sleeps.js"), missing=None if shutil.which("node") else "nodejs"),
        script("uvloop", *python, "uvloop", missing=None if importlib.util.find_spec("uvloop") else "python3-uvloop"),
        script("asyncio", *python, "asyncio"),
        asyncmark(f"asyncmark, cap of {CAP}", "--in-flight", str(CAP), most=MOST_CAPPED),
        script(f"asyncio, Semaphore({CAP})", *python, "asyncio", cap=(str(CAP),)),
    ]


@dataclass
class Cell:
    """The runs of one program with one number of sleeps, one a round."""

    program: str
    count: int
    idle_bytes: float  #: the peak of the same program with one sleep
    samples: list[Sample] = field(default_factory=list)

    @property
    def seconds(self) -> list[float]:
        """Of every run."""
        return [sample.seconds for sample in self.samples]

    @property
    def cpu_us(self) -> float:
        """A sleep's processor time."""
        return median(sample.cpu_s for sample in self.samples) / self.count * 1e6

    @property
    def bytes_each(self) -> Optional[float]:
        """A sleep's memory, where it can be told."""
        if self.count < LEAST_FOR_MEMORY:
            return None
        return (median(sample.peak_bytes for sample in self.samples) - self.idle_bytes) / self.count

    def ratio(self, other: "Cell") -> float:
        """Our time by theirs, the median over the rounds: what slows a round slows both."""
        return median(a / b for a, b in zip(self.seconds, other.seconds))


def sizes(bench: Bench) -> tuple[list[int], list[int]]:
    """Numbers of sleeps that are measured, and those that this machine has too little memory for."""
    meminfo = Path("/proc/meminfo").read_text(encoding="ascii")
    available = int(re.search(r"^MemAvailable:\s+(\d+) kB", meminfo, re.M)[1]) * 1024
    wanted = SIZES[:-1] if bench.quick else SIZES
    fit = [count for count in wanted if count * BYTES_EACH <= available]
    return fit, [count for count in wanted if count not in fit]


def rounds(bench: Bench, count: int, taking_part: list[Program], idle: dict[str, float]) -> list[Cell]:
    """All programs in turn, in an order that is drawn anew for every round."""
    wanted = 3 if bench.quick or count > GOAL_AT else 7
    cells = {program.name: Cell(program.name, count, idle[program.name]) for program in taking_part
             if program.most is None or count <= program.most}
    order = random.Random(SEED)
    for index in range(wanted):
        for program in order.sample(taking_part, len(taking_part)):
            if program.name in cells:
                bench.progress(f"{count} sleeps, round {index + 1} of {wanted}: {program.name}")
                cells[program.name].samples.append(program.run(bench, count))
    bench.progress()
    return list(cells.values())


def compare(bench: Bench) -> Report:
    """Measures every program with every number of sleeps that it takes."""
    everyone = programs(bench)
    taking_part = [program for program in everyone if not program.missing]
    bench.progress("one sleep")
    idle = {program.name: median(program.run(bench, 1).peak_bytes for _ in range(3)) for program in taking_part}
    measured, too_many = sizes(bench)
    cells = [cell for count in measured for cell in rounds(bench, count, taking_part, idle)]
    return report(cells, [program for program in everyone if program.missing], too_many)


def the(cells: list[Cell], program: str, count: int) -> Optional[Cell]:
    """The cell of this program and number, if there is one."""
    return next((cell for cell in cells if (cell.program, cell.count) == (program, count)), None)


def row(cells: list[Cell], cell: Cell) -> list[str]:
    """A cell as a line of the table."""
    ours = the(cells, "asyncmark", cell.count)
    return [f"{cell.count:,}", cell.program, with_range([1e3 * s for s in cell.seconds], "{:.1f}".format),
            f"{cell.ratio(ours):.2f}x", f"{cell.cpu_us:.2f}",
            "-" if cell.bytes_each is None else f"{cell.bytes_each:.0f}"]


def read_aloud(cells: list[Cell]) -> str:
    """The table as sentences: the largest number that is not capped, and the cap."""
    most = max(cell.count for cell in cells)
    ours = the(cells, "asyncmark", most)
    others = [f"{cell.program} {cell.ratio(ours):.1f} times as long" for cell in cells
              if cell.count == most and cell is not ours]
    said = (f"{most:,} sleeps of 46 ms at once take asyncmark's event loop {median(ours.seconds):.2f} s and "
            f"{ours.cpu_us:.2f} us of CPU each" + "".join(f"; {other}" for other in others) + ".")
    capped = [cell for cell in cells if cell.count == MOST_CAPPED and str(CAP) in cell.program]
    if capped:
        times = " and ".join(f"{cell.program} {median(cell.seconds):.2f} s" for cell in capped)
        waits = -(-MOST_CAPPED // CAP)
        said += (f" With {CAP} in flight {MOST_CAPPED:,} are {waits} waits one after the other, which is "
                 f"{waits * 0.046:.2f} s in any program: {times}. There the cap decides, and not the program.")
    return said


def goal(cells: list[Cell]) -> Optional[tuple[str, Optional[bool]]]:
    """What was to be reached, the figures, and whether it was; None for that where a miss may be that of others, who
    had the processor."""
    ours = the(cells, "asyncmark", GOAL_AT)
    if not ours:
        return None
    taken, each = median(ours.seconds), ours.bytes_each
    waited = median(sample.waited_s / sample.seconds for sample in ours.samples)
    met = taken <= MOST_SECONDS and each <= MOST_BYTES
    verdict = None if not met and each <= MOST_BYTES and waited > MOST_WAITED else met
    said = {True: "met", False: "MISSED",
            None: f"not judged: it waited for a processor for {100 * waited:.0f} % of that"}[verdict]
    return (f"goal at {GOAL_AT:,} sleeps: at most {1e3 * MOST_SECONDS:.0f} ms and {MOST_BYTES} bytes each: "
            f"{1e3 * taken:.1f} ms and {each:.0f} bytes: {said}"), verdict


def report(cells: list[Cell], missing: list[Program], too_many: list[int]) -> Report:
    """The table, its findings in sentences, the goal."""
    counts = " or ".join(map(str, sorted({len(cell.samples) for cell in cells})))
    notes = [
        f"medians of {counts} rounds, the programs in turn (range); ratios are medians of each round's",
        "every program times itself, from the first sleep that it begins to the end of the last; CPU is of that time",
        "bytes: the resident peak, less that of the same program with one sleep; below "
        f"{LEAST_FOR_MEMORY:,} sleeps it says nothing",
        "who takes more than 46 ms to begin them all ends some before that, and may never have all in flight",
        f"with {CAP} in flight up to {MOST_CAPPED:,}: more is arithmetic, and takes long",
        *(f"{count:,} sleeps are left out: this machine has less than {count * BYTES_EACH >> 20} MiB of memory free"
          for count in too_many),
        *(f"{program.name} is left out: {program.missing} is not installed" for program in missing),
    ]
    judged = [one for one in [goal(cells)] if one]
    header = ["sleeps", "program", "ms", "of asyncmark's", "CPU us each", "bytes each"]
    text = "\n\n".join([
        "Sleeps of 46 ms, all at once", table(header, [row(cells, cell) for cell in cells], left=2),
        "\n".join(f"  {note}" for note in notes), read_aloud(cells), "\n".join(line for line, _ in judged)])
    data: dict[str, Any] = {
        "seed": SEED, "skipped": [program.missing for program in missing],
        "cells": [{**asdict(cell), "cpu_us": cell.cpu_us, "bytes_each": cell.bytes_each} for cell in cells],
        "goals": [{"text": line, "met": met} for line, met in judged]}
    return Report(text, data)
