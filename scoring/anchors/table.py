"""Tells the scores of several models side by side, all asked the same rows through the same line."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ivr.processes import MODEL
from scoring.calling import Met
from scoring.measures import MEASURES, Facts, Measure, Result, is_question, results
from scoring.report import is_likely_right

MODELS = {"default": "build/anchors/default.tar.gz", "nearest": "build/anchors/nearest.tar.gz", "ours": MODEL}
"""The model behind each column."""

_LIKELIEST = Measure(
    "leaflet questions: likeliest topic right, no threshold",
    counts=lambda met: is_question(met) and bool(met.ranking),  # the screen and named choices need no model
    good=is_likely_right,
)
_FAIRNESS = """\
Every column is the whole line with another model; all learned the same phrasings, and all were asked the same rows.
The line's thresholds and its reading of follow-ups were chosen for ours. "No threshold" compares the models alone."""

Columns = Mapping[str, Sequence[Met]]
"""How every row was met, by column."""


def as_text(columns: Columns, facts: Facts) -> str:
    """Return a table for each set: a line for each measure, the hits of each column."""
    lines = [_FAIRNESS]
    for name in dict.fromkeys(one.row.set for met in columns.values() for one in met):
        lines.append(f"\n{name:56}" + "".join(f"{column:>13}" for column in columns))
        found = [_results(met, name, facts) for met in columns.values()]
        lines += [_line(beside) for beside in zip(*found, strict=True)]
    return "\n".join(lines)


def notes(folder: Path) -> str:
    """Return what each anchor's configuration in ``folder`` says of itself: the comment it begins with."""
    return "\n".join(f"{path.stem}: {_opening(path)}" for path in sorted(folder.glob("*.yml")))


def _opening(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return " ".join(line.removeprefix("# ") for line in lines[: lines.index("recipe: default.v1")])


def _results(met: Sequence[Met], name: str, facts: Facts) -> list[Result]:
    return results((one for one in met if one.row.set == name), facts, (_LIKELIEST, *MEASURES))


def _line(beside: Sequence[Result]) -> str:
    counts = "".join(f"{len(one.hits):6} of {len(one.rows):3}" for one in beside)
    return f"  {beside[0].measure.name:54}{counts}"
