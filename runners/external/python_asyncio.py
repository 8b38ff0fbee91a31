"""One event loop of asyncio, a task for each operation; by uvloop and aiohttp where they are there."""
import asyncio
import os
import re

from adapter import (BLOCKING, Failed, Pass, Record, Refused, Request, Usage, burn, main, now,
                     open_blocking, reason_of)
from postgres import Plan, one_line

try:
    import uvloop
except ImportError:
    uvloop = None
try:
    import aiohttp
except ImportError:
    aiohttp = None


at_end = []  # What closes sessions.


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


class Streams:
    """HTTP/1.1 over asyncio's own streams: a connection, kept for as long as the server keeps it."""

    STATUS = re.compile(rb"HTTP/1\.([01]) (\d{3})( .*)?")
    LONGEST_HEAD = 32 * 1024

    def __init__(self, case):
        self.request, self.reader, self.writer, self.received = Request(case), None, None, b""
        request = self.request
        lines = [f"{request.method} {request.target} HTTP/1.1", f"Host: {request.host}:{request.port}"]
        lines += [] if request.kept else ["Connection: close"]
        lines += [f"Content-Length: {len(request.body)}"] if request.body else []
        self.text = "\r\n".join(lines + ["", ""]).encode() + (request.body or b"")

    async def __call__(self, op):
        keeps = False
        try:
            status, keeps = await asyncio.wait_for(self.ask(), self.request.timeout)
        except asyncio.TimeoutError:
            raise Failed("time-out")
        finally:
            if self.writer is not None and not (keeps and self.request.kept):
                self.writer.close()
                self.writer = None
        self.request.judge(status)

    async def ask(self):
        """The status, and whether the connection stays."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(self.request.host, self.request.port)
            self.received = b""
        self.writer.write(self.text)
        status = 100
        while 100 <= status < 200 and status != 101:
            version, status, fields = await self.head()
        options = fields.get("connection", "").lower()
        keeps = "close" not in options if version else "keep-alive" in options
        if self.request.method == "HEAD" or status in (101, 204, 304):
            pass
        elif "transfer-encoding" in fields:
            if fields["transfer-encoding"].lower() != "chunked" or "content-length" in fields:
                raise Failed("bad framing")
            await self.skip_chunks()
        elif "content-length" in fields:
            await self.skip(self.number(fields["content-length"], 10))
        else:
            keeps, self.received = False, b""
            while await self.reader.read(1 << 16):
                pass
        if self.received:
            raise Failed("bad framing")  # More than it said.
        return status, keeps

    async def head(self):
        first, *lines = (await self.take_until(b"\r\n\r\n")).split(b"\r\n")
        match, fields = self.STATUS.fullmatch(first), {}
        for line in lines:
            name, colon, value = line.decode("latin-1").partition(":")
            name, value = name.lower(), value.strip()
            if not colon or name == "content-length" and fields.get(name, value) != value:
                raise Failed("bad framing")
            fields[name] = value
        if match is None:
            raise Failed("bad framing")
        return int(match[1]), int(match[2]), fields

    async def skip_chunks(self):
        while size := self.number((await self.take_until(b"\r\n")).split(b";")[0].decode("latin-1"), 16):
            await self.skip(size)
            if await self.take_until(b"\r\n"):
                raise Failed("bad framing")
        while await self.take_until(b"\r\n"):  # Fields that follow the body.
            pass

    @staticmethod
    def number(text, base):
        if not re.fullmatch("[0-9]+" if base == 10 else "[0-9A-Fa-f]+", text.strip()):
            raise Failed("bad framing")
        return int(text, base)

    async def take_until(self, mark):
        while (end := self.received.find(mark)) < 0:
            if len(self.received) > self.LONGEST_HEAD:
                raise Failed("bad framing")
            await self.receive()
        taken, self.received = self.received[:end], self.received[end + len(mark):]
        return taken

    async def skip(self, size):
        while size > len(self.received):
            size, self.received = size - len(self.received), b""
            await self.receive(in_body=True)
        self.received = self.received[size:]

    async def receive(self, in_body=False):
        piece = await self.reader.read(1 << 16)
        if not piece and not in_body and not self.received:
            raise Failed("closed early")
        if not piece:
            is_http = in_body or self.received.startswith(b"HTTP/1.")
            raise Failed("truncated" if is_http else "bad framing")
        self.received += piece


async def open_streams(case):
    return Streams(case)


async def open_aiohttp(case):
    """One session for all operations, as its manual wants it: it keeps the connections."""
    request = Request(case)
    connector = aiohttp.TCPConnector(limit=case.cap, force_close=not request.kept)
    session = aiohttp.ClientSession(connector=connector,
                                    timeout=aiohttp.ClientTimeout(request.timeout))
    at_end.append(session.close)

    async def call(op):
        try:
            async with session.request(request.method, request.url, data=request.body) as answer:
                await answer.read()
        except aiohttp.ClientConnectorError:
            raise Failed("refused")
        except aiohttp.ServerDisconnectedError:
            raise Failed("closed early")
        except aiohttp.ClientPayloadError:
            raise Failed("truncated")
        except aiohttp.ClientResponseError:
            raise Failed("bad framing")
        except asyncio.TimeoutError:
            raise Failed("time-out")
        request.judge(answer.status)
    return call


def address_of(dsn):
    """As asyncpg.connect() takes it, which does not know libpq's 'key=value'."""
    for name in ("PGHOSTADDR", "PGOPTIONS", "PGSERVICE"):
        if name in os.environ:
            raise Refused(f"asyncpg does not know {name}: unset it")
    if re.match("postgres(ql)?://", dsn):
        keys = dict.fromkeys(re.findall(r"[?&](\w+)=", dsn))
        address = {"dsn": dsn}
    else:
        pairs = re.findall(r"(\w+)\s*=\s*(?:'((?:\\.|[^'\\])*)'|((?:\\.|[^\s\\])*))", dsn)
        keys = {key: re.sub(r"\\(.)", r"\1", quoted or bare) for key, quoted, bare in pairs}
        names = {"dbname": "database", "sslmode": "ssl"}
        address = {names.get(key, key): value for key, value in keys.items()}
        if "host" not in keys and "PGHOST" not in os.environ:
            raise Refused("asyncpg does not look for a server where libpq does: give a host in --dsn")
    for key in keys:
        if key not in ("host", "port", "user", "password", "dbname", "passfile", "sslmode"):
            raise Refused(f"python-asyncio does not know {key} of --dsn")
    return address


