"""One event loop of asyncio, a task for each operation; by uvloop and aiohttp where they are there."""
import asyncio

from adapter import (BLOCKING, Pass, Record, burn, now, open_blocking, reason_of, reopened_by,
                     warm_up_rounds)
from asyncio_http import aiohttp, at_end, open_aiohttp, open_streams
from asyncio_postgres import open_asyncpg
from report import HardEnd, Usage, main

try:
    import uvloop
except ImportError:
    uvloop = None


# ---- what an operation does, on a loop

async def open_null(case):
    async def call(op):
        pass
    return call


async def open_sleep(case):
    if case.options.get("blocking"):
        return held(open_blocking(case))
    case.needs_default(distribution="fixed", stall="")
    wait, cpu = case.options["wait_ns"], case.options["cpu_ns"]

    async def call(op):
        if cpu:
            burn(cpu)
        if not wait:
            return
        until = now() + wait
        await asyncio.sleep(wait / 1e9)
        while now() < until:  # Loops that count in milliseconds may be early.
            await asyncio.sleep(0)
    return call


def held(call):
    """What cannot but block holds the loop."""
    async def hold(op):
        call(op)
    return hold


async def open_hash(case):
    return held(open_blocking(case))


ASYNC = {"null": open_null, "sleep": open_sleep, "hash": open_hash,
         "http": open_aiohttp if aiohttp else open_streams, "postgres": open_asyncpg}
HAVE_SESSIONS = (open_streams, open_asyncpg)  # The others keep nothing, or share it.


# ---- the loads: a burst is gathered, a cap is a Semaphore, and an open loop makes tasks as they are due

class Clients:
    def __init__(self, case, calls):
        self.case, self.calls = case, calls
        self.semaphore = asyncio.Semaphore(case.cap)

    async def carry_out(self, one):
        self.one, self.record, self.free = one, Record(), list(self.calls)
        one.begin(now())
        if one.due is not None:
            await self.as_due()
        elif one.duration is not None:
            await asyncio.gather(*(self.client() for _ in self.calls))
        elif one.ops <= self.case.cap:
            await asyncio.gather(*(self.operate(op) for op in range(one.ops)))
        else:
            await asyncio.gather(*(self.capped(op) for op in range(one.ops)))

    async def operate(self, op):
        call, t0, reason = self.free.pop(), self.one.t0, None
        started = now()
        try:
            await call(op)
        except Exception as error:
            reason = reason_of(error)
        if (finished := now()) <= self.one.end:
            self.record.add(op, started - t0, finished - t0, reason)
        self.free.append(call)

    async def capped(self, op):
        async with self.semaphore:
            if self.one.due is None or not self.one.is_over(self.record.slowest):
                await self.operate(op)

    async def client(self):
        while (op := self.one.claim(self.record)) is not None:
            await self.operate(op)

    async def as_due(self):
        tasks = set()
        for op, due in enumerate(self.one.due):
            while (left := self.one.t0 + due - now()) > 0:
                await asyncio.sleep(left / 1e9)
            if self.one.is_over(self.record.slowest):
                break
            tasks.add(task := asyncio.create_task(self.capped(op)))
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)


async def life(case, report):
    loop = asyncio.get_running_loop()
    report.facts["loop"] = f"uvloop {uvloop.__version__}" if uvloop else f"asyncio's own {type(loop).__name__}"
    if case.workload == "http":
        report.facts["client"] = f"aiohttp {aiohttp.__version__}" if aiohttp else "asyncio's own transports"
    report.phase("set_up")
    opens = ASYNC[case.workload]
    sessions = case.cap if opens in HAVE_SESSIONS else 1
    calls = [await opens(case) for _ in range(sessions)]
    clients = Clients(case, calls * (case.cap // sessions))
    report.phase("connect")
    for ops in warm_up_rounds(case):
        await clients.carry_out(Pass(case, warm_up=ops))
        report.warmed_up([clients.record])
    report.phase("warm_up")
    passes = []
    for _ in range(case.passes):
        before, one, reopened = Usage(), Pass(case), reopened_by(calls)

        def so_far():
            used = Usage().since(before) | {"connections_reopened": reopened_by(calls) - reopened}
            return one, [clients.record], used
        with HardEnd(one, lambda: report.give_up([*passes, so_far()])):
            await clients.carry_out(one)
        passes.append(so_far())
    report.finish(passes)
    for close in at_end:
        await close()


def carry_out(case, report):
    if case.workload not in ASYNC:
        raise case.unknown_workload(BLOCKING)
    if uvloop:
        uvloop.install()
    asyncio.run(life(case, report))


main("python-asyncio", carry_out, {"postgres": "asyncpg"})
