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


def interval_of_median(values: Sequence[float]) -> tuple[float, float]:
    """Where the median of all such rounds lies, in 95 of 100 cases at the least: from one of the values to another,
    counted from both ends (order statistics; Conover, Practical Nonparametric Statistics, 3.2). Fewer than six
    values cannot tell as much: then from the least to the most."""
    ordered, count = sorted(values), len(values)
    outside, rank = 0.0, 0
    while rank < count // 2 and outside + 2 * math.comb(count, rank) / 2**count <= 0.05:
        outside += 2 * math.comb(count, rank) / 2**count
        rank += 1
    rank = max(rank, 1)
    return ordered[rank - 1], ordered[-rank]


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
