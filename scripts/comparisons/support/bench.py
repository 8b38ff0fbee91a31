"""What every comparison works with: where to put the two sides, the processes it starts, and their end."""

import os
import pathlib
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any, Optional


class PeersError(Exception):
    """The comparison cannot be made; the text is one line for the user."""


@dataclass
class Report:
    """What a comparison found: text for people, everything measured for machines, and whether it holds."""

    text: str
    data: dict[str, Any]
    passed: bool = True


@dataclass
class Finished:
    """A process that ended by itself. Its processor time is that of wait4(): user and system, from its
    first to its last instruction, and of the children that it waited for."""

    output: str
    errors: str
    user_s: float
    system_s: float

    @property
    def cpu_s(self) -> float:
        """User and system time in seconds."""
        return self.user_s + self.system_s


def cpu_list(text: str) -> set[int]:
    """The processors of a list as Linux writes it: '0-1,4'."""
    found: set[int] = set()
    for part in filter(None, text.strip().split(",")):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def two_processors() -> tuple[int, int]:
    """One processor for the server and one for the client, on two cores if there are two."""
    ours = sorted(os.sched_getaffinity(0))
    siblings = pathlib.Path(f"/sys/devices/system/cpu/cpu{ours[0]}/topology/thread_siblings_list")
    same_core = cpu_list(siblings.read_text(encoding="ascii")) if siblings.exists() else set()
    others = [cpu for cpu in ours[1:] if cpu not in same_core] or ours[1:] or ours
    return ours[0], others[0]


@dataclass
class Bench:
    """A temporary folder and the processes started in it; leaving the `with` ends and removes both."""

    program: pathlib.Path  #: asyncmark
    quick: bool
    folder: pathlib.Path = field(init=False)
    server_cpu: int = field(init=False)
    client_cpu: int = field(init=False)
    _running: list[subprocess.Popen] = field(default_factory=list)

    def __enter__(self) -> "Bench":
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="asyncmark-peers-"))
        self.server_cpu, self.client_cpu = two_processors()
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]  # a thousand connections and more
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for process in list(self._running):
                self.stop(process)
        finally:
            shutil.rmtree(self.folder)

    @property
    def apart(self) -> bool:
        """Whether server and client have a processor each."""
        return self.server_cpu != self.client_cpu

    def start(self, command: list[str], cpu: Optional[int], **options: Any) -> subprocess.Popen:
        """Starts a process on one processor, or on any. It ends with this bench, or when we are killed."""
        if not shutil.which(command[0]):
            raise PeersError(f"{command[0]} is not installed; scripts/install-packages peers installs it")
        place = [] if cpu is None else ["taskset", "--cpu-list", str(cpu)]
        placed = ["setpriv", "--pdeathsig", "KILL", *place, *command]
        process = subprocess.Popen(placed, cwd=self.folder, stdin=subprocess.DEVNULL, **options)
        self._running.append(process)
        return process

    def stop(self, process: subprocess.Popen, ending: signal.Signals = signal.SIGTERM) -> None:
        """Ends a process: politely, and after five seconds by force."""
        process.send_signal(ending)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._running.remove(process)

    def run(self, command: list[str], cpu: Optional[int], limit_s: float, **options: Any) -> Finished:
        """Runs a process on one processor, or on any, to its end; one that fails or takes longer than `limit_s` is
        a PeersError."""
        output, errors = self.folder / "stdout", self.folder / "stderr"
        with output.open("wb") as out, errors.open("wb") as err:
            process = self.start(command, cpu, stdout=out, stderr=err, **options)
        handle = os.pidfd_open(process.pid)
        try:
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            if not poll.poll(limit_s * 1000):
                raise PeersError(f"{pathlib.Path(command[0]).name} did not end within {limit_s:.0f} s")
        finally:
            os.close(handle)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self._running.remove(process)
        said = errors.read_text(errors="replace")
        if process.returncode != 0:
            last = (said.strip().splitlines() or ["it said nothing"])[-1]
            raise PeersError(f"{pathlib.Path(command[0]).name} ended with {process.returncode}: {last}")
        return Finished(output.read_text(errors="replace"), said, usage.ru_utime, usage.ru_stime)

    def progress(self, text: Optional[str] = None) -> None:
        """Shows what is under way, on a terminal only; without a text it takes that away."""
        if sys.stderr.isatty():
            print(f"\r\033[K{text or ''}", end="", file=sys.stderr, flush=True)


def free_port() -> int:
    """A free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url: str) -> str:
    """The body at a URL of this machine, whatever proxy the environment names."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as answer:
        return answer.read().decode()


def wait_until_it_answers(url: str, process: subprocess.Popen, log: pathlib.Path) -> None:
    """Returns once the URL answers; a PeersError with the last line of the log if it does not in 5 s."""
    until = time.monotonic() + 5
    while process.poll() is None and time.monotonic() < until:
        try:
            fetch(url)
            return
        except OSError:
            time.sleep(0.02)
    said = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    raise PeersError(f"the server does not answer: {said[-1] if said else 'it said nothing'}")
