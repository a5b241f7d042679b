"""When the Helpline is open: HELPLINE_HOURS, bank holidays and closures, in UK time."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

import holidays

UK = ZoneInfo("Europe/London")
NATIONS = {"England": "ENG", "Scotland": "SCT", "Wales": "WLS", "Northern Ireland": "NIR"}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_RULE = re.compile(r"^(\w{3})(?:-(\w{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)$")
_LOOK_AHEAD = 60  # days: longer than any closure an operator would set

Span = tuple[datetime.time, datetime.time]
Status = Literal["open", "closed", "unknown"]


class HoursError(ValueError):
    """HELPLINE_HOURS cannot be read; the message says how to write it."""


@dataclass(frozen=True)
class Closure:
    """When the Helpline is closed, in UK time: from ``first`` until just before ``last``."""

    first: datetime.datetime
    last: datetime.datetime

    def on(self, day: datetime.date) -> Span:
        """Return what of ``day`` it takes; nothing is a span of no length."""
        midnight = datetime.datetime.combine(day, datetime.time())
        end = midnight + datetime.timedelta(days=1)
        first, last = max(self.first, midnight), min(self.last, end)
        if first >= last:
            return datetime.time(), datetime.time()
        return first.time(), last.time() if last < end else datetime.time.max


@dataclass(frozen=True)
class Opening:
    """Open on ``days`` (0 is Monday) from ``start`` until just before ``end``, UK time."""

    days: tuple[int, ...]
    start: datetime.time
    end: datetime.time


class Hours:
    """The Helpline's hours; without openings nothing is known, and nothing is claimed."""

    def __init__(
        self,
        openings: Sequence[Opening],
        closures: Sequence[Closure] = (),
        nation: str = "",
        bank_holidays: bool = True,
    ) -> None:
        """Take weekly ``openings``; ``nation`` is a key of NATIONS, or empty for England's bank holidays."""
        self._openings = tuple(openings)
        self._closures = tuple(closures)
        subdivision = NATIONS.get(nation, "ENG")
        self._holidays = holidays.country_holidays("GB", subdiv=subdivision) if bank_holidays else {}

    def status(self, now: datetime.datetime) -> Status:
        """Tell whether the Helpline is open at ``now`` (aware of its time zone)."""
        if not self._openings:
            return "unknown"
        here = now.astimezone(UK)
        times = self._times(here.date())
        return "open" if any(start <= here.time() < end for start, end in times) else "closed"

    def opens(self, now: datetime.datetime) -> str:
        """Return when it opens next, in words ("tomorrow at 9"), or "soon" if that is far off."""
        here = now.astimezone(UK)
        for ahead in range(_LOOK_AHEAD if self._openings else 0):  # every prompt asks
            day = here.date() + datetime.timedelta(days=ahead)
            for start, _ in self._times(day):
                if ahead or start > here.time():
                    return f"{_day(day, ahead)} at {_clock(start)}"
        return "soon"

    def spoken(self) -> str:
        """Return the usual hours in words, such as "Monday to Friday, 9 until 4 in the afternoon"."""
        return "; and ".join(
            f"{_span(opening.days)}, {_clock(opening.start)} until {_clock(opening.end)}" for opening in self._openings
        )

    def _times(self, day: datetime.date) -> list[Span]:
        if day in self._holidays:
            return []
        spans = sorted((o.start, o.end) for o in self._openings if day.weekday() in o.days)
        for closure in self._closures:
            spans = [piece for span in spans for piece in _without(span, closure.on(day))]
        return spans


def _without(span: Span, closed: Span) -> list[Span]:
    pieces = ((span[0], min(span[1], closed[0])), (max(span[0], closed[1]), span[1]))
    return [(start, end) for start, end in pieces if start < end] if closed[0] < closed[1] else [span]


def parse(text: str) -> list[Opening]:
    """Read HELPLINE_HOURS ("Mon-Fri 09:00-16:00; Sat 09:00-13:00"), or raise HoursError."""
    return [_opening(rule.strip()) for rule in text.split(";") if rule.strip()]


def _opening(rule: str) -> Opening:
    found = _RULE.match(rule)
    try:
        if not found:
            raise ValueError
        first, last = _DAYS.index(found[1]), _DAYS.index(found[2] or found[1])
        start = datetime.time(int(found[3]), int(found[4]))
        end = datetime.time(int(found[5]), int(found[6]))
        if first > last or start >= end:
            raise ValueError
    except ValueError as error:
        raise HoursError(f"{rule!r} cannot be read; write it like Mon-Fri 09:00-16:00; Sat 09:00-13:00") from error
    return Opening(tuple(range(first, last + 1)), start, end)


def _day(day: datetime.date, ahead: int) -> str:
    if ahead < 2:
        return ("today", "tomorrow")[ahead]
    name = _DAY_NAMES[day.weekday()]
    return f"on {name}" if ahead < 7 else f"on {name}, {day.day} {day:%B}"


def _clock(time: datetime.time) -> str:
    """Return ``time`` as it is said: "9 in the morning", "half past 4 in the afternoon"."""
    part = "in the morning" if time.hour < 12 else "in the afternoon" if time.hour < 18 else "in the evening"
    hour = time.hour % 12 or 12
    past = {0: "", 15: "quarter past ", 30: "half past "}
    if time == datetime.time(12):
        return "12 noon"
    return f"{past[time.minute]}{hour} {part}" if time.minute in past else f"{hour} {time.minute:02} {part}"


def _span(days: tuple[int, ...]) -> str:
    first, last = _DAY_NAMES[days[0]], _DAY_NAMES[days[-1]]
    return first if first == last else f"{first} to {last}"
