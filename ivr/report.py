"""The report for trustees: one page that needs nothing else, and the same figures as CSV."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.charts import Bar, bars
from ivr.figures import LEAST_CALLS, Line, Section, sections, typical
from ivr.logged_calls import LoggedCall, Period
from ivr.suppression import ALL_BUT_FEW, FEWER, HIDDEN, SMALLEST

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def write(folder: Path, calls: Sequence[LoggedCall], period: Period, names: Mapping[str, str]) -> list[Path]:
    """Write calls.html and calls.csv of ``calls`` into ``folder``; return their paths.

    ``names`` are topics' names. No count below SMALLEST is in either, nor what it could be worked out from.
    """
    enough = len(calls) >= LEAST_CALLS
    found = list(sections(calls, period, names)) if enough else []
    total = f"{len(calls):,}" if enough else f"fewer than {LEAST_CALLS}"
    folder.mkdir(parents=True, exist_ok=True)
    page, table = folder / "calls.html", folder / "calls.csv"
    page.write_text(_page(found, total, period, typical(calls) if enough else {}), encoding="utf-8")
    with table.open(
        "w", newline="", encoding="utf-8-sig"
    ) as file:  # a spreadsheet takes it for its own without the mark
        csv.writer(file).writerows(_rows(found, total, period))
    return [page, table]


def _page(found: Sequence[Section], total: str, period: Period, middle: Mapping[str, str]) -> str:
    return _PAGES.get_template("report.html").render(
        period=period,
        total=total,
        sections=[(section, _drawn(section, total)) for section in found],
        typical=middle,
        smallest=SMALLEST,
        least=LEAST_CALLS,
        hidden=HIDDEN,
    )


def _drawn(section: Section, total: str) -> str:
    if not section.lines:
        return ""
    whole = int(total.replace(",", ""))
    rows = [_bar(line, whole) for line in section.lines]
    told = "; ".join(f"{line.name}: {line.calls.text}" for line in section.lines)
    description = f"Calls as bars. {told}. The table beside it says the same."
    return bars(section.title, description, rows, whole if section.are_shares else 0)


def _bar(line: Line, whole: int) -> Bar:
    """Return the bar of ``line``: pale and as long as it could be, where the count is not told."""
    if line.calls.count is not None:
        return Bar(line.name, line.calls.count)
    if line.calls.text == HIDDEN:
        return Bar(f"{line.name} ({HIDDEN})", 0)
    return Bar(line.name, {FEWER: SMALLEST - 1, ALL_BUT_FEW: whole}[line.calls.text], vague=True)


def _rows(found: Iterable[Section], total: str, period: Period) -> Iterable[tuple[object, ...]]:
    yield "table", "row", "calls", "percent of calls"
    yield "Period (Europe/London)", str(period), "", ""
    yield "All calls", "", total, ""
    for section in found:
        for line in section.lines:
            yield section.title, line.name, line.calls.text, "" if line.percent is None else line.percent
