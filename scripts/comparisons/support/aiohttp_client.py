"""A closed loop with aiohttp: a task a connection, each asking again as soon as it has been answered.

aiohttp_client.py URL CONNECTIONS SECONDS; prints JSON. Run it with python3 -P, or a file beside it is
taken for a module of the library."""

import asyncio
import json
import sys
import time

import aiohttp


async def client(session: aiohttp.ClientSession, url: str, until: float, counts: dict[str, int]) -> None:
    """Asks until the time of the monotonic clock is over, and counts."""
    while time.monotonic() < until:
        try:
            async with session.get(url) as answer:
                await answer.read()
                counts["requests" if answer.status == 200 else "failed"] += 1
        except aiohttp.ClientError:
            counts["failed"] += 1


async def main(url: str, connections: int, seconds: float) -> None:
    """Runs the loop and prints what it did; `cpu_s` is the processor time of the timed part alone."""
    counts = {"requests": 0, "failed": 0}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        begun, used = time.monotonic(), time.process_time()
        await asyncio.gather(*(client(session, url, begun + seconds, counts) for _ in range(connections)))
        print(json.dumps({**counts, "seconds": time.monotonic() - begun, "cpu_s": time.process_time() - used}))


asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
