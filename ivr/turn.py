"""One turn's result, and the state that follows from a reply."""

from dataclasses import dataclass, replace

from ivr.reply import Reply
from ivr.state import State


@dataclass(frozen=True)
class Detail:
    """How a caller's words were understood, for those who test the line: never the words.

    ``topic`` is the one acted on, empty if nobody could place the words; ``ranking`` is (topic, share of 1),
    surest first, empty where Rasa was not asked; ``readings`` is how often it was; ``about`` is what "it" was.
    """

    topic: str = ""
    ranking: tuple[tuple[str, float], ...] = ()
    readings: int = 0
    about: str = "nothing"


NOTHING_READ = Detail()


@dataclass(frozen=True)
class Turn:
    """What is said, and where the caller is after it."""

    reply: Reply
    state: State
    detail: Detail = NOTHING_READ


def listening(reply: Reply, state: State) -> Turn:
    """Return the turn whose state knows what each key, "yes" and "more" mean after ``reply``."""
    keys = tuple(choice.target for choice in reply.choices)
    return Turn(reply, replace(state, keys=keys, yes=reply.yes, more=reply.more))


def fresh(state: State) -> State:
    """Return ``state`` with its counters of trouble back at zero and no second guesses."""
    return replace(state, silences=0, misses=0, others=())
