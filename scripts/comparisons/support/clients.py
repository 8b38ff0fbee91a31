"""Clients of HTTP, each a closed loop on one thread over kept connections."""

import importlib.util
import json
import pathlib
import re
import shutil
import sys
from dataclasses import dataclass
from typing import Any, Optional, Protocol

from .asyncmark import run_asyncmark
from .bench import Bench, Finished, PeersError

HERE = pathlib.Path(__file__).parent


@dataclass
class Counted:
    """What a client says of a run."""

    requests: int  #: answered as wanted
    failed: int
    seconds: float  #: in which it asked
    own_cpu_us: Optional[float] = None  #: processor time a request by its own count, where it has one


class Client(Protocol):
    """What a comparison asks of a client."""

    name: str

    def missing(self) -> bool:
        """Whether it is not installed."""

    def run(self, bench: Bench, url: str, connections: int, seconds: int) -> tuple[Counted, Finished]:
        """One run with the client on its processor."""


class Asyncmark:
    """The event loop of asyncmark."""

    name = "asyncmark"

    def missing(self) -> bool:
        """It was just built."""
        return False

    def run(self, bench: Bench, url: str, connections: int, seconds: int) -> tuple[Counted, Finished]:
        """One run with the client on its processor."""
        finished, row = run_asyncmark(bench, bench.client_cpu, seconds + 60, "http", "--url", url, "--runner",
                                      "event-loop", "--in-flight", str(connections), "--duration", f"{seconds}s")
        return Counted(int(row["completed"]), int(row["failed"]), row["real_time"] / 1e3,
                       row["cpu_ns_per_op"] / 1e3), finished


class Wrk:
    """wrk with one thread."""

    name = "wrk"

    def missing(self) -> bool:
        """Whether it is not installed."""
        return not shutil.which("wrk")

    def run(self, bench: Bench, url: str, connections: int, seconds: int) -> tuple[Counted, Finished]:
        """One run with the client on its processor."""
        finished, said = run_wrk(bench, url, connections, seconds)
        return Counted(said["requests"] - said["failed"], said["failed"], said["seconds"]), finished


class Hey:
    """hey on one processor."""

    name = "hey"

    def missing(self) -> bool:
        """Whether it is not installed."""
        return not shutil.which("hey")

    def run(self, bench: Bench, url: str, connections: int, seconds: int) -> tuple[Counted, Finished]:
        """One run with the client on its processor."""
        finished = bench.run(["env", "GOMAXPROCS=1", "hey", "-cpus", "1", "-c", str(connections), "-z", f"{seconds}s",
                              url], bench.client_cpu, seconds + 60)
        return counted_by_hey(finished.output), finished


class Aiohttp:
    """A script of ours on Python's aiohttp."""

    name = "aiohttp"

    def missing(self) -> bool:
        """Whether it is not installed."""
        return importlib.util.find_spec("aiohttp") is None

    def run(self, bench: Bench, url: str, connections: int, seconds: int) -> tuple[Counted, Finished]:
        """One run with the client on its processor."""
        finished = bench.run([sys.executable, "-P", str(HERE / "aiohttp_client.py"), url, str(connections),
                              str(seconds)], bench.client_cpu, seconds + 60)
        said = json.loads(finished.output)
        return Counted(said["requests"], said["failed"], said["seconds"],
                       said["cpu_s"] / max(1, said["requests"]) * 1e6), finished


def run_wrk(bench: Bench, url: str, connections: int, seconds: int) -> tuple[Finished, dict[str, Any]]:
    """One run of wrk on the client's processor; what it says of itself too."""
    finished = bench.run(["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s",
                          "--latency", "--script", str(HERE / "wrk.lua"), url], bench.client_cpu, seconds + 60)
    return finished, json.loads(finished.output.strip().splitlines()[-1])


def counted_by_hey(output: str) -> Counted:
    """What hey's summary says; it counts answers by their status and errors by their text."""
    total = re.search(r"^ *Total:\s+([\d.]+) secs$", output, re.M)
    if not total:
        raise PeersError("hey's summary has no total")
    statuses, _, errors = output.partition("Error distribution:")
    by_status = {status: int(count) for status, count in re.findall(r"\[(\d{3})\]\s+(\d+) responses", statuses)}
    answered = by_status.get("200", 0)
    failed = sum(by_status.values()) - answered + sum(map(int, re.findall(r"^ *\[(\d+)\]\s", errors, re.M)))
    return Counted(answered, failed, float(total[1]))


CLIENTS: tuple[Client, ...] = (Asyncmark(), Wrk(), Hey(), Aiohttp())
