"""The score a change must not fall below: which rows were missed, kept in a committed file."""

import json
from collections.abc import Iterable
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
    path.write_text(json.dumps(baseline, indent=1) + "\n", encoding="utf-8")


def falls(before: Missed, now: Missed) -> list[str]:
    """Return a line for each measure that fell by more than chance explains.

    Both runs met the same rows, so only those that changed sides count: among them as many
    should be lost as won (an exact sign test, as McNemar's).
    """
    lines = []
    for name, measures in before.items():
        for measure, ids in measures.items():
            lost = set(now.get(name, {}).get(measure, ())) - set(ids)
            won = set(ids) - set(now.get(name, {}).get(measure, ()))
            changed = len(lost) + len(won)
            if lost and binomtest(len(lost), changed, alternative="greater").pvalue < _NOISE:
                lines.append(f"{name}: {measure}: {len(lost)} rows lost, {len(won)} won: {', '.join(sorted(lost))}")
    return lines
