"""Tells two scores of the same rows side by side: typed, and as a recogniser heard them."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import jiwer

from scoring.calling import Met
from scoring.measures import MEASURES, Facts, Measure, Result, results
from scoring.questions import Row

_DANGERS = ("emergency", "crisis", "danger", "emergency-real")
_MISSED = Measure(
    "any danger missed",
    counts=lambda met: met.row.kind in _DANGERS,
    good=lambda met, _: met.kind not in ("emergency", "crisis"),
    less_is_better=True,
)


def as_text(typed: Sequence[Met], spoken: Sequence[Met], facts: Facts) -> str:
    """Return a table for each set of hits ``typed`` and ``spoken``, and by how many points the share changed."""
    said = _by_set(typed)
    lines = []
    for name, met in _by_set(spoken).items():
        errors = word_errors([one.row for one in met])
        title = f"{name}: {len(met)} rows, {errors:.1%} of words misheard"
        lines.append(f"\n{title:54}{'typed':>18}{'spoken':>18}{'change':>8}")
        pairs = zip(*(results(each, facts, (*MEASURES, _MISSED)) for each in (said[name], met)), strict=True)
        lines += [_line(before, after) for before, after in pairs]
    return "\n".join(lines)


def word_errors(rows: Sequence[Row]) -> float:
    """Return words changed, lost and added in ``rows`` per word said (word error rate; 1 is every word)."""
    return float(jiwer.wer([row.said for row in rows], [row.text for row in rows]))


def _by_set(met: Sequence[Met]) -> Mapping[str, list[Met]]:
    return {name: list(found) for name, found in groupby(met, lambda one: one.row.set)}


def _line(typed: Result, spoken: Result) -> str:
    before, after = (f"{len(one.hits):4} of {len(one.rows):3} {one.share:6.1%}" for one in (typed, spoken))
    return f"  {typed.measure.name:52}{before}{after}  {100 * (spoken.share - typed.share):+6.1f}"
