"""Processes that each carry out one operation after the other, by Python's multiprocessing."""
import contextlib
import ctypes
import multiprocessing
import os

import http11  # This and the next add themselves to what is known.
import postgres
from adapter import Pass, Record, Refused, make_ready, now, open_blocking, reopened_by, warm_up_rounds
from report import PASS_MISSING, HardEnd, Usage, kilobytes, main

SIGKILL, PR_SET_PDEATHSIG = 9, 1
fork = multiprocessing.get_context("fork")


class Counter:
    """Hands out numbers to all processes."""

    def __init__(self):
        self.value = fork.Value(ctypes.c_longlong)

    def __call__(self):
        with self.value.get_lock():
            self.value.value += 1
            return self.value.value - 1


def live(worker, case, counter, pipe):
    """A worker: a pass for each start that it is told, until there are no more."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
    call = open_blocking(case)
    stood = kilobytes("VmRSS")
    try:
        make_ready(call)
    except Refused as error:
        return pipe.send(error)
    pipe.send(os.getpid())
    while (told := pipe.recv()) is not None:
        warm_up, t0 = told
        one, record, before = Pass(case, warm_up, counter), Record(worker), Usage()
        reopened = reopened_by([call])
        one.begin(t0)

        def answer():
            used = Usage().since(before) | {"connections_reopened": reopened_by([call]) - reopened}
            pipe.send((record, used, kilobytes("VmHWM") - stood))

        def give_up():
            answer()
            os._exit(0)
        with HardEnd(one, give_up):
            one.carry_out(call, record)
        answer()


class Pool:
    def __init__(self, case):
        open_blocking(case)  # What is refused is so before there are others to say it too.
        self.case, self.counter, self.pipes, self.grown = case, Counter(), [], 0
        for worker in range(case.workers):
            ours, theirs = fork.Pipe()
            fork.Process(target=live, args=[worker, case, self.counter, theirs], daemon=True).start()
            self.pipes.append(ours)
        for answer in [pipe.recv() for pipe in self.pipes]:
            if isinstance(answer, Refused):
                raise answer

    def carry_out(self, warm_up=0):
        """The pass, its records, and what all processes used."""
        before = Usage()
        self.counter.value.value = 0
        one = Pass(self.case, warm_up, self.counter)
        try:
            for pipe in self.pipes:
                pipe.send((warm_up, one.t0))
            answers = [pipe.recv() for pipe in self.pipes]
        except (OSError, EOFError):  # One has ended with the pass before.
            raise Refused(PASS_MISSING)
        used = Usage().since(before)
        for _, its, _ in answers:
            used = {key: used.get(key, 0) + value for key, value in its.items()}
        self.grown = sum(grown for _, _, grown in answers)
        return one, [record for record, _, _ in answers], used

    def end(self):
        for pipe in self.pipes:
            with contextlib.suppress(OSError):  # Of one that ended with its last pass.
                pipe.send(None)
        for child in multiprocessing.active_children():
            child.join()


def carry_out(case, report):
    pool = Pool(case)
    report.facts["processes"] = "of multiprocessing, forked, with a lock around the next number"
    if case.workload == "http":
        report.facts["client"] = "sockets"
    report.phase("set_up")
    for ops in warm_up_rounds(case):
        report.warmed_up(pool.carry_out(ops)[1])
    report.phase("warm_up")
    passes = [pool.carry_out() for _ in range(case.passes)]
    report.finish(passes)
    report.used["grown_bytes"] += pool.grown
    pool.end()


main("python-processes", carry_out)
