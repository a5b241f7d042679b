"""Calls the line once for each row and notes what came back."""

import json
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from ivr.player import Player
from scoring.questions import Row

_AT_ONCE = 4  # calls side by side: with two, Rasa, which reads one at a time, waits a third of the time
_OFFERING = ("clarify", "distress", "refuse")
_MOST_CHOICES = 3  # keys pressed after "A, or B?"; more than three is a menu, not a question
CONFIDENT = 0.9  # what a recogniser says of clear speech


@dataclass(frozen=True)
class Met:
    """How one row was met.

    ``offered`` are the topics behind the keys of a question asked back, or beside comfort or a refusal; ``ranking`` is
    (topic, share of 1), surest first, empty where Rasa was not needed; ``understood`` is the topic acted on.
    """

    row: Row
    kind: str
    topic: str
    understood: str = ""
    offered: tuple[str, ...] = ()
    ranking: tuple[tuple[str, float], ...] = ()
    readings: int = 0

    @property
    def confidence(self) -> float:
        """The share of the likeliest topic, 0 where nothing was read."""
        return self.ranking[0][1] if self.ranking else 0.0


class NoLine(Exception):
    """What was dialled does not answer as a line should."""


def meet_all(address: str, rows: Iterable[Row], confidence: float = CONFIDENT) -> Iterator[Met]:
    """Call the line at ``address`` for each of ``rows``, in order; or raise NoLine."""
    with ThreadPoolExecutor(_AT_ONCE) as callers:
        yield from callers.map(lambda row: meet(address, row, confidence), rows)


def meet(address: str, row: Row, confidence: float = CONFIDENT) -> Met:
    """Call the line at ``address`` and say ``row``, after its context if it has one."""
    player = Player(address)
    player.dial()
    if row.context:
        player.say(row.context)
    elif row.kind.startswith("nav:"):
        player.press("2")  # a command means something only after an answer
    if player.waiting:
        player.say(row.text, confidence)
    if player.fault:
        raise NoLine(f"{address} failed at {row.set} {row.id}: {player.fault}")
    return _noted(row, player)


def _noted(row: Row, player: Player) -> Met:
    kind, topic = player.headers["X-Reply-Kind"], player.headers["X-Reply-Topic"]
    detail = json.loads(player.headers.get("X-Reply-Detail", "{}"))
    return Met(
        row,
        kind,
        topic,
        understood=detail.get("topic", ""),
        offered=tuple(_offered(player)) if kind in _OFFERING else (),
        ranking=tuple((name, share) for name, share in detail.get("ranking", ())),
        readings=detail.get("readings", 0),
    )


def _offered(player: Player) -> Iterator[str]:
    """Press each key of the question, every time from where it was asked."""
    question = player.waiting
    for key in range(1, _MOST_CHOICES + 1):
        player.waiting = question
        player.press(str(key))
        if player.headers["X-Reply-Kind"] == "rephrase":  # nothing is on that key
            return
        yield player.headers["X-Reply-Topic"]
