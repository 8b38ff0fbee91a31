"""What the runners in Python share: the end of a case, what it took, and its report."""
import contextlib
import gc
import json
import os
import platform
import resource
import sys
import threading

from adapter import LIBRARIES, NEVER, Case, Refused, imported, now

PASS_MISSING = "a pass before the last one did not end within its --drain"
GRACE = 100_000_000  # Until then, operations that ended just in time are written down.


class HardEnd:
    """In a thread of its own, for operations may hold all others: unless the pass is over in time,
    calls give_up(), which ends this process."""

    def __init__(self, one, give_up):
        self.lock, self.over, self.give_up, self.timer = threading.Lock(), False, give_up, None
        if one.end != NEVER:
            self.timer = threading.Timer((one.end + GRACE - now()) / 1e9, self.fire)
            self.timer.daemon = True
            self.timer.start()

    def fire(self):
        with self.lock:
            if not self.over:
                self.give_up()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with self.lock:  # Which is not given back by who gives up.
            self.over = True
        if self.timer:
            self.timer.cancel()


def kilobytes(key):
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith(key)) * 1024


class Usage:
    """What getrusage() tells of this process, as a difference."""

    def __init__(self):
        used = resource.getrusage(resource.RUSAGE_SELF)
        self.user, self.system = round(used.ru_utime * 1e9), round(used.ru_stime * 1e9)
        self.voluntary, self.involuntary = used.ru_nvcsw, used.ru_nivcsw

    def since(self, before):
        return {"user_ns": self.user - before.user, "system_ns": self.system - before.system,
                "voluntary_switches": self.voluntary - before.voluntary,
                "involuntary_switches": self.involuntary - before.involuntary}


class Report:
    def __init__(self, case):
        self.case, self.begun, self.failed, self.completed = case, now(), 0, 0
        self.never_started = 0  # Of a load that lasts for a time, those that were begun and dropped.
        with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as marks:
            marks.write("5")  # The peak of what is resident begins anew.
        self.stood, self.written = kilobytes("VmRSS"), 0
        self.passes, self.phases, self.used, self.warm_up_failed = [], {}, {}, 0
        self.facts = case.facts
        self.facts |= {
            "interpreter": f"{platform.python_implementation()} {platform.python_version()}",
            "garbage collector": "as by default, thresholds " + ", ".join(map(str, gc.get_threshold()))
            if gc.isenabled() else "off"}

    def phase(self, name):
        """Since the last one was over."""
        self.phases[name + "_ns"], self.begun = now() - self.begun, now()

    def warmed_up(self, records):
        """By one round of the warm-up."""
        self.warm_up_failed += sum(len(ops) for record in records for ops in record.failed.values())

    def finish(self, passes):
        """Of each pass itself, its records, and what it used."""
        self.phase("timed")
        self.memory()
        for each in passes:
            self.add(*each)

    def give_up(self, passes):
        """Hands back what there is of the last pass, whatever still goes on."""
        if len(passes) < self.case.passes:
            hand_back({"protocol": 1, "error": PASS_MISSING})
            os._exit(4)
        self.finish(passes)
        hand_back(self.document())
        os._exit(0)

    def add(self, one, records, used):
        columns = {"op": [], "started_ns": [], "finished_ns": [], "worker": [], "failed": {}}
        for record in records:
            count = len(record.finished)  # The last that is noted of each.
            columns["op"] += record.op[:count]
            columns["started_ns"] += record.started[:count]
            columns["finished_ns"] += record.finished[:count]
            columns["worker"] += [record.worker] * count
            for reason, ops in record.failed.items():
                columns["failed"].setdefault(reason, []).extend(ops)
            self.written += 3 * record.op.itemsize * len(record.op)
        elapsed = max(columns["finished_ns"], default=0)
        if one.duration is not None:
            dropped = one.count() - len(columns["op"])
            self.never_started += dropped
        else:
            dropped = one.ops - len(columns["op"])
        if dropped and one.end != NEVER:  # Then the time that was given to them counts.
            elapsed = max(elapsed, one.end - one.t0 - one.drain)
        self.failed += sum(map(len, columns["failed"].values()))
        self.completed += len(columns["op"])
        self.passes.append({"elapsed_ns": elapsed,
                            "cpu_ns": used["user_ns"] + used["system_ns"], "operations": columns})
        for key, value in used.items():
            self.used[key] = self.used.get(key, 0) + value

    def memory(self):
        """Before the lists are made: they are memory of the measuring."""
        peak = kilobytes("VmHWM")
        self.used["peak_rss_bytes"] = peak
        self.used["grown_bytes"] = self.used.get("grown_bytes", 0) + peak - self.stood

    def document(self):
        self.used["grown_bytes"] -= self.written
        return {"protocol": 1, "measurement": {
            "completed": self.completed - self.failed, "failed": self.failed,
            "never_started": self.never_started, "passes": self.passes, "resources": self.used,
            "phases": self.phases, "warm_up_failed": self.warm_up_failed, "facts": self.facts}}


def hand_back(document):
    with open(3, "w") as out:
        json.dump(document, out, separators=(",", ":"))


def main(runner, carry_out, libraries=LIBRARIES):
    """Reads the case, has it carried out by carry_out(case, report), and hands the report back."""
    try:
        case = Case(json.load(sys.stdin), runner)
        case.library = imported(case, libraries)  # It is no memory of the sessions.
        report = Report(case)
        carry_out(case, report)
        document, code = report.document(), 0
    except Refused as error:
        document, code = {"protocol": 1, "error": str(error)}, 2
    except Exception as error:
        document, code = {"protocol": 1, "error": f"{type(error).__name__}: {error}"}, 4
    hand_back(document)
    sys.exit(code)


# As adapter.py: carried in one text with it.
sys.modules.setdefault("report", sys.modules[__name__])