class Queries:
    """A connection of asyncpg, and what is asked over it."""

    HOW = {"simple": "by execute(), which makes no rows of the answer",
           "extended": "by fetch() with no cache of statements, which parses in a round trip of its own",
           "prepared": "by fetch() of statements that are prepared once a connection"}

    def __init__(self, case, plan):
        self.asyncpg, self.plan, self.connection, self.prepared = case.library, plan, None, []

    async def connect(self):
        plan = self.plan
        self.connection = await self.asyncpg.connect(**plan.address, statement_cache_size=0,
                                                     timeout=self.left())
        if plan.mode == "prepared":
            self.prepared = [await self.connection.prepare(one.sql, timeout=self.left())
                             for one in plan.script]

    async def open(self):
        """Before the clock starts."""
        self.until = now() + self.plan.timeout
        try:
            await self.connect()
        except (OSError, asyncio.TimeoutError, self.asyncpg.PostgresError,
                self.asyncpg.InterfaceError) as error:
            raise Refused(f"no connection to the server: {one_line(error) or type(error).__name__}")

    async def inquire(self):
        """What the sessions need to know of the server."""
        await self.open()
        plan = self.plan
        if plan.needs_scale:
            plan.scale = await self.connection.fetchval(Plan.SCALE)
        if plan.mode != "simple":
            for one in plan.script:
                known = (await self.connection.prepare(one.sql)).get_parameters()
                one.kinds = [self.kind_of(type.name) for type in known]
        await self.close()

    @staticmethod
    def kind_of(name):
        """What asyncpg wants to be given, as it writes values in the server's own form."""
        if name in ("int2", "int4", "int8", "oid", "float4", "float8", "numeric"):
            return int
        if name in ("text", "varchar", "bpchar", "name"):
            return str
        raise Refused(f"python-asyncio has no {name} to give for $1: write $1::int or the like in --sql")

    def left(self):
        return max(0.001, (self.until - now()) / 1e9)

    async def __call__(self, op):
        self.until, reason = now() + self.plan.timeout, None
        try:
            if self.connection is None:
                await self.connect()
            reason = await self.ask(op)
            if not self.plan.keep and reason != "time-out":
                await self.close()
        except Exception as error:
            reason = self.reason_of(error)
        if self.connection is not None and (
                reason == "time-out" or self.connection.is_closed() or not self.plan.keep):
            self.connection.terminate()
            self.connection = None
        if reason:
            raise Failed(reason)

    async def ask(self, op):
        reason = None
        try:
            for i, one in enumerate(self.plan.script):
                if self.plan.mode == "simple":
                    await self.connection.execute(one.written(self.plan, op), timeout=self.left())
                    continue
                values = [kind(value) for kind, value in zip(one.kinds, one.values(self.plan, op))]
                if self.prepared:
                    await self.prepared[i].fetch(*values, timeout=self.left())
                else:
                    await self.connection.fetch(one.sql, *values, timeout=self.left())
        except Exception as error:
            reason = self.reason_of(error)
        if reason != "time-out" and not self.connection.is_closed() and self.connection.is_in_transaction():
            await self.connection.execute("ROLLBACK", timeout=self.left())
            reason = reason or "not ended"
        return reason

    def reason_of(self, error):
        if isinstance(error, self.asyncpg.ConnectionDoesNotExistError):
            return "closed"  # A SQLSTATE that the server did not say.
        if isinstance(error, self.asyncpg.PostgresError) and error.sqlstate:
            return error.sqlstate
        if self.connection is None:
            return "refused" if isinstance(error, FileNotFoundError) else reason_of(error)
        return "closed" if self.connection.is_closed() else reason_of(error)

    async def close(self):
        await self.connection.close(timeout=self.left())
        self.connection = None

    async def end(self):
        if self.connection is not None:
            self.connection.terminate()


