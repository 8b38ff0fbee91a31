"""Runs asyncmark and reads its results."""

import json
from typing import Any, Optional

from .bench import Bench, Finished


def run_asyncmark(bench: Bench, cpu: Optional[int], limit_s: float,
                  *arguments: str) -> tuple[Finished, dict[str, Any]]:
    """`asyncmark run ARGUMENTS` for one repetition; its row of results too. Operations that fail are in there."""
    out = bench.folder / "asyncmark.json"
    finished = bench.run([str(bench.program), "run", *arguments, "--repetitions", "1", "--max-failed", "100%",
                          "--quiet", "--out", str(out)], cpu, limit_s)
    return finished, json.loads(out.read_text(encoding="utf-8"))["benchmarks"][0]
