"""How long a processor was away, as cyclictest sees it: where nothing may go before a thread and it still wakes up
late, the machine beneath (a hypervisor, firmware) had the processor, or the kernel had interrupts off."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .bench import Bench, PeersError

INTERVAL_US = 1000  #: between two looks: about 5 us of processor time each
LATE_US = 300  #: a thread of the highest priority that wakes up later than this could not run
LONGEST_US = 1_000_000  #: that cyclictest tells apart


@dataclass
class Stalls:
    """Filled when the `with` of `watching()` is left."""

    share: float = 0.0  #: of the time watched in which the processor was away


def away_share(document: dict) -> float:
    """What cyclictest's JSON says of its only thread: the late wake-ups, over all the time that it ran."""
    thread = document["thread"]["0"]
    late = {int(us): count for us, count in thread["histogram"].items() if int(us) >= LATE_US}
    away_us = sum(us * count for us, count in late.items())
    # After a late wake-up it skips those that it missed: they are in no cycle.
    skipped = sum(us // INTERVAL_US * count for us, count in late.items())
    watched_us = (thread["cycles"] + skipped) * INTERVAL_US
    return away_us / watched_us if watched_us else 0.0


@contextmanager
def watching(bench: Bench, cpu: int) -> Iterator[Stalls]:
    """Watches a processor while in the `with`. It also keeps it from sleeping deeply between operations."""
    file = bench.folder / "stalls.json"
    file.unlink(missing_ok=True)
    said = bench.folder / "stalls.txt"
    with said.open("wb") as output:
        process = bench.start(
            ["cyclictest", "--quiet", "--mlockall", "--policy=fifo", "--priority=1", f"--affinity={cpu}", "--threads=1",
             f"--interval={INTERVAL_US}", f"--histogram={LONGEST_US}", f"--json={file}"], cpu,
            stdout=output, stderr=output)
    stalls = Stalls()
    yield stalls
    bench.stop(process, signal.SIGINT)
    if process.returncode != 0 or not file.exists():
        last = said.read_text(errors="replace").strip().splitlines()[-1:]
        raise PeersError(f"cyclictest cannot watch processor {cpu}: {''.join(last) or 'it said nothing'}")
    stalls.share = away_share(json.loads(file.read_text(encoding="utf-8")))
