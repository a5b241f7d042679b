"""The shape of responses/phone.yml: the line's own words, menus, voice and limits."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from ivr.strict import Strict


class MenuItem(Strict):
    """One choice of a menu: it asks for a topic or opens another menu."""

    say: str
    ask: str = ""
    menu: Annotated["tuple[MenuItem, ...]", Field(max_length=6)] = ()


class Voice(Strict):
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


class Listening(Strict):
    """How the phone listens; timeouts in whole seconds."""

    language: str
    model: str
    menu_timeout: Annotated[int, Field(gt=0)]
    open_timeout: Annotated[int, Field(gt=0)]
    wait_timeout: Annotated[int, Field(gt=0)]
    speech_timeout: Annotated[int, Field(gt=0)]
    hints: tuple[str, ...]


class Limits(Strict):
    """What one call may take before it is ended kindly."""

    turns: Annotated[int, Field(gt=0)]
    minutes: Annotated[int, Field(gt=0)]
    transfers: Annotated[int, Field(gt=0)]


class Leaflet(Strict):
    """The source's own dates, as they are spoken and as a year."""

    reviewed: str
    review_due: int


class Prompts(Strict):
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
    did_you_ask_several: str
    beside: str
    listeners: str
    slower: str
    normal_speed: str
    no_more: str
    first_place: str
    which_one: str
    staying: str
    both_numbers: str
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
    call_back: str
    tired_of_trying: str
    long_call: str
    trouble: str
    out_of_order: str
    out_of_order_after: str


class TextWords(Strict):
    """The Helpline's number by text: the message, how it is offered, and why it cannot be sent."""

    message: str
    warning: str
    ask: str
    say_yes: str
    send: str
    do_not_send: str
    or_menu: str
    sent: str
    not_sent: str
    declined: str
    done: str
    hidden: str
    no_mobile: str
    not_set_up: str


class KeptWords(Strict):
    """What is said instead where questions that found no answer are kept: the notice, and the addition ``words``."""

    notice: str
    privacy: str


class Phone(Strict):
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
    texts: TextWords
    words_kept: KeptWords


def menu_items(menu: tuple[MenuItem, ...]) -> Iterator[MenuItem]:
    """Yield every item of ``menu`` and of the menus below it."""
    for item in menu:
        yield item
        yield from menu_items(item.menu)
