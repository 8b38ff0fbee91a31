"""The workload postgres on an event loop, by asyncpg."""
import asyncio
import os
import re
import sys

from adapter import Failed, Refused, now
from asyncio_http import at_end
from postgres import Plan, one_line


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
        self.reopened = 0

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
            if self.connection is not None and self.connection.is_closed():
                self.connection = None
                self.reopened += 1
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


# As adapter.py: carried in one text with it.
sys.modules.setdefault("asyncio_postgres", sys.modules[__name__])
