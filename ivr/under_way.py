"""Where each call under way stands, so that what a turn came of can be counted."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ivr.reply import Kind
from ivr.watching import TurnTaken

_SILENCE = 60 * 60  # seconds without a turn, after which a call is over: Twilio's word on its end was lost
_MOST = 10_000  # calls; the one silent for longest goes first


@dataclass(frozen=True)
class Stand:
    """What a caller last heard: repeats, slower and "wait" leave it as it is."""

    kind: Kind
    topic: str


class CallsUnderWay:
    """Remembers the stand of every call by its pseudonym, until its end or an hour of silence; in any thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic, most: int = _MOST) -> None:
        """Tell the time, in seconds, by ``now``; remember ``most`` calls."""
        self._now = now
        self._most = most
        self._stands: dict[str, tuple[float, Stand]] = {}  # the call silent for longest is first
        self._changing = threading.Lock()

    def moved(self, taken: TurnTaken) -> tuple[Stand | None, Stand]:
        """Note the turn ``taken``; return where its call stood before, None if it is new, and where it stands now."""
        with self._changing:
            _, before = self._stands.pop(taken.call, (0, None))
            now = before if before and _says_again(taken, before) else Stand(taken.kind, taken.topic)
            # Twilio may tell of a transfer's end when the caller has hung up long since: that is no call under way.
            if taken.then != "hang_up" and (before or taken.how != "transfer"):
                self._stands[taken.call] = (self._now(), now)
            return before, now

    def ended(self, call: str) -> Stand | None:
        """Forget ``call``; return where it stood, None if it is not known."""
        with self._changing:
            return self._stands.pop(call, (0, None))[1]

    def silent(self) -> list[Stand]:
        """Forget the calls that are over without a word of their end; return where they stood."""
        over = []
        with self._changing:
            while self._stands:
                call, (heard, stand) = next(iter(self._stands.items()))
                if self._now() - heard < _SILENCE and len(self._stands) <= self._most:
                    break
                del self._stands[call]
                over.append(stand)
        return over

    def __len__(self) -> int:
        """Return how many calls are under way."""
        return len(self._stands)


def _says_again(taken: TurnTaken, before: Stand) -> bool:
    return taken.kind == "control" and taken.topic == before.topic
