"""Calls as the log remembers them: what began in a period, turn by turn, and what became of it."""

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row, select

from ivr.database import outcomes, turns
from ivr.hours import UK


@dataclass(frozen=True)
class LoggedTurn:
    """One turn, in the words of ivr.watching.TurnTaken; ``sureness`` is a band."""

    how: str
    kind: str
    topic: str
    sureness: str
    milliseconds: int


@dataclass(frozen=True)
class LoggedCall:
    """One call: when it began, UK time; its turns in order; what became of it; its length, None if not yet known."""

    began: datetime.datetime
    turns: tuple[LoggedTurn, ...]
    outcomes: frozenset[str]
    seconds: int | None


@dataclass(frozen=True)
class Period:
    """From the start of the day ``first`` until ``until``, both UK time."""

    first: datetime.date
    until: datetime.datetime

    @classmethod
    def of_days(cls, days: int, until: datetime.datetime | None = None) -> "Period":
        """Return the ``days`` whole days before today, and today until now."""
        until = (until or datetime.datetime.now(datetime.UTC)).astimezone(UK)
        return cls(until.date() - datetime.timedelta(days=days), until)

    @property
    def days(self) -> list[datetime.date]:
        """Return each day, today included."""
        return [self.first + datetime.timedelta(days=n) for n in range((self.until.date() - self.first).days + 1)]

    def __str__(self) -> str:
        """Return the period in words."""
        return f"{self.first:%-d %B %Y} to {self.until:%-d %B %Y, %H:%M}"


def calls_in(engine: Engine, period: Period) -> list[LoggedCall]:
    """Return the calls that began in ``period``, the first first. Raises SQLAlchemyError."""
    since = _utc(datetime.datetime.combine(period.first, datetime.time(), UK))
    chosen = select(turns).where(turns.c.at >= since, turns.c.at <= _utc(period.until)).order_by(turns.c.at, turns.c.id)
    taken: dict[str, list[Row[Any]]] = defaultdict(list)
    became: dict[str, list[Row[Any]]] = defaultdict(list)
    with engine.connect() as connection:
        for row in connection.execute(chosen):
            taken[row.call].append(row)
        for row in connection.execute(select(outcomes).where(outcomes.c.at >= since)):
            became[row.call].append(row)
    return [_call(rows, became[call]) for call, rows in taken.items() if rows[0].how == "start"]


def _call(rows: Sequence[Row[Any]], became: Sequence[Row[Any]]) -> LoggedCall:
    return LoggedCall(
        began=rows[0].at.replace(tzinfo=datetime.UTC).astimezone(UK),
        turns=tuple(LoggedTurn(row.how, row.kind, row.topic, row.sureness, row.milliseconds) for row in rows),
        outcomes=frozenset(row.outcome for row in became),
        seconds=max((row.seconds for row in became if row.seconds is not None), default=None),
    )


def _utc(moment: datetime.datetime) -> datetime.datetime:
    return moment.astimezone(datetime.UTC).replace(tzinfo=None)
