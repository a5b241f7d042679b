"""The score a change must not fall below: which rows were missed, kept in a committed file."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from scipy.stats import binomtest

from scoring.measures import Result

_NOISE = 0.05  # how often chance alone may look like a fall
Missed = dict[str, dict[str, list[str]]]
"""Ids of missed rows by set and measure."""


def missed(results: Iterable[Result], name: str) -> dict[str, list[str]]:
    """Return the ids of the rows of set ``name`` that ``results`` count as missed, by measure."""
    return {
        result.measure.name: sorted(met.row.id for met in result.misses if met.row.set == name) for result in results
    }


def read(path: Path) -> Missed:
    """Return the baseline at ``path``."""
    missed: Missed = json.loads(path.read_text(encoding="utf-8"))
    return missed


def write(path: Path, baseline: Missed) -> None:
    """Replace the baseline at ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(baseline, indent=1) + "\n", encoding="utf-8")


def falls(before: Missed, now: Missed) -> list[str]:
    """Return a line for each measure that fell by more than chance explains.

    Both runs met the same rows, so only those that changed sides count: among them as many
    should be lost as won (an exact sign test, as McNemar's).
    """
    return [
        f"{where}: {len(lost)} rows lost, {len(won)} won: {', '.join(sorted(lost))}"
        for where, lost, won in _changed(before, now)
        if _is_fall(lost, won)
    ]


def changes(before: Missed, now: Missed) -> str:
    """Return a line for each measure whose rows are not met as they were, and say which fell by more than chance."""
    lines = [
        f"{where}: {len(won)} rows better, {len(lost)} worse{', more than chance explains' * _is_fall(lost, won)}"
        for where, lost, won in _changed(before, now)
    ]
    return "\n".join(lines) or "No row is met otherwise than before."


def _changed(before: Missed, now: Missed) -> Iterator[tuple[str, set[str], set[str]]]:
    """Yield each measure in which rows changed sides: those lost, and those won."""
    for name, measures in before.items():
        for measure, ids in measures.items():
            lost = set(now.get(name, {}).get(measure, ())) - set(ids)
            won = set(ids) - set(now.get(name, {}).get(measure, ()))
            if lost or won:
                yield f"{name}: {measure}", lost, won


def _is_fall(lost: set[str], won: set[str]) -> bool:
    if not lost:
        return False
    return bool(binomtest(len(lost), len(lost) + len(won), alternative="greater").pvalue < _NOISE)
