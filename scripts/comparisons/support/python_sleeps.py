"""As many sleeps of 46 ms at once, on asyncio's loop or on uvloop's, with or without a cap.

python_sleeps.py LOOP COUNT [CAP], where LOOP is asyncio or uvloop. Prints JSON."""

import asyncio
import contextlib
import json
import re
import sys
import time
from pathlib import Path

SECONDS = 0.046


async def sleep(turn: contextlib.AbstractAsyncContextManager) -> None:
    """One operation, when it is its turn."""
    async with turn:
        await asyncio.sleep(SECONDS)


async def main(count: int, cap: int) -> None:
    """Carries them out and prints what that took; a peak is that of this program, and not of who started it."""
    begun, used = time.monotonic(), time.process_time()
    if cap:
        turn = asyncio.Semaphore(cap)
        await asyncio.gather(*(sleep(turn) for _ in range(count)))
    else:
        await asyncio.gather(*(asyncio.sleep(SECONDS) for _ in range(count)))
    taken, used = time.monotonic() - begun, time.process_time() - used
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    print(json.dumps({"seconds": taken, "cpu_s": used, "peak_bytes": int(peak[1]) * 1024}))


if sys.argv[1] == "uvloop":
    import uvloop

    uvloop.install()
asyncio.run(main(int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0))
