"""Percentiles, medians, and tables of them."""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence


def percentile(values: Sequence[float], p: float) -> float:
    """The smallest value that at least p percent of all do not exceed (nearest rank)."""
    return sorted(values)[max(1, math.ceil(len(values) * p / 100)) - 1]


def median(values: Iterable[float]) -> float:
    """The median, the mean of the middle two where their number is even."""
    return statistics.median(values)


def with_range(values: Sequence[float], show: Callable[[float], str]) -> str:
    """Median, and from the least to the most: '10.2 (9.8 to 11.0)'."""
    return f"{show(median(values))} ({show(min(values))} to {show(max(values))})"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], left: int) -> str:
    """Columns of text below a header, the first `left` of them flush left, the others flush right."""
    lines = [list(header), *map(list, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    shown = ["  ".join(cell.ljust(width) if i < left else cell.rjust(width)
                       for i, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines]
    shown.insert(1, "-" * max(map(len, shown)))
    return "\n".join(shown)
