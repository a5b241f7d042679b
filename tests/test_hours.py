"""Open or closed, in UK time, through bank holidays, closures and the change of clocks."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from ivr.hours import UK, Closure, Hours, HoursError, parse
from ivr.hours_words import Period

USUAL = "Mon-Fri 09:00-16:00; Sat 09:00-13:00"


def at(text: str, zone: datetime.tzinfo | None = UK) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2026-11-23 08:59", "closed"),
        ("2026-11-23 09:00", "open"),
        ("2026-11-23 15:59", "open"),
        ("2026-11-23 16:00", "closed"),
        ("2026-11-28 12:59", "open"),
        ("2026-11-28 13:00", "closed"),
        ("2026-11-29 10:00", "closed"),
        ("2026-12-25 10:00", "closed"),  # Christmas
        ("2026-12-28 10:00", "closed"),  # Boxing Day, moved from a Saturday
    ],
)
def test_the_week(moment: str, status: str) -> None:
    assert Hours(parse(USUAL)).status(at(moment)) == status


def test_uk_time_rules_in_summer_and_winter() -> None:
    hours, utc = Hours(parse(USUAL)), ZoneInfo("UTC")
    assert hours.status(at("2026-07-06 08:30", utc)) == "open"
    assert hours.status(at("2026-11-23 08:30", utc)) == "closed"
    assert hours.status(at("2026-07-06 15:30", utc)) == "closed"


@pytest.mark.parametrize(
    ("nation", "day", "status"),
    [
        ("England", "2026-11-30", "open"),
        ("Scotland", "2026-11-30", "closed"),  # St Andrew
        ("Northern Ireland", "2026-03-17", "closed"),  # St Patrick
        ("Wales", "2026-03-17", "open"),
        ("", "2026-08-31", "closed"),  # summer holiday of England
        ("Scotland", "2026-08-31", "open"),
    ],
)
def test_bank_holidays_are_the_nations_own(nation: str, day: str, status: str) -> None:
    assert Hours(parse(USUAL), nation=nation).status(at(f"{day} 10:00")) == status


def test_bank_holidays_can_be_switched_off() -> None:
    assert Hours(parse(USUAL), bank_holidays=False).status(at("2026-12-25 10:00")) == "open"


def test_a_closure_closes_its_first_and_last_day() -> None:
    closure = Closure(datetime.datetime(2026, 11, 24), datetime.datetime(2026, 11, 26))
    hours = Hours(parse(USUAL), [closure])
    assert [hours.status(at(f"2026-11-{day} 10:00")) for day in (23, 24, 25, 26)] == [
        "open",
        "closed",
        "closed",
        "open",
    ]
    assert hours.opens(at("2026-11-23 17:00")) == "on Thursday at 9 in the morning"


def test_a_closure_of_some_hours_closes_those_alone() -> None:
    hours = Hours(parse(USUAL), [Closure(at("2026-11-24 11:00", None), at("2026-11-24 12:30", None))])
    moments = ("10:59", "11:00", "12:29", "12:30", "15:59", "16:00")
    assert [hours.status(at(f"2026-11-24 {moment}")) for moment in moments] == [
        *("open", "closed", "closed", "open", "open", "closed")
    ]
    assert hours.opens(at("2026-11-24 11:05")) == "today at half past 12 in the afternoon"
    early = Hours(parse(USUAL), [Closure(at("2026-11-24 13:00", None), at("2026-11-25 10:00", None))])
    assert early.opens(at("2026-11-24 14:00")) == "tomorrow at 10 in the morning"


@pytest.mark.parametrize(
    ("start", "end", "until"),
    [
        ("2026-12-24", "2026-12-24", "2026-12-25 00:00"),
        ("2026-12-24", "2026-12-26", "2026-12-27 00:00"),
        ("2026-12-24 09:00", "2026-12-24 13:00", "2026-12-24 13:00"),
    ],
)
def test_a_day_without_a_time_is_meant_whole(start: str, end: str, until: str) -> None:
    period = Period.model_validate({"from": start, "to": end})
    assert (period.start, period.end) == (at(start, None), at(until, None))


def test_a_day_that_yaml_has_read_already_is_meant_whole_too() -> None:
    days = {"from": datetime.date(2026, 12, 24), "to": datetime.date(2026, 12, 24)}
    assert Period.model_validate(days).end == at("2026-12-25 00:00", None)


@pytest.mark.parametrize(
    ("start", "end", "cure"),
    [("2026-12-24 12:00", "2026-12-24 11:00", "before"), ("2026-12-24T09:00Z", "2026-12-25", "UK time already")],
)
def test_a_period_that_cannot_be_meant_is_named(start: str, end: str, cure: str) -> None:
    with pytest.raises(ValidationError, match=cure):
        Period.model_validate({"from": start, "to": end})


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23 07:00", "today at 9 in the morning"),
        ("2026-11-23 17:00", "tomorrow at 9 in the morning"),
        ("2026-11-28 17:00", "on Monday at 9 in the morning"),
        ("2026-12-24 17:00", "on Tuesday at 9 in the morning"),  # after two bank holidays
    ],
)
def test_when_it_opens_next_is_said_in_words(moment: str, opens: str) -> None:
    assert Hours(parse(USUAL)).opens(at(moment)) == opens


def test_a_far_opening_is_named_by_its_date_or_left_open() -> None:
    closure = Closure(datetime.datetime(2026, 11, 1), datetime.datetime(2026, 12, 9))
    assert Hours(parse(USUAL), [closure]).opens(at("2026-11-23 10:00")) == (
        "on Wednesday, 9 December at 9 in the morning"
    )
    for_ever = Closure(datetime.datetime(2026, 1, 1), datetime.datetime(2030, 1, 1))
    assert Hours(parse(USUAL), [for_ever]).opens(at("2026-11-23 10:00")) == "soon"


def test_hours_are_spoken() -> None:
    assert Hours(parse(USUAL)).spoken() == (
        "Monday to Friday, 9 in the morning until 4 in the afternoon; "
        "and Saturday, 9 in the morning until 1 in the afternoon"
    )
    assert Hours(parse("Sun 09:30-12:00")).spoken() == "Sunday, half past 9 in the morning until 12 noon"


def test_without_hours_nothing_is_claimed() -> None:
    assert Hours(parse("")).status(at("2026-11-23 10:00")) == "unknown"


@pytest.mark.parametrize(
    "text",
    ["9-5", "Mon 9:00-16:00", "Mon-Fri 16:00-09:00", "Fri-Mon 09:00-16:00", "Mun 09:00-16:00", "Mon 09:00-25:00"],
)
def test_hours_that_cannot_be_read_are_named(text: str) -> None:
    with pytest.raises(HoursError, match="Mon-Fri 09:00-16:00"):
        parse(text)
