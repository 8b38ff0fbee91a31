"""What the runners in Python share: a case, and what its operations do, as docs/protocol.md says."""
import array
import errno
import hashlib
import importlib
import itertools
import sys
import time

now = time.monotonic_ns
NEVER = 1 << 62
PAUSE = 10_000_000  # After this long in ns a connection is looked at before it is used again.


class Refused(Exception):
    """Why a case cannot be carried out here: becomes the error of its report."""


class Failed(Exception):
    """Why an operation failed: a short reason, which is counted."""


class Case:
    def __init__(self, document, runner):
        if document.get("protocol") != 1:
            raise Refused(f"{runner} speaks protocol 1, and not {document.get('protocol')}")
        load = document["load"]
        self.runner = runner
        self.workload = document["workload"]["name"]
        self.options = document["workload"]["options"]
        self.endpoint = document.get("endpoint")
        self.seed = document.get("seed", 1)
        self.library, self.plan, self.watch, self.facts = None, None, None, {}
        self.workers, self.cap = document["how"]["workers"], document["how"]["cap"]
        self.due = None
        if "rate_per_s" in load:
            self.due = array.array("q")
            with open(4, "rb") as arrivals:
                self.due.frombytes(arrivals.read())
        self.ops = len(self.due) if self.due is not None else load.get("ops", sys.maxsize)
        self.duration = None if self.due is not None else load.get("duration_ns")
        self.drain = load.get("drain_ns", 10_000_000_000)
        self.passes = load.get("passes", 1)
        self.warmup = load.get("warmup", self.cap)
        self.warmup_in_flight = load.get("warmup_in_flight", self.cap)

    def unknown_workload(self, known):
        return Refused(f"{self.runner} has no workload {self.workload}; it has {', '.join(known)}")

    def needs_default(self, **defaults):
        """Refuses options that are known to asyncmark and not here."""
        for key, value in defaults.items():
            if self.options.get(key, value) != value:
                raise Refused(f"{self.runner} does not know {key} of {self.workload}")


class Record:
    """What became of operations; times count from the start of their pass."""

    def __init__(self, worker=0):
        self.worker, self.slowest, self.failed = worker, 0, {}
        self.op, self.started, self.finished = (array.array("q") for _ in range(3))

    def add(self, op, started, finished, reason=None):
        if reason is not None:
            self.failed.setdefault(reason, []).append(op)
        self.op.append(op)
        self.started.append(started)
        self.finished.append(finished)
        if finished - started > self.slowest:
            self.slowest = finished - started


def warm_up_rounds(case):
    """How many operations to carry out before the next may begin, until the warm-up is over."""
    left = case.warmup
    while left > 0:
        yield min(left, case.warmup_in_flight)
        left -= case.warmup_in_flight


class Pass:
    """One timed run, or so many operations of the warm-up: hands out each operation once."""

    def __init__(self, case, warm_up=0, count=None):
        self.ops = warm_up or case.ops
        self.due = None if warm_up else case.due
        self.duration = None if warm_up else case.duration
        self.count = count or itertools.count().__next__
        self.drain = case.drain
        self.begin(now())

    def begin(self, t0):
        """Until the drain is over operations count; what has not ended by then is dropped."""
        self.t0, self.end = t0, NEVER
        if self.duration is not None:
            self.end = t0 + self.duration + self.drain
        elif self.due is not None:
            self.end = t0 + self.due[-1] + self.drain

    def is_over(self, slowest):
        """As asyncmark's own runners: who is too far behind leaves the rest of an open loop."""
        after = now() - self.t0
        if self.duration is not None:
            return after >= self.duration
        return self.due is not None and after >= self.due[-1] + min(
            self.drain, max(1_000_000_000, 10 * slowest))

    def claim(self, record):
        if (self.duration is not None or self.due is not None) and self.is_over(record.slowest):
            return None
        op = self.count()
        return op if op < self.ops else None

    def carry_out(self, call, record):
        """The loop of a client that has a thread to itself."""
        t0 = self.t0
        while (op := self.claim(record)) is not None:
            if self.due is not None:
                while (left := t0 + self.due[op] - now()) > 0:
                    time.sleep(left / 1e9)
            started, reason = now(), None
            try:
                call(op)
            except Exception as error:
                reason = reason_of(error)
            if (finished := now()) <= self.end:
                record.add(op, started - t0, finished - t0, reason)


REASONS = {errno.EHOSTUNREACH: "unreachable", errno.ENETUNREACH: "unreachable",
           errno.EADDRNOTAVAIL: "no port", errno.EMFILE: "no descriptor", errno.ENFILE: "no descriptor"}


def reason_of(error):
    known = {ConnectionRefusedError: "refused", ConnectionResetError: "reset",
             BrokenPipeError: "closed early", TimeoutError: "time-out"}
    if isinstance(error, Failed):
        return str(error)
    if type(error) is OSError and error.errno in REASONS:
        return REASONS[error.errno]
    return known.get(type(error), type(error).__name__)


# ---- what an operation does, in a thread of its own

def burn(cpu):
    end = time.thread_time_ns() + cpu
    while time.thread_time_ns() < end:
        pass


def open_null(case):
    return lambda op: None


def open_sleep(case):
    case.needs_default(distribution="fixed", stall="")
    wait, cpu = case.options["wait_ns"] / 1e9, case.options["cpu_ns"]

    def call(op):
        if cpu:
            burn(cpu)
        if wait:
            time.sleep(wait)
    return call


def open_hash(case):
    make = {"sha256": hashlib.sha256, "sha512": hashlib.sha512, "blake2b512": hashlib.blake2b,
            "sha3-256": hashlib.sha3_256, "md5": hashlib.md5}[case.options["algorithm"]]
    block = bytes(i * 131 >> 3 & 255 for i in range(2048)) * (case.options["size_bytes"] // 2048 + 1)
    block = block[:case.options["size_bytes"]]
    right = make(block).digest()

    def call(op):
        if make(block).digest() != right:
            raise Failed("wrong digest")
    return call


def seconds_until(until):
    left = until - now()
    if left <= 0:
        raise TimeoutError
    return min(left / 1e9, 1e6)  # More than that is too much for a socket.


BLOCKING = {"null": open_null, "sleep": open_sleep, "hash": open_hash}
LIBRARIES = {}  # What a workload cannot do without, and Python does not come with.


def open_blocking(case):
    if case.workload not in BLOCKING:
        raise case.unknown_workload(BLOCKING)
    return BLOCKING[case.workload](case)


def reopened_by(calls):
    """Connections made in place of such as the server had closed while nothing was asked over them."""
    return sum(getattr(call, "reopened", 0) for call in set(calls))


def make_ready(call):
    """Opens what it keeps, where it keeps something, before the clock starts."""
    if hasattr(call, "open"):
        call.open()


def imported(case, libraries):
    name = libraries.get(case.workload)
    if name is None:
        return None
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Refused(f"{case.runner} needs {name} for {case.workload}, which {sys.executable} does not "
                      f"have; Debian's package python3-{name} has it, for /usr/bin/python3")


# asyncmark carries this and a runner as one text: there, this is what it imports.
sys.modules.setdefault("adapter", sys.modules[__name__])
