"""The workload http on an event loop: over a transport of asyncio, and by aiohttp where it is there."""
import asyncio
import sys

from adapter import Failed
from http11 import Answer, Request

try:
    import aiohttp
    import yarl
except ImportError:
    aiohttp = None


at_end = []  # What closes sessions.


class AnswerProtocol(asyncio.Protocol):
    """One connection. Its end is noticed whether or not an answer is waited for."""

    def __init__(self):
        self.transport, self.answer, self.waiter, self.is_stale = None, None, None, False

    def ask(self, text, answer):
        """A future of the answer, done when that is complete."""
        self.answer, self.waiter = answer, asyncio.get_running_loop().create_future()
        self.transport.write(text)
        return self.waiter

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if not self.waits():
            self.is_stale = True  # No request is waiting for it.
            return
        try:
            if self.answer.feed(data):
                self.waiter.set_result(None)
        except Failed as error:
            self.waiter.set_exception(error)

    def eof_received(self):
        self.is_stale = True
        if not self.waits():
            return
        try:
            self.answer.end()
            self.waiter.set_result(None)
        except Failed as error:
            self.waiter.set_exception(error)

    def connection_lost(self, error):
        self.is_stale = True
        if self.waits():
            self.waiter.set_exception(error or Failed("closed early"))

    def waits(self):
        return self.waiter is not None and not self.waiter.done()


class Streams:
    """Operations over one connection, kept for as long as the server keeps it."""

    def __init__(self, case):
        self.request, self.connection = Request(case), None

    @property
    def reopened(self):
        return self.request.reopened

    async def __call__(self, op):
        request, keeps = self.request, False
        loop = asyncio.get_running_loop()
        until = loop.time() + min(request.timeout_ns / 1e9, 1e6)
        try:
            if self.connection is not None and self.connection.is_stale:
                self.close()
                request.reopened += 1
            if self.connection is None:
                await asyncio.wait_for(self.connect(), until - loop.time())
            answer = Answer(request.has_body)
            waiter = self.connection.ask(request.text, answer)
            timer = loop.call_at(until, self.expire, waiter)
            try:
                await waiter
            finally:
                timer.cancel()
            answer.refuse_unless(not answer.has_excess)
            unsent = self.connection.transport.get_write_buffer_size()
            keeps = request.kept and answer.keeps and not unsent
        except asyncio.TimeoutError:
            raise Failed("time-out")
        finally:
            if not keeps:
                self.close()
        request.judge(answer.status)

    @staticmethod
    def expire(waiter):
        if not waiter.done():
            waiter.set_exception(asyncio.TimeoutError())

    async def connect(self):
        loop = asyncio.get_running_loop()
        for family, _, _, _, address in self.request.addresses:
            try:
                _, self.connection = await loop.create_connection(AnswerProtocol, *address[:2], family=family)
                return
            except OSError as error:
                failure = error
        raise failure

    def close(self):
        if self.connection is not None:
            self.connection.transport.abort()  # What is not sent yet is not wanted any more.
            self.connection = None


async def open_streams(case):
    return Streams(case)


async def open_aiohttp(case):
    """One session for all operations, as its manual wants it: it keeps the connections."""
    request = Request(case)
    connector = aiohttp.TCPConnector(limit=case.cap, force_close=not request.kept)
    session = aiohttp.ClientSession(connector=connector,
                                    timeout=aiohttp.ClientTimeout(request.timeout_ns / 1e9))
    at_end.append(session.close)
    url = yarl.URL(request.url, encoded=True)

    async def call(op):
        try:
            async with session.request(request.method, url, data=request.body or None,
                                       headers=request.headers) as answer:
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


# As adapter.py: carried in one text with it.
sys.modules.setdefault("asyncio_http", sys.modules[__name__])
