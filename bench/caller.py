"""What callers do: dial, press and say about ten things, be put through now and then, hang up, and call anew."""

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Literal

from bench.peer import WEBHOOK
from ivr.player import Player, Spoken
from scoring.questions import read_set

Sort = Literal["call start", "key turn", "spoken turn", "after a transfer"]

_TURNS_A_CALL = (6, 14)
_KEYS = "1112223334456789*#0"  # mostly choices; a person once in nineteen keys
_OUTCOMES: tuple[Literal["completed", "busy", "no-answer"], ...] = ("completed", "busy", "no-answer")


@dataclass(frozen=True)
class Turn:
    """One request as a caller met it: whole, in milliseconds; ``problem`` is empty if all was well.

    ``words`` are what was said, if anything; ``readings`` is how often Rasa was asked to read them.
    """

    sort: Sort
    milliseconds: float
    problem: str
    words: str = ""
    readings: int = 0


class PeerPlayer(Player):
    """A call to Rasa's own connector: it greets whoever rings, and knows callers by their number alone."""

    def dial(self) -> list[Spoken]:
        """Call the peer."""
        self.caller = f"+44{self.call[-10:]}"  # as many callers as calls, as with us
        return self._follow(f"{self.address}{WEBHOOK}", {"CallStatus": "ringing"})


@dataclass(frozen=True)
class Manner:
    """How a line is called: by which telephone, and with what share of turns by key, 0 to 1."""

    telephone: type[Player]
    keys: float


OURS = Manner(Player, 0.5)
PEER = Manner(PeerPlayer, 0)  # it knows no keys


@dataclass
class Caller:
    """One caller after another at the line at ``address``.

    ``seed`` makes callers differ, and the same caller do the same in every run.
    """

    address: str
    manner: Manner
    questions: Sequence[str]
    seed: int = 0
    _player: Player | None = None
    _turns_left: int = 0
    _chance: Random = field(init=False)
    _asked: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        """Begin somewhere in the questions."""
        self._chance = Random(self.seed)  # noqa: S311 - no secret hangs on it
        start = self._chance.randrange(len(self.questions))
        self._asked = cycle([*self.questions[start:], *self.questions[:start]])

    def act(self) -> Turn:
        """Do what a caller does next."""
        player = self._player
        if player is None or player.ending or not self._turns_left:
            return self._dial()
        self._turns_left -= 1
        if player.ringing:
            return _timed("after a transfer", player, lambda: player.end_transfer(self._chance.choice(_OUTCOMES)))
        if self._chance.random() < self.manner.keys:
            return _timed("key turn", player, lambda: player.press(self._chance.choice(_KEYS)))
        words = next(self._asked)
        return _timed("spoken turn", player, lambda: player.say(words), words)

    def _dial(self) -> Turn:
        player = self._player = self.manner.telephone(self.address)
        self._turns_left = self._chance.randint(*_TURNS_A_CALL)
        return _timed("call start", player, player.dial)


def said_by_callers(root: Path) -> list[str]:
    """Return what callers say: every row of dev.tsv, danger and chatter too."""
    return [row.text for row in read_set(root / "tests/questions/dev.tsv")]


def _timed(sort: Sort, player: Player, act: Callable[[], object], words: str = "") -> Turn:
    start = time.perf_counter()
    act()
    milliseconds = (time.perf_counter() - start) * 1000
    readings = json.loads(player.headers.get("X-Reply-Detail", "{}")).get("readings", 0)
    return Turn(sort, milliseconds, _problem(player), words, readings)


def _problem(player: Player) -> str:
    if player.fault:
        return re.split(r" (?:for|with) url", player.fault)[0]  # one address is one place in one call
    if player.ending == "ran out of words":
        return "the call ended without a goodbye"
    return "words could not be read" if player.headers.get("X-Reply-Kind") == "degraded" else ""
