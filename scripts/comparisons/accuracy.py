"""Whether response times are true: what a client says, beside the packets of the same run."""

import math
import subprocess
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Iterator
from urllib.parse import urlsplit

from .support.asyncmark import run_asyncmark
from .support.bench import Bench, PeersError, Report
from .support.capture import capturing, exchanges
from .support.clients import Wrk, run_wrk
from .support.figures import median, percentile, table, with_range
from .support.stalls import watching

SUMMARY = "p50 and p99 by asyncmark and by wrk, beside the packets of the same runs"

#: Of the server's answers. Waking up takes a client about 40 us on a virtual machine, which no packet shows:
#: with 1 ms, the least that is allowed would judge little but that.
DELAY_S = 0.005
OPERATIONS = 10_000
CONNECTIONS = 64  #: of the closed loop that tells the capacity, and of the open loop then, which needs half
SHARE, FLOOR_US = 0.02, 50.0  #: how far apart the two may be: the greater of both
#: Of a run's time. While a hypervisor has the client's processor, a client is late and its packets are not: that says
#: nothing of either, and a hundredth of the time is a p99. A third of that is let pass.
MOST_STALLED = 1 / 300
MOST_TRIES = 3  #: for each run that is wanted, until enough of them were calm


@dataclass
class Times:
    """Percentiles in microseconds."""

    p50: float
    p99: float


@dataclass
class Run:
    """What everyone says of one run; `client` is what is compared with `packets`."""

    client: Times
    packets: Times
    log: Times
    operations: int
    requests_per_s: float
    stalled: float  #: the share of the time in which the client's processor was away
    response: Times | None = None  #: from the intended start; an open loop's alone


@dataclass
class Subject:
    """A client and its runs, one a round."""

    name: str
    runner: str | None  #: of asyncmark
    connections: int = CONNECTIONS
    rate: int | None = None  #: operations due per second
    capacity_per_s: float | None = None
    runs: list[Run] = field(default_factory=list)
    left_out: list[Run] = field(default_factory=list)  #: in which the client's processor was away for too long

    def add(self, run: Run) -> None:
        """To the runs, or to those that are left out."""
        (self.runs if run.stalled <= MOST_STALLED else self.left_out).append(run)

    def differences(self, which: str) -> list[float]:
        """Of p50 or p99 from the packets', in us, run by run."""
        return [getattr(run.client, which) - getattr(run.packets, which) for run in self.runs]


def times(pairs: list[tuple[int, int]]) -> Times:
    """Percentiles of what passes between two instants in ns."""
    spans = [(after - before) / 1e3 for before, after in pairs]
    return Times(percentile(spans, 50), percentile(spans, 99))


@dataclass
class Server:
    """Asyncmark's event-loop server; its log is there when it has ended."""

    url: str
    log: Path

    def logged(self, last: int) -> list[tuple[int, int]]:
        """Arrival and completion of the last requests, in ns, as the server saw them."""
        lines = self.log.read_text(encoding="ascii").splitlines()[1:]
        return sorted((int(arrived), int(completed)) for arrived, completed in map(str.split, lines))[-last:]


