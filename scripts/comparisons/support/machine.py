"""What a figure has to be quoted with."""

import os
import platform
import re
import subprocess
import time
from pathlib import Path
from typing import Any

from .bench import Bench

#: Whose versions stand beside the figures.
PEERS = ("golang-go", "hey", "nginx-light", "nodejs", "openssl", "postgresql-15", "python3-aiohttp", "python3-asyncpg",
         "python3-psycopg2", "python3-uvloop", "python3", "tcpdump", "wrk")


def output_of(*command: str) -> str:
    """What a command prints, or nothing where it fails or is not there."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def machine(bench: Bench) -> dict[str, Any]:
    """The machine, the versions and the moment."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.M)
    return {
        "cpu": model[1] if model else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": f"{platform.system()} {platform.release()}",
        "load_average": " ".join(f"{load:.2f}" for load in os.getloadavg()),
        "date": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "asyncmark": output_of(str(bench.program), "--version"),
        "versions": {name: version for name in PEERS
                     if (version := output_of("dpkg-query", "-W", "-f", "${Version}", name))},
        "server_cpu": bench.server_cpu,
        "client_cpu": bench.client_cpu,
    }
