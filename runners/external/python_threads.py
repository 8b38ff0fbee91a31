"""Threads that each carry out one operation after the other, by Python's threading."""
import threading

import postgres  # Which adds itself to what is known.
from adapter import Pass, Record, Usage, main, make_ready, now, open_blocking


class Pool:
    """Threads that stand before the clock starts, and carry out pass after pass."""

    def __init__(self, case):
        self.calls = [open_blocking(case) for _ in range(case.workers)]
        self.gate = threading.Barrier(case.workers + 1)
        self.current, self.records = None, []
        for worker in range(case.workers):
            threading.Thread(target=self.live, args=[worker], daemon=True).start()

    def live(self, worker):
        while True:
            self.gate.wait()
            self.current.carry_out(self.calls[worker], self.records[worker])
            self.gate.wait()

    def carry_out(self, one):
        self.records = [Record(worker) for worker in range(len(self.calls))]
        self.current = one
        one.t0 = now()
        self.gate.wait()
        self.gate.wait()
        return self.records


def carry_out(case, report):
    pool = Pool(case)
    report.facts["threads"] = "of threading, under one interpreter lock"
    if case.workload == "http":
        report.facts["client"] = "http.client"
    report.phase("set_up")
    for call in pool.calls:
        make_ready(call)
    report.phase("connect")
    pool.carry_out(Pass(case, warm_up=True))
    report.phase("warm_up")
    passes = []
    for _ in range(case.passes):
        before = Usage()
        records = pool.carry_out(Pass(case))
        passes.append((records, Usage().since(before)))
    report.phase("timed")
    report.memory()
    for records, used in passes:
        report.add(records, used)


main("python-threads", carry_out)
