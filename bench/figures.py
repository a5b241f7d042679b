"""Times of many turns as the few figures that are reported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """How long turns of one sort took, in milliseconds, and how many failed."""

    turns: int
    errors: int
    p50: float
    p95: float
    p99: float
    longest: float


def figures(times: Iterable[float], errors: int = 0) -> Figures:
    """Return the figures of ``times``, one a turn."""
    return counted(Counter(times), errors)


def counted(times: Mapping[float, int], errors: int) -> Figures:
    """Return the figures of ``times``, each with how many turns took it."""
    turns = sum(times.values())
    if not turns:
        return Figures(0, errors, 0, 0, 0, 0)
    p50, p95, p99, longest = (_reached_by(times, turns * share) for share in (0.5, 0.95, 0.99, 1))
    return Figures(turns, errors, p50, p95, p99, longest)


def _reached_by(times: Mapping[float, int], turns: float) -> float:
    """Return the time within which ``turns`` of the fastest turns were done."""
    done = 0
    for time in sorted(times):
        done += times[time]
        if done >= turns:
            return time
    return max(times)
