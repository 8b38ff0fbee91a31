"""The workload http on an event loop: over asyncio's own streams, and by aiohttp where it is there."""
import asyncio
import re
import sys

from adapter import Failed, Request

try:
    import aiohttp
except ImportError:
    aiohttp = None


at_end = []  # What closes sessions.


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


# As adapter.py: carried in one text with it.
sys.modules.setdefault("asyncio_http", sys.modules[__name__])
