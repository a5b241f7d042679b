"""Counts that may be shown to others: small ones are hidden, and so is what would tell them.

A count below five could point at one caller. Zero is hidden alike, else "fewer than 5" would say that somebody called.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SMALLEST = 5
FEWER = f"fewer than {SMALLEST}"
ALL_BUT_FEW = f"all but {FEWER}"
HIDDEN = "not shown"
_LEAST_RANGE = 2  # what stays possible for a hidden count: three values at least


@dataclass(frozen=True)
class Shown:
    """A count as others may read it: ``count`` is None where only ``text`` may be told."""

    text: str
    count: int | None = None


def part(count: int, whole: int) -> Shown:
    """Return ``count`` of ``whole``, both of which others know; nor may they learn how few the rest are."""
    if count < SMALLEST:
        return Shown(FEWER)
    if whole - count < SMALLEST:
        return Shown(ALL_BUT_FEW)
    return Shown(f"{count:,}", count)


def parts(counts: Sequence[int]) -> list[Shown]:
    """Return ``counts``, whose sum others know: what remains does not tell any that is hidden.

    Where nothing but the sum may be known, not even which of them are small is told.
    """
    hidden = _hidden(counts)
    if hidden is None:
        return [Shown(HIDDEN)] * len(counts)
    return [_shown(count, is_hidden=place in hidden) for place, count in enumerate(counts)]


def _shown(count: int, *, is_hidden: bool) -> Shown:
    if count < SMALLEST:
        return Shown(FEWER)
    return Shown(HIDDEN) if is_hidden else Shown(f"{count:,}", count)


def _hidden(counts: Sequence[int]) -> set[int] | None:
    """Return the places of the small counts, and of as few of the next larger as keep them unknown, or None."""
    order = sorted(range(len(counts)), key=lambda place: counts[place])
    small = sum(1 for count in counts if count < SMALLEST)
    if not small or _is_safe(sorted(counts)[:small], small, 0):
        return set(order[:small])
    if len(order) - small <= 1:
        return set(order) if _is_safe(counts, small, sum(counts)) else None
    one_more = ((*order[:small], place) for place in order[small:-1])
    several_more = (order[:size] for size in range(small + 2, len(order)))
    for hidden in (*one_more, *several_more):
        next_larger = counts[order[order.index(hidden[-1]) + 1]]
        if _is_safe([counts[place] for place in hidden], small, next_larger):
            return set(hidden)
    return None


def _is_safe(hidden: Sequence[int], small: int, next_larger: int) -> bool:
    """Tell whether each of the ``small`` first of ``hidden`` could still be one of several numbers.

    Others can work out the sum of ``hidden``, and know that the larger of them lie between five and ``next_larger``.
    """
    whole, larger = sum(hidden), len(hidden) - small
    most = min(SMALLEST - 1, whole - SMALLEST * larger)
    least = max(0, whole - (SMALLEST - 1) * (small - 1) - next_larger * larger)
    return whole >= SMALLEST and most - least >= _LEAST_RANGE
