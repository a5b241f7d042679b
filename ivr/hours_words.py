"""The shape of responses/hours.yml: closures, notices, and what is said of the Helpline's hours."""

import datetime
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from ivr.strict import Strict

_DAY = len("2026-12-24")


class Period(Strict):
    """From when until when, in UK time; a day without a time of day is meant whole."""

    start: Annotated[datetime.datetime, Field(alias="from")]
    end: Annotated[datetime.datetime, Field(alias="to")]

    @field_validator("end", mode="before")
    @classmethod
    def _whole_last_day(cls, value: object) -> object:
        is_day = (isinstance(value, str) and len(value) == _DAY) or type(value) is datetime.date
        return datetime.datetime.fromisoformat(str(value)) + datetime.timedelta(days=1) if is_day else value

    @field_validator("start", "end")
    @classmethod
    def _is_of_the_uk(cls, value: datetime.datetime) -> datetime.datetime:
        if value.tzinfo:
            raise ValueError("it is UK time already: leave out Z or +01:00")
        return value

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "Period":
        if self.end <= self.start:
            raise ValueError("to: is before from:")
        return self


class Notice(Period):
    """What is said at the start of each call, and before each transfer, for a time."""

    say: str


class HoursWords(Strict):
    """responses/hours.yml."""

    bank_holidays: bool
    closures: tuple[Period, ...]
    notices: tuple[Notice, ...] = ()
    open_now: str
    closed_now: str
    unknown: str
    transfer_closed: str
    alternatives: str
