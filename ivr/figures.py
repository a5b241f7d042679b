"""What calls amount to, as trustees may see it: every count goes through ivr.suppression before it leaves here."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from ivr.logged_calls import LoggedCall, Period
from ivr.meanings import ENDINGS, MOST_STEPS, RATES, ending, path
from ivr.suppression import SMALLEST, Shown, part, parts

LEAST_CALLS = 2 * SMALLEST
"""Fewer calls than this are not told apart: the rest of each small group would be small as well."""

_MOST_LISTED = 12
_MOST_DAYS = 31  # drawn one by one; then months


@dataclass(frozen=True)
class Line:
    """One row: its ``name``, how many calls, and their share of all in percent, None where it may not be told."""

    name: str
    calls: Shown
    percent: int | None
    meaning: str = ""


@dataclass(frozen=True)
class Section:
    """One table and its chart. ``note`` says how to read it; ``are_shares``: lines are to be seen as parts of all."""

    title: str
    heading: str
    note: str
    lines: tuple[Line, ...]
    are_shares: bool = False


def sections(calls: Sequence[LoggedCall], period: Period, names: Mapping[str, str]) -> Iterator[Section]:
    """Yield every table of ``calls``; ``names`` are topics' names. There must be LEAST_CALLS of them."""
    if len(calls) < LEAST_CALLS:
        raise ValueError("too few calls to tell apart")
    yield _rates(calls)
    yield _days(calls, period)
    yield _hours(calls)
    yield _topics(calls, names)
    yield _paths(calls)
    yield _endings(calls)


def typical(calls: Sequence[LoggedCall]) -> dict[str, str]:
    """Return what the middle one of at least LEAST_CALLS ``calls`` was like; nothing of any single call."""
    taken = [turn for call in calls for turn in call.turns]
    spoken = sum(turn.how == "speech" for turn in taken)
    lengths = [call.seconds for call in calls if call.seconds is not None]
    slowest = sorted(turn.milliseconds for turn in taken)[int(0.95 * (len(taken) - 1))]
    found = {
        "Turns in the middle call": f"{median(len(call.turns) for call in calls):.0f}",
        "Turns by voice": f"about {5 * round(20 * spoken / len(taken))} %",
        "19 of 20 turns answered within": f"{max(slowest, 10) / 1000:.2f} seconds",  # kept to a hundredth
    }
    if len(lengths) >= LEAST_CALLS:
        minutes, seconds = divmod(round(median(lengths), -1), 60)
        found = {"Length of the middle call": f"{minutes:.0f} min {seconds:.0f} s"} | found
    return found


def _rates(calls: Sequence[LoggedCall]) -> Section:
    rows = [(name, sum(map(counts, calls)), meaning) for name, meaning, counts in RATES]
    lines = (_line(name, part(count, len(calls)), len(calls), meaning) for name, count, meaning in rows)
    note = "A call may count in several of these, or in none, so they do not add up to all calls."
    return Section("The five rates", "Rate", note, tuple(lines), are_shares=True)


def _days(calls: Sequence[LoggedCall], period: Period) -> Section:
    by_day = len(period.days) <= _MOST_DAYS
    form = "%a %-d %b" if by_day else "%B %Y"
    names = list(dict.fromkeys(f"{day:{form}}" for day in period.days))
    note = "The last day is not over yet." if by_day else "The first and the last month may not be whole."
    return _whole(
        "Calls by day" if by_day else "Calls by month", "Begun", note, names, [f"{c.began:{form}}" for c in calls]
    )


def _hours(calls: Sequence[LoggedCall]) -> Section:
    names = [f"{hour:02}:00 to {hour:02}:59" for hour in range(24)]
    note = "UK time, summer time included."
    return _whole("Hours of the day", "Begun", note, names, [names[call.began.hour] for call in calls])


def _topics(calls: Sequence[LoggedCall], names: Mapping[str, str]) -> Section:
    heard = Counter(topic for call in calls for topic in {t.topic for t in call.turns if t.kind == "answer"} - {""})
    often = [(names.get(topic, topic), count) for topic, count in heard.most_common() if count >= SMALLEST]
    lines = (_line(name, part(count, len(calls)), len(calls)) for name, count in often)
    note = "Calls in which each was heard; a call may hear several. Topics that were heard in few calls are left out."
    return Section("Topics", "Topic", note, tuple(lines))


def _paths(calls: Sequence[LoggedCall]) -> Section:
    found = Counter(path(call) for call in calls if len(call.turns) > 1)  # the others are told by where calls end
    often = [(name, count) for name, count in found.most_common(_MOST_LISTED) if count >= SMALLEST]
    note = (
        f"What callers met after the greeting, up to {MOST_STEPS} steps; the same kind twice in a row is one step. "
        "Paths of few calls are left out, so these do not add up to all calls."
    )
    lines = (_line(name, part(count, len(calls)), len(calls)) for name, count in often)
    return Section("Paths", "Path", note, tuple(lines))


def _endings(calls: Sequence[LoggedCall]) -> Section:
    note = (
        "The last thing heard in each call. The first six are where callers give up; after an answer or goodbye most "
        "had what they called for."
    )
    return _whole("Where calls end", "The call ended", note, list(ENDINGS), [ending(call) for call in calls])


def _whole(title: str, heading: str, note: str, names: Sequence[str], found: Sequence[str]) -> Section:
    """Return a table in which each call stands in one row."""
    counted = Counter(found)
    shown = parts([counted[name] for name in names])
    lines = (_line(name, count, len(found)) for name, count in zip(names, shown, strict=True))
    return Section(title, heading, note, tuple(lines))


def _line(name: str, calls: Shown, whole: int, meaning: str = "") -> Line:
    return Line(name, calls, None if calls.count is None else round(100 * calls.count / whole), meaning)
