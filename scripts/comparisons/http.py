"""nginx, asked for 32 bytes again and again by one thread of each client, in turn."""

import os
import random
import re
import shutil
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Iterator, Optional

from .support.bench import Bench, PeersError, Report, fetch, free_port, wait_until_it_answers
from .support.clients import CLIENTS, Client
from .support.figures import median, table, with_range

SUMMARY = "nginx called by asyncmark's event loop, wrk, hey and aiohttp: requests/s and CPU per request"

SEED = 1  #: of the order of the clients in each round


@dataclass
class Setting:
    """How many connections, and what asyncmark is to reach there."""

    connections: int
    together: bool = False  #: client and server on one processor
    least_ratio: Optional[float] = None  #: requests/s, to wrk's
    most_cpu_us: Optional[float] = None  #: a request

    @property
    def title(self) -> str:
        """As in the table."""
        return f"{self.connections}{', same CPU' if self.together else ''}"


SETTINGS = (Setting(1), Setting(1, together=True), Setting(64, least_ratio=0.95, most_cpu_us=7.0),
            Setting(1000, least_ratio=0.9))


@dataclass
class Sample:
    """One run of one client."""

    requests: int  #: answered
    failed: int
    requests_per_s: float
    cpu_us: float  #: user and system time of the whole process, by request
    user_us: float
    system_us: float
    own_cpu_us: Optional[float]  #: of the timed part, by the client's own count
    connections: int  #: that nginx accepted meanwhile
    seen_by_nginx: int  #: requests, warm-up too


@dataclass
class Cell:
    """The runs of one client in one setting, one a round."""

    client: str
    samples: list[Sample] = field(default_factory=list)

    def each(self, what: Callable[[Sample], float]) -> list[float]:
        """One figure of every run."""
        return [what(sample) for sample in self.samples]

    def ratio(self, other: "Cell", what: Callable[[Sample], float]) -> float:
        """The median over the rounds of ours by theirs: what slows a round slows both."""
        return median(a / b for a, b in zip(self.each(what), other.each(what)))


def rate(sample: Sample) -> float:
    """Requests/s."""
    return sample.requests_per_s


def cpu(sample: Sample) -> float:
    """Microseconds of processor time a request."""
    return sample.cpu_us


CONFIGURATION = """
{user}worker_processes 1;
worker_rlimit_nofile 16384;
daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ return 200 "32 bytes, as many as asyncmark's"; }}
    location = /status {{ stub_status; }}
  }}
}}
"""


@contextmanager
def nginx(bench: Bench) -> Iterator[str]:
    """An nginx of one process on the server's processor; gives its URL."""
    program = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not program:
        raise PeersError("nginx is not installed; scripts/install-packages peers installs it")
    port = free_port()
    user = "user root;\n" if os.geteuid() == 0 else ""
    (bench.folder / "nginx.conf").write_text(CONFIGURATION.format(port=port, user=user), encoding="utf-8")
    log = bench.folder / "error.log"
    with log.open("wb") as errors:
        server = bench.start([program, "-p", str(bench.folder), "-c", "nginx.conf", "-e", "error.log"],
                             bench.server_cpu, stderr=errors)
    url = f"http://127.0.0.1:{port}/"
    wait_until_it_answers(url, server, log)
    yield url
    bench.stop(server)


def accepted_and_asked(url: str) -> tuple[int, int]:
    """How many connections nginx accepted so far, and how many requests it got."""
    accepts, _, requests = re.findall(r"\d+", fetch(url + "status").splitlines()[2])
    return int(accepts), int(requests)


def measure(bench: Bench, client: Client, url: str, setting: Setting, seconds: int) -> Sample:
    """One run of one client."""
    accepts, asked = accepted_and_asked(url)
    counted, finished = client.run(bench, url, setting.connections, seconds)
    accepts_after, asked_after = accepted_and_asked(url)
    seen = asked_after - asked - 1  # less the question itself
    if not 0 < counted.requests <= seen:
        raise PeersError(f"{client.name} says that {counted.requests} requests were answered, and nginx got {seen}")
    by_request = 1e6 / counted.requests
    return Sample(counted.requests, counted.failed, counted.requests / counted.seconds, finished.cpu_s * by_request,
                  finished.user_s * by_request, finished.system_s * by_request, counted.own_cpu_us,
                  accepts_after - accepts - 1, seen)


def rounds(bench: Bench, url: str, setting: Setting, clients: list[Client]) -> list[Cell]:
    """All clients in turn, in an order that is drawn anew for every round."""
    count, seconds = (3, 1) if bench.quick else (5, 3)
    cells = {client.name: Cell(client.name) for client in clients}
    order = random.Random(SEED)
    for index in range(count):
        for client in order.sample(clients, len(clients)):
            bench.progress(f"{setting.title} connections, round {index + 1} of {count}: {client.name}")
            cells[client.name].samples.append(measure(bench, client, url, setting, seconds))
    bench.progress()
    return list(cells.values())


