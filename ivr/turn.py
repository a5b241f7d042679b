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
    """What is said, and where the caller is after it.

    ``sends_text``: nothing is to be said before the text is sent, and ``Conversation.texted`` knows what follows.
    """

    reply: Reply
    state: State
    detail: Detail = NOTHING_READ
    sends_text: bool = False


def listening(reply: Reply, state: State) -> Turn:
    """Return the turn whose state knows what each key, "yes" and "more" mean after ``reply``."""
    keys = state.keys if reply.keeps_keys else tuple(choice.target for choice in reply.choices)
    return Turn(reply, replace(state, keys=keys, yes=reply.yes, more=reply.more))


def moved(state: State, place: str, *, dials: int | None = None) -> State:
    """Return ``state`` at ``place``, with the way back to where the caller was."""
    trail = state.trail_from_here(place)
    return replace(fresh(state), place=place, trail=trail, dials=state.dials if dials is None else dials)


def fresh(state: State) -> State:
    """Return ``state`` with its counters of trouble back at zero, no second guesses, and nobody waited for."""
    return replace(state, silences=0, misses=0, others=(), waiting=False)