async def open_asyncpg(case):
    if case.plan is None:
        case.plan = plan = Plan(case, list(Queries.HOW))
        plan.address = address_of(plan.dsn)
        if plan.needs_scale or plan.mode != "simple":
            await Queries(case, plan).inquire()
        case.facts["client"] = f"asyncpg {case.library.__version__}, {Queries.HOW[plan.mode]}"
    queries = Queries(case, case.plan)
    if case.plan.keep:
        await queries.open()
        at_end.append(queries.end)
    return queries


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
        one.t0 = now()
        if one.due is not None:
            await self.as_due()
        elif one.duration is not None:
            await asyncio.gather(*(self.client() for _ in self.calls))
        elif one.ops <= self.case.cap:
            await asyncio.gather(*(self.operate(op) for op in range(one.ops)))
        else:
            await asyncio.gather(*(self.capped(op) for op in range(one.ops)))
        return self.record

    async def operate(self, op):
        call, t0, reason = self.free.pop(), self.one.t0, None
        started = now()
        try:
            await call(op)
        except Exception as error:
            reason = reason_of(error)
        self.record.add(op, started - t0, now() - t0, reason)
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
        report.facts["client"] = f"aiohttp {aiohttp.__version__}" if aiohttp else "asyncio's own streams"
    report.phase("set_up")
    opens = ASYNC[case.workload]
    sessions = case.cap if opens in HAVE_SESSIONS else 1
    calls = [await opens(case) for _ in range(sessions)]
    clients = Clients(case, calls * (case.cap // sessions))
    report.phase("connect")
    await clients.carry_out(Pass(case, warm_up=True))
    report.phase("warm_up")
    passes = []
    for _ in range(case.passes):
        before = Usage()
        record = await clients.carry_out(Pass(case))
        passes.append((record, Usage().since(before)))
    report.phase("timed")
    report.memory()
    for record, used in passes:
        report.add([record], used)
    for close in at_end:
        await close()


def carry_out(case, report):
    if case.workload not in ASYNC:
        raise case.unknown_workload(BLOCKING)
    if uvloop:
        uvloop.install()
    asyncio.run(life(case, report))


main("python-asyncio", carry_out, {"postgres": "asyncpg"})
