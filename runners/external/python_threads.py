"""Threads that each carry out one operation after the other, by Python's threading."""
import threading

import http11  # This and the next add themselves to what is known.
import postgres
from adapter import Pass, Record, make_ready, now, open_blocking, reopened_by, warm_up_rounds
from report import HardEnd, Usage, main


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
        one.begin(now())
        self.gate.wait()
        self.gate.wait()


def carry_out(case, report):
    pool = Pool(case)
    report.facts["threads"] = "of threading, under one interpreter lock"
    if case.workload == "http":
        report.facts["client"] = "sockets"
    report.phase("set_up")
    for call in pool.calls:
        make_ready(call)
    report.phase("connect")
    for ops in warm_up_rounds(case):
        pool.carry_out(Pass(case, warm_up=ops))
        report.warmed_up(pool.records)
    report.phase("warm_up")
    passes = []
    for _ in range(case.passes):
        before, one, reopened = Usage(), Pass(case), reopened_by(pool.calls)

        def so_far():
            used = Usage().since(before) | {"connections_reopened": reopened_by(pool.calls) - reopened}
            return one, pool.records, used
        with HardEnd(one, lambda: report.give_up([*passes, so_far()])):
            pool.carry_out(one)
        passes.append(so_far())
    report.finish(passes)


main("python-threads", carry_out)