@contextmanager
def serving(bench: Bench) -> Iterator[Server]:
    """A fresh server on its processor."""
    log = bench.folder / "server.log"
    log.unlink(missing_ok=True)
    process = bench.start([str(bench.program), "serve", "http", "--model", "event-loop", "--delay", f"{DELAY_S}s", "--log",
                           str(log), "--port", "0"], bench.server_cpu, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if not line.startswith("listening on "):
        raise PeersError(f"asyncmark serve http did not begin to listen: {line.strip() or 'it said nothing'}")
    yield Server(line.split()[2], log)
    bench.stop(process)
    process.stdout.close()


def run_client(bench: Bench, server: Server, runner: str, *load: str) -> dict[str, Any]:
    """The row of a run of asyncmark. The process that carries out the operations has the client's
    processor to itself: the one that watches it has up to a hundredth of a processor, which is just what
    a p99 shows, and stays on the server's, which holds up both what is said and the packets."""
    return run_asyncmark(bench, bench.server_cpu, 120, "http", "--url", server.url, "--runner", runner, "--launcher",
                         f"taskset --cpu-list {bench.client_cpu}", "--in-flight", str(CONNECTIONS), *load)[1]


def capacity(bench: Bench, runner: str) -> float:
    """Requests/s of a closed loop."""
    with serving(bench) as server:
        return run_client(bench, server, runner, "--duration", "1s")["ops_per_s"]


def asyncmark_run(bench: Bench, subject: Subject) -> Run:
    """One run of an open loop at the subject's rate."""
    with serving(bench) as server:
        with capturing(bench, urlsplit(server.url).port) as capture, watching(bench, bench.client_cpu) as stalls:
            row = run_client(bench, server, subject.runner, "--rate", str(subject.rate), "--arrivals", "poisson",
                             "--ops", str(OPERATIONS), "--warmup", str(CONNECTIONS))
    if row["completed"] != OPERATIONS:
        raise PeersError(f"{subject.name} completed {row['completed']:.0f} of {OPERATIONS} operations")
    seen = exchanges(capture.packets, urlsplit(server.url).port)
    if len(seen) != OPERATIONS + CONNECTIONS:
        raise PeersError(f"{subject.name} made {OPERATIONS} requests after {CONNECTIONS} to warm up, and "
                         f"{len(seen)} were captured")
    measured = seen[-OPERATIONS:]  # the warm-up is over before the first of them begins

    def said(which: str) -> Times:
        return Times(row[f"{which}_p50_ns"] / 1e3, row[f"{which}_p99_ns"] / 1e3)

    return Run(said("service"), times(measured), times(server.logged(OPERATIONS)), OPERATIONS, row["ops_per_s"],
               stalls.share, said("response"))


def wrk_run(bench: Bench, subject: Subject, rate: int) -> Run:
    """One run of wrk, long enough for as many requests at about this rate."""
    with serving(bench) as server:
        with capturing(bench, urlsplit(server.url).port) as capture, watching(bench, bench.client_cpu) as stalls:
            _, said = run_wrk(bench, server.url, subject.connections, math.ceil(OPERATIONS / rate))
    seen = exchanges(capture.packets, urlsplit(server.url).port)
    return Run(Times(said["p50_us"], said["p99_us"]), times(seen), times(server.logged(len(seen))), said["requests"],
               said["requests"] / said["seconds"], stalls.share)


def wanted_runs(bench: Bench) -> int:
    """Of each client, calm ones."""
    return 3 if bench.quick else 9


def allowed(truth_us: float) -> float:
    """By how much what is said may differ from the truth, in us."""
    return max(SHARE * truth_us, FLOOR_US)


def verdict(subject: Subject, which: str) -> tuple[str, bool]:
    """Whether a percentile of asyncmark's is true: the median of the runs' differences against the
    median of what they allow."""
    difference = median(subject.differences(which))
    limit = median(allowed(getattr(run.packets, which)) for run in subject.runs)
    true = abs(difference) <= limit
    return (f"{subject.name}: {which} differs from its packets by {difference:+.1f} us, allowed are {limit:.1f}: "
            f"{'true' if true else 'NOT TRUE'}"), true


def calm_runs(subject: Subject) -> str:
    """How many there were, and what p99 was like in the others."""
    said = f"{subject.name}: {len(subject.runs)} of {len(subject.runs) + len(subject.left_out)}"
    if not subject.left_out:
        return said
    off = median(run.client.p99 - run.packets.p99 for run in subject.left_out)
    return f"{said} (p99 of the others off by {off:+.0f} us)"


def rows(subject: Subject) -> list[list[str]]:
    """A subject's lines of the table: who says what, and how far that is from the packets."""
    sources = [("packets", lambda run: run.packets), ("server's log", lambda run: run.log),
               ("service time" if subject.runner else "latency", lambda run: run.client)]
    if subject.runner:
        sources.append(("response time", lambda run: run.response))
    lines = []
    for source, of in sources:
        line = [subject.name, source]
        for which in ("p50", "p99"):
            said = [getattr(of(run), which) for run in subject.runs]
            truth = [getattr(run.packets, which) for run in subject.runs]
            off = [a - b for a, b in zip(said, truth)]
            line.append(f"{median(said):.1f}")
            line += ["", ""] if source == "packets" else [
                with_range(off, "{:+.1f}".format), f"{100 * median(o / t for o, t in zip(off, truth)):+.1f} %"]
        lines.append(line)
    return lines


def round_of(bench: Bench, subjects: list[Subject], wanted: int) -> None:
    """One run of each subject that has not yet enough of them."""
    for subject in subjects:
        if len(subject.runs) >= wanted:
            continue
        bench.progress(f"{subject.name}: run {len(subject.runs) + 1} of {wanted}, {len(subject.left_out)} left out")
        if subject.runner:
            subject.add(asyncmark_run(bench, subject))
        else:
            subject.add(wrk_run(bench, subject, subjects[0].rate))


def measure(bench: Bench) -> list[Subject]:
    """All clients in turn, round by round; the load of each is half of what asyncmark can do by itself."""
    subjects = [Subject("event-loop", "event-loop"), Subject("thread-pool", "thread-pool")]
    for subject in subjects:
        bench.progress(f"{subject.name}: its capacity")
        subject.capacity_per_s = median(capacity(bench, subject.runner) for _ in range(3))
        subject.rate = round(subject.capacity_per_s / 2)
    if not Wrk().missing():
        subjects.append(Subject("wrk", None, max(1, round(subjects[0].rate * DELAY_S))))
    for _ in range(MOST_TRIES * wanted_runs(bench)):
        round_of(bench, subjects, wanted_runs(bench))
    bench.progress()
    for subject in subjects:
        if not subject.runs:
            raise PeersError(f"{subject.name} had no calm run in {len(subject.left_out)}: something else takes the "
                             "client's processor; measure on a quieter machine")
    return subjects


def read_aloud(subjects: list[Subject]) -> str:
    """The table as sentences."""
    said = []
    for subject in subjects:
        p50, p99 = (median(subject.differences(which)) for which in ("p50", "p99"))
        rate = median(run.requests_per_s for run in subject.runs)
        said.append(f"{subject.name if subject.runner else 'wrk'}'s own times are {p50:+.0f} us at the median and "
                    f"{p99:+.0f} us at p99 from those of its packets, at {rate:.0f} requests/s"
                    + ("" if subject.runner else f" over {subject.connections} connections") + ".")
    said.append("A client adds to what its packets took the time that it takes itself to send, to wake up and to "
                "receive.")
    return " ".join(said)


def compare(bench: Bench) -> Report:
    """Measures, and judges asyncmark's figures; wrk's stand beside them."""
    subjects = measure(bench)
    verdicts = [verdict(subject, which) for subject in subjects if subject.runner for which in ("p50", "p99")]
    loads = [f"{subject.name}: {subject.rate} operations/s, half of its {subject.capacity_per_s:.0f} over "
             f"{CONNECTIONS} connections, Poisson arrivals" for subject in subjects if subject.runner]
    notes = [
        f"asyncmark's event-loop server, {1e3 * DELAY_S:g} ms an answer, on CPU {bench.server_cpu}; clients on CPU "
        f"{bench.client_cpu}; {OPERATIONS} operations a run",
        *loads,
        *(f"wrk: a closed loop of {subject.connections} connections, which asks about as often as event-loop"
          for subject in subjects if not subject.runner),
        "packets: from the first packet of a request to the last of its answer, stamped by the kernel (tcpdump on lo)",
        "service time is what the packets can confirm; response time also counts from when the operation was due,",
        "which no packet shows",
        "medians of calm runs, the clients in turn; differences in us run by run (range)",
        f"calm: the client's processor was away for at most {100 * MOST_STALLED:.1f} % of the time, as cyclictest saw",
        "it, which also keeps that processor from deep sleep",
        *(f"calm runs of {calm_runs(subject)}" for subject in subjects),
    ]
    if not any(subject.runner is None for subject in subjects):
        notes.append("wrk is not installed: skipped")
    header = ["client", "who says", "p50 us", "off by us", "off by", "p99 us", "off by us", "off by"]
    text = "\n\n".join([
        "Response times, as the client says and as its packets say",
        table(header, [line for subject in subjects for line in rows(subject)], left=2),
        "\n".join(f"  {note}" for note in notes), read_aloud(subjects), "\n".join(line for line, _ in verdicts)])
    data: dict[str, Any] = {"delay_s": DELAY_S, "operations": OPERATIONS, "most_stalled": MOST_STALLED,
                            "allowed": {"share": SHARE, "floor_us": FLOOR_US},
                            "subjects": [asdict(subject) for subject in subjects],
                            "verdicts": [{"text": line, "true": true} for line, true in verdicts]}
    return Report(text, data, all(true for _, true in verdicts))
