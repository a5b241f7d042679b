"""What is announced for a time, and what closes the Helpline for some hours, as callers hear it."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.checks import problems
from ivr.hours import UK, parse
from ivr.line import ask_reload
from ivr.settings import Settings
from tests.caller import Caller
from tests.conftest import served
from tests.fakes import FakeRasa

SAYS = "The Helpline closes at 1 in the afternoon today."
NOTICE = f'notices:\n- {{from: "2026-12-23 09:00", to: "2026-12-23 16:00", say: "{SAYS}"}}\n'
CLOSURE = 'closures:\n- {from: "2026-12-23 13:00", to: "2026-12-23 16:00"}\n'


class Clock:
    """Stands still at a time of the UK, until it is set."""

    def __init__(self) -> None:
        self.now = "2026-12-23 10:00"

    def __call__(self) -> datetime.datetime:
        return datetime.datetime.fromisoformat(self.now).replace(tzinfo=UK)


def write(house: Path, **lists: str) -> None:
    file = house / "responses/hours.yml"
    text = file.read_text()
    for name, value in lists.items():
        start = text.index(f"{name}: []")
        text = text[:start] + value + text[text.index("\n", start) + 1 :]
    file.write_text(text)


def settings(house: Path) -> Settings:
    return Settings(secret_key="s", root=house, openings=tuple(parse("Mon-Fri 09:00-16:00")))


def test_a_notice_is_heard_in_its_time_and_then_no_more(
    house: Path, rasa: FakeRasa, new_caller: Callable[..., Caller]
) -> None:
    clock = Clock()
    with served(settings(house), rasa, clock) as address:
        write(house, notices=NOTICE)
        ask_reload(house)
        caller = new_caller(address)
        caller.dials()
        caller.hears(SAYS)
        caller.presses("2")
        assert SAYS not in caller.last_words
        caller.presses("0")
        caller.hears(SAYS)
        clock.now = "2026-12-23 16:00"
        caller = new_caller(address)
        caller.dials()
        assert SAYS not in caller.last_words


def test_a_closure_of_some_hours_is_heard_by_who_wants_a_person(
    house: Path, rasa: FakeRasa, new_caller: Callable[..., Caller]
) -> None:
    write(house, closures=CLOSURE)
    clock = Clock()
    with served(settings(house), rasa, clock) as address:
        for now, is_rung in (("2026-12-23 12:59", True), ("2026-12-23 13:00", False)):
            clock.now = now
            caller = new_caller(address)
            caller.dials()
            caller.presses("0")
            assert bool(caller.player.ringing) == is_rung


@pytest.mark.parametrize(
    ("notice", "cure"),
    [
        (NOTICE.replace(SAYS, "Welcome. " * 26), "25 at most"),
        (NOTICE.replace("2026-12-23 16:00", "2026-12-23 08:00"), "before"),
        (NOTICE.replace(SAYS, "We open {never}."), "placeholder"),
        (NOTICE.replace(SAYS, "We open {link}."), "placeholder"),
        (NOTICE.replace("say:", "says:"), "says"),
    ],
)
def test_a_notice_that_cannot_be_spoken_is_named(house: Path, notice: str, cure: str) -> None:
    write(house, notices=notice)
    found = [problem for problem in problems(house) if problem.startswith("responses/hours.yml")]
    assert any(cure in problem for problem in found), found
