"""What the line can say: the shapes of the YAML in responses/, frozen."""

import datetime
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ivr.reply import Kind

_MOST_HINTS = 500
_DAY = len("2026-12-24")
_LONGEST_HINT = 100  # characters

Then = Literal["", "person", "repeat", "slower", "normal_speed", "menu", "back", "more", "wait", "yes", "no", "hang_up"]
"""What the phone does instead of, or after, speaking an answer."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Strict):
    """One part of an answer: what is said in one turn, and the facts it rests on."""

    text: str = ""
    facts: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()


class Answer(_Strict):
    """One topic's answer. ``reviewed`` is who signed the wording and when, or None."""

    topic: str
    kind: Kind
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]
    name: str = ""
    about: str = "nothing"
    follow: str = ""
    related: tuple[str, ...] = ()
    then: Then = ""
    reviewed: str | None = None


class MenuItem(_Strict):
    """One choice of a menu: it asks for a topic or opens another menu."""

    say: str
    ask: str = ""
    menu: Annotated["tuple[MenuItem, ...]", Field(max_length=6)] = ()


class Voice(_Strict):
    """The voice, its rates (percent of its own), and pauses in milliseconds."""

    name: str
    language: str
    rate: str
    slow_rate: str
    number_rate: str
    item_pause: int
    press_pause: int
    breath: int
    after_key: int


class Listening(_Strict):
    """How the phone listens; timeouts in whole seconds."""

    language: str
    model: str
    menu_timeout: Annotated[int, Field(gt=0)]
    open_timeout: Annotated[int, Field(gt=0)]
    wait_timeout: Annotated[int, Field(gt=0)]
    speech_timeout: Annotated[int, Field(gt=0)]
    hints: tuple[str, ...]


class Limits(_Strict):
    """What one call may take before it is ended kindly."""

    turns: Annotated[int, Field(gt=0)]
    minutes: Annotated[int, Field(gt=0)]
    transfers: Annotated[int, Field(gt=0)]


class Leaflet(_Strict):
    """The source's own dates, as they are spoken and as a year."""

    reviewed: str
    review_due: int


class Prompts(_Strict):
    """The line's own words, each by the moment it is for."""

    ask_or_wait: str
    main_menu: str
    submenu: str
    about: str
    more: str
    anything_else: str
    what_next: str
    choice: str
    did_you_ask: str
    did_you_ask_one: str
    slower: str
    normal_speed: str
    no_more: str
    first_place: str
    which_one: str
    not_that: str
    silence: Annotated[tuple[str, ...], Field(min_length=3, max_length=3)]
    no_match: Annotated[tuple[str, ...], Field(min_length=3, max_length=3)]
    no_such_key: str
    keys_only: str
    connecting: str
    busy: str
    no_answer: str
    failed: str
    completed: str
    tired_of_trying: str
    long_call: str
    trouble: str
    out_of_order: str
    out_of_order_after: str


class Phone(_Strict):
    """responses/phone.yml."""

    voice: Voice
    listening: Listening
    limits: Limits
    leaflet: Leaflet
    nations: dict[str, dict[str, str]]
    greeting: str
    notice: str
    menu: Annotated[tuple[MenuItem, ...], Field(min_length=1, max_length=6)]
    additions: dict[str, str]
    prompts: Prompts


Phrases = dict[str, tuple[str, ...]]
"""Whole utterances or parts of one, by the topic they mean."""


class Lexicon(_Strict):
    """responses/lexicon.yml."""

    respelt: dict[str, str]
    said_as_written: tuple[str, ...]


class RedFlag(_Strict):
    """One class of danger: its phrases, and the topic that is spoken."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    name: Annotated[str, Field(alias="class")]
    topic: str
    even_in_questions: bool = False
    phrases: Annotated[tuple[str, ...], Field(min_length=1)]


class RedFlags(_Strict):
    """responses/red_flags.yml, where each list is explained."""

    look_alikes: tuple[str, ...]
    negations: tuple[str, ...]
    long_past: tuple[str, ...]
    questions: tuple[str, ...]
    openers: tuple[str, ...]
    fillers: tuple[str, ...]
    reports: tuple[str, ...]
    flags: tuple[RedFlag, ...]
    refusals: tuple[RedFlag, ...]


class Period(_Strict):
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


class HoursWords(_Strict):
    """responses/hours.yml."""

    bank_holidays: bool
    closures: tuple[Period, ...]
    notices: tuple[Notice, ...] = ()
    open_now: str
    closed_now: str
    unknown: str
    transfer_closed: str
    alternatives: str


class Content(_Strict):
    """Everything the line can say; ``answers`` by topic."""

    answers: dict[str, Answer]
    phone: Phone
    lexicon: Lexicon
    commands: Phrases
    red_flags: RedFlags
    hours: HoursWords


def menu_items(menu: tuple[MenuItem, ...]) -> Iterator[MenuItem]:
    """Yield every item of ``menu`` and of the menus below it."""
    for item in menu:
        yield item
        yield from menu_items(item.menu)


def hints(content: Content) -> tuple[str, ...]:
    """Return what the recogniser is to expect: the line's own hints first, then names of topics and hard words.

    At most 500 entries of at most 100 characters (https://www.twilio.com/docs/voice/twiml/gather#hints).
    """
    names = (answer.name.replace(",", "") for answer in content.answers.values())
    expected = dict.fromkeys((*content.phone.listening.hints, *names, *content.lexicon.respelt))
    return tuple(hint for hint in expected if hint and len(hint) <= _LONGEST_HINT and "," not in hint)[:_MOST_HINTS]
