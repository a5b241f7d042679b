"""What happened in a call, for those who count and keep it: kinds, topics and times, never words or numbers."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ivr.reply import Kind, Reply

How = Literal["start", "key", "speech", "silence", "transfer"]
"""What a turn began with: the call itself, a key, words, nothing, or the end of a transfer."""

CHECKS_CALL = f"CA{'0' * 32}"
"""The CallSid of `make connect` and `make doctor`, which no real call has: nobody is told of it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TurnTaken:
    """One answered webhook.

    ``call`` is the call's pseudonym; ``sureness`` the likeliest topic's share (0 to 1), None where Rasa was not asked;
    ``seconds`` is how long the answer took; ``outcome`` is DialCallStatus, empty unless a transfer ended; ``text``
    is what became of a text message, if one was to be sent; ``flag`` is the topic of an urgent text, if one was heard.
    """

    call: str
    how: How
    kind: Kind
    topic: str
    then: Literal["listen", "dial", "hang_up"]
    sureness: float | None
    readings: int
    seconds: float
    outcome: str = ""
    text: Literal["", "sent", "failed"] = ""
    flag: str = ""

    @classmethod
    def of(cls, reply: Reply, **rest: object) -> "TurnTaken":
        """Return the turn that ``reply`` answered."""
        return cls(kind=reply.kind, topic=reply.topic, then=reply.then, **rest)  # type: ignore[arg-type]


@dataclass(frozen=True)
class CallEnded:
    """Twilio's last word on a call: ``status`` is CallStatus, ``seconds`` its whole length."""

    call: str
    status: str
    seconds: int


class Watcher(Protocol):
    """Is told of every turn and every end, in any thread, before the caller hears the answer: be quick."""

    def turn(self, taken: TurnTaken) -> None:
        """Take note of a turn."""

    def ended(self, ended: CallEnded) -> None:
        """Take note of a call's end."""


def tell(watchers: Sequence[Watcher], happened: TurnTaken | CallEnded) -> None:
    """Tell all ``watchers`` what ``happened``; one that fails harms no call, and is named in the log."""
    for watcher in watchers:
        try:
            if isinstance(happened, TurnTaken):
                watcher.turn(happened)
            else:
                watcher.ended(happened)
        except Exception:
            _log.exception("%s could not take note of a turn", type(watcher).__name__)
