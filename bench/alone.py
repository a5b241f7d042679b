"""One caller who never waits: how fast a turn is, what it costs, and how it compares to Rasa's bare REST turn."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import requests

from bench.caller import Caller, Turn
from bench.figures import Figures, figures
from bench.meter import Meter
from bench.subject import Subject

_WARM_UP = 40  # turns that nobody counts: the first ones find nothing in memory yet


@dataclass(frozen=True)
class Alone:
    """Turns of one sort: their figures, and the milliseconds of computing that one costs each process.

    Calls are begun too, once in ten turns or so; that is in the cost, and not in the figures.
    """

    figures: Figures
    cost: dict[str, float]


@dataclass(frozen=True)
class Ratio:
    """Spoken turns that Rasa read once, and bare REST turns with the very same words."""

    spoken: Figures
    rest: Figures

    @property
    def of_medians(self) -> float:
        """Return how many times as long as REST the spoken turn takes."""
        return self.spoken.p50 / self.rest.p50


def alone(subject: Subject, questions: list[str], turns: int, keys: float) -> Alone:
    """Time ``turns`` turns of ``subject``, all by key (``keys`` 1) or all by speech (0)."""
    caller = _caller(subject, questions, keys)
    list(_turns(caller, _WARM_UP))
    meter = Meter(subject.processes)
    taken = list(_turns(caller, turns))
    cost = {name: seconds * 1000 / turns for name, seconds in meter.used().computing.items()}
    return Alone(_figures(taken), cost)


def beside_rest(subject: Subject, rasa_url: str, questions: list[str], turns: int) -> Ratio:
    """Say ``turns`` things to the line, each at once also to Rasa's REST channel."""
    rest = _Rest(rasa_url)
    pairs = [(turn, rest.say(turn.words)) for turn in _turns(_caller(subject, questions, 0), turns)]
    same = [(turn, milliseconds) for turn, milliseconds in pairs if turn.readings == 1]
    return Ratio(_figures([turn for turn, _ in same]), figures(milliseconds for _, milliseconds in same))


class _Rest:
    """Rasa's REST channel, in conversations as long as a call."""

    def __init__(self, rasa_url: str) -> None:
        self._url = f"{rasa_url}/webhooks/rest/webhook"
        self._session = requests.Session()
        self._session.trust_env = False
        self._said = 0

    def say(self, words: str) -> float:
        """Return the milliseconds of one turn."""
        message = {"sender": f"rest-{self._said // 10}", "message": words}
        self._said += 1
        start = time.perf_counter()
        self._session.post(self._url, json=message, timeout=15).raise_for_status()
        return (time.perf_counter() - start) * 1000


def _caller(subject: Subject, questions: list[str], keys: float) -> Caller:
    return Caller(subject.address, replace(subject.manner, keys=keys), questions)


def _turns(caller: Caller, turns: int) -> Iterator[Turn]:
    """Yield ``turns`` turns by key or speech, over as many calls as they need."""
    taken = 0
    while taken < turns:
        turn = caller.act()
        if turn.sort in ("key turn", "spoken turn"):
            taken += 1
            yield turn


def _figures(turns: list[Turn]) -> Figures:
    return figures((turn.milliseconds for turn in turns), sum(bool(turn.problem) for turn in turns))
