"""Where a caller is in a call. It travels in the URL, so no process need remember it."""

from dataclasses import asdict, dataclass
from typing import Literal

from itsdangerous import BadData, URLSafeTimedSerializer
from pydantic import TypeAdapter, ValidationError

LIFETIME = 4 * 60 * 60  # seconds: Twilio's own longest call
_LONGEST_TRAIL = 8  # steps back; keeps the URL far below any limit

Texting = Literal["not_set_up", "offered", "declined", "done", "hidden", "no_mobile"]
"""Whether the Helpline's number can be texted: not by this line; yes, and it is offered; yes, and the caller would
rather not; no more in this call; no, as the caller's number is hidden, or is not a UK mobile's."""


@dataclass(frozen=True)
class State:
    """One caller's place: topic ids and counters only, never words or numbers.

    ``place`` is what "repeat" says again; ``keys`` are the places that keys 1-6 lead
    to, ``trail`` those that "back" returns to, newest last; ``others`` are the next best
    topics after a spoken question, for "no, that's not it"; ``waiting`` is whether the caller
    asked to be waited for and has not been understood since; ``began`` is when the call did,
    in seconds since 1970, or 0 if unknown. Of the caller's phone it holds ``texting`` alone.
    """

    call: str
    place: str = "menu"
    keys: tuple[str, ...] = ()
    yes: str = ""
    more: str = ""
    trail: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    slow: bool = False
    waiting: bool = False
    silences: int = 0
    misses: int = 0
    dials: int = 0
    turns: int = 0
    began: int = 0
    texting: Texting = "not_set_up"

    def trail_from_here(self, place: str) -> tuple[str, ...]:
        """Return the trail after moving on to ``place``."""
        if place == self.place:
            return self.trail
        return (*self.trail, self.place)[-_LONGEST_TRAIL:]


_STATE = TypeAdapter(State)  # ignores what a newer version added: a token must not end the call


class StateSigner:
    """Turns a State into a URL-safe signed token and back."""

    def __init__(self, secret: str) -> None:
        """Sign with ``secret``; every process of one line needs the same."""
        self._serializer = URLSafeTimedSerializer(secret, salt="ivr.state")

    def pack(self, state: State) -> str:
        """Return ``state`` as a token, defaults left out to keep the URL short."""
        unset = asdict(State(state.call))
        values = {k: v for k, v in asdict(state).items() if k == "call" or v != unset[k]}
        return self._serializer.dumps(values)

    def unpack(self, token: str, call: str) -> State | None:
        """Return the State in ``token``, or None if it is altered, old or another call's."""
        try:
            state = _STATE.validate_python(self._serializer.loads(token, max_age=LIFETIME))
        except (BadData, ValidationError, UnicodeError):  # a lone surrogate is no token either
            return None
        return state if state.call == call else None
