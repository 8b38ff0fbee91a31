"""The same burst of sleeps under Node (Promise.all over as many timers) and under asyncmark's event loop."""

from pathlib import Path

from .support.asyncmark import run_asyncmark
from .support.bench import Bench, PeersError, Report
from .support.figures import median, table, with_range

SUMMARY = "a burst of sleeps of 46 ms under asyncmark's event loop and under Node"

SCRIPT = Path(__file__).parent / "support" / "node_sleeps.js"


def asyncmark(bench: Bench, operations: int) -> float:
    """One burst; how long it took in ms."""
    _, row = run_asyncmark(bench, None, 120, "sleep", "--wait", "46ms", "--runner", "event-loop", "--ops",
                           str(operations))
    if row["completed"] != operations:
        raise PeersError(f"asyncmark completed {row['completed']:.0f} of {operations} sleeps")
    return row["real_time"]


def node(bench: Bench, operations: int) -> float:
    """One burst; how long it took in ms."""
    return float(bench.run(["node", str(SCRIPT), str(operations)], None, 120).output)


def compare(bench: Bench) -> Report:
    """Both in turn, so that both meet the same machine."""
    operations, rounds = (10_000, 3) if bench.quick else (100_000, 5)
    times: dict[str, list[float]] = {"asyncmark": [], "node": []}
    for index in range(rounds):
        bench.progress(f"round {index + 1} of {rounds}")
        times["asyncmark"].append(asyncmark(bench, operations))
        times["node"].append(node(bench, operations))
    bench.progress()
    ratio = median(ours / theirs for ours, theirs in zip(*times.values()))
    rows = [[name, with_range(values, "{:.0f}".format)] for name, values in times.items()]
    text = "\n\n".join([
        f"{operations} sleeps of 46 ms at once, medians of {rounds} rounds in turn (range)",
        table(["program", "ms"], rows, left=1), f"asyncmark's event loop takes {ratio:.2f} of Node's time."])
    return Report(text, {"operations": operations, "times_ms": times, "ratio": ratio})