def the(cells: list[Cell], name: str) -> Optional[Cell]:
    """The cell of this client, if it took part."""
    return next((cell for cell in cells if cell.client == name), None)


def row(setting: Setting, cell: Cell, wrk: Optional[Cell]) -> list[str]:
    """A client in a setting, as a line of the table."""
    return [setting.title, cell.client, with_range(cell.each(rate), "{:.0f}".format),
            f"{cell.ratio(wrk, rate):.2f}x" if wrk else "-", with_range(cell.each(cpu), "{:.2f}".format),
            f"{cell.ratio(wrk, cpu):.2f}x" if wrk else "-",
            f"{median(cell.each(lambda sample: sample.connections)):.0f}",
            f"{sum(sample.failed for sample in cell.samples)}"]


def read_aloud(setting: Setting, cells: list[Cell]) -> str:
    """The rows of a setting as a sentence."""
    ours, wrk = the(cells, "asyncmark"), the(cells, "wrk")
    said = (f"Over {setting.title.replace(', same CPU', '')} connection{'s' if setting.connections > 1 else ''}"
            f"{' with both sides on one CPU' if setting.together else ''}, asyncmark's event loop carries out "
            f"{median(ours.each(rate)):.0f} requests/s at {median(ours.each(cpu)):.1f} us of its CPU each")
    if wrk:
        said += f": {ours.ratio(wrk, rate):.2f} of wrk's requests/s at {ours.ratio(wrk, cpu):.2f} of its CPU"
    others = [f"{ours.ratio(cell, rate):.1f} times those of {cell.client}, which takes "
              f"{cell.ratio(ours, cpu):.1f} times the CPU" for cell in cells if cell not in (ours, wrk)]
    return said + "".join(f"; {other}" for other in others) + "."


def goal(setting: Setting, cells: list[Cell]) -> Optional[tuple[str, bool]]:
    """What was to be reached in a setting, whether it was, and the figures."""
    ours, wrk = the(cells, "asyncmark"), the(cells, "wrk")
    if setting.least_ratio is None or wrk is None:
        return None
    ratio, used = ours.ratio(wrk, rate), median(ours.each(cpu))
    met = ratio >= setting.least_ratio
    wanted, found = f"at least {setting.least_ratio:.2f} of wrk's requests/s", f"{ratio:.3f}"
    if setting.most_cpu_us is not None:
        met = met and used <= setting.most_cpu_us
        own = median(ours.each(lambda sample: sample.own_cpu_us))
        wanted += f" at {setting.most_cpu_us:.0f} us of client CPU or less"
        found += f" at {used:.2f} us ({own:.2f} by asyncmark's own count of the timed part)"
    return f"goal at {setting.connections} connections: {wanted}: {found}: {'met' if met else 'MISSED'}", met


def compare(bench: Bench) -> Report:
    """Measures every client in every setting."""
    missing = [client.name for client in CLIENTS if client.missing()]
    clients = [client for client in CLIENTS if client.name not in missing]
    client_cpu, found = bench.client_cpu, []
    with nginx(bench) as url:
        for setting in SETTINGS:
            if setting.together and not bench.apart:
                continue  # it is so in all settings
            bench.client_cpu = bench.server_cpu if setting.together else client_cpu
            found.append((setting, rounds(bench, url, setting, clients)))
    bench.client_cpu = client_cpu
    return report(bench, found, missing)


def report(bench: Bench, found: list[tuple[Setting, list[Cell]]], missing: list[str]) -> Report:
    """The table, its findings in sentences, the goals."""
    lines = [row(setting, cell, the(cells, "wrk")) for setting, cells in found for cell in cells]
    goals = [judged for setting, cells in found if (judged := goal(setting, cells))]
    count = len(found[0][1][0].samples)
    notes = [
        f"nginx (1 process) on CPU {bench.server_cpu}, every client on CPU {bench.client_cpu}"
        + (", but where it says 'same CPU'" if bench.apart else ": there is no other"),
        f"medians of {count} rounds, the clients in turn (range); ratios are medians of each round's",
        "CPU: user and system time of the client's whole process by wait4, starting up included, by answered request",
        "opened: connections that nginx accepted in a run",
        *(f"{name} is not installed: skipped" for name in missing),
    ]
    header = ["connections", "client", "requests/s", "of wrk's", "CPU us/request", "of wrk's", "opened", "failed"]
    text = "\n\n".join([
        "HTTP GET of 32 bytes from nginx, one client thread, kept connections",
        table(header, lines, left=2), "\n".join(f"  {note}" for note in notes),
        " ".join(read_aloud(setting, cells) for setting, cells in found), "\n".join(line for line, _ in goals)])
    cells_data = [{**asdict(setting), **asdict(cell)} for setting, cells in found for cell in cells]
    data = {"seed": SEED, "skipped": missing, "cells": cells_data,
            "goals": [{"text": line, "met": met} for line, met in goals]}
    return Report(text, data)
