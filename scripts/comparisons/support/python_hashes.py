"""SHA-256 of a block again and again by Python's hashlib, a hundred operations gathered at a time.

python_hashes.py MODEL SIZE SECONDS, where MODEL is asyncio (the loop itself hashes), threads (two threads of the
loop's executor do) or processes (two of a multiprocessing.Pool). Prints JSON."""

import asyncio
import hashlib
import json
import multiprocessing
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor

MODEL, SIZE, SECONDS = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
WORKERS = 2
GATHERED = 100
BLOCK = bytes(index % 251 for index in range(SIZE))


def digest(_: int = 0) -> bytes:
    """One operation."""
    return hashlib.sha256(BLOCK).digest()


async def operation() -> bytes:
    """One operation, which the loop has to wait for."""
    return digest()


async def on_the_loop(until: float) -> int:
    """How many operations were carried out."""
    done = 0
    while time.monotonic() < until:
        done += len(await asyncio.gather(*(operation() for _ in range(GATHERED))))
    return done


async def on_threads(until: float) -> int:
    """How many operations were carried out."""
    loop, done = asyncio.get_running_loop(), 0
    with ThreadPoolExecutor(WORKERS) as pool:
        while time.monotonic() < until:
            done += len(await asyncio.gather(*(loop.run_in_executor(pool, digest) for _ in range(GATHERED))))
    return done


def on_processes(pool: multiprocessing.Pool, until: float) -> int:
    """How many operations were carried out."""
    done = 0
    while time.monotonic() < until:
        done += len(pool.map(digest, range(GATHERED)))
    return done


def cpu_s() -> float:
    """Processor time of this process and of those that it has waited for."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF,
                                                                                 resource.RUSAGE_CHILDREN)))


def main() -> None:
    """Carries out what is wanted and prints what it took; workers of a pool stand before the time runs."""
    used = cpu_s()
    if MODEL == "processes":
        with multiprocessing.Pool(WORKERS) as pool:
            begun = time.monotonic()
            done = on_processes(pool, begun + SECONDS)
            seconds = time.monotonic() - begun
            pool.close()
            pool.join()
    else:
        begun = time.monotonic()
        done = asyncio.run({"asyncio": on_the_loop, "threads": on_threads}[MODEL](begun + SECONDS))
        seconds = time.monotonic() - begun
    print(json.dumps({"operations": done, "seconds": seconds, "cpu_s": cpu_s() - used}))


main()
