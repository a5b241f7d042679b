"""Keeps what happened in calls, so that one can learn from it: coarsens it, and hands it to the writer."""

from collections.abc import Callable, Iterator
from typing import Literal

from ivr.database import now, outcomes, turns
from ivr.setting_faults import MOST_QUESTION_DAYS
from ivr.settings import Settings
from ivr.thresholds import Thresholds, read_thresholds
from ivr.watching import CallEnded, TurnTaken
from ivr.writer import Writer

Band = Literal["high", "middle", "low", "none"]
"""How sure Rasa was: enough to answer if no other topic is near, to ask "A, or B?", not even that, or not asked."""

_LONGEST = 24 * 60 * 60  # seconds; no call of Twilio's is longer
_STATUSES = ("completed", "busy", "no-answer", "failed", "canceled")
# https://www.twilio.com/docs/voice/twiml/dial (DialCallStatus), .../voice/api/call-resource (CallStatus)


class CallLog:
    """Writes each turn and each end to the database that ``settings`` name."""

    def __init__(self, settings: Settings) -> None:
        """Begin to write, in a thread of its own; raise ContentError if config.yml has no thresholds."""
        self._thresholds = read_thresholds(settings.root / "config.yml")
        days = MOST_QUESTION_DAYS if settings.keep_unanswered is None else settings.keep_unanswered
        self._writer = Writer(settings.database_url, settings.keep_calls, days)

    @property
    def put(self) -> Callable[..., None]:
        """Return what lets a row be written soon: Writer.put."""
        return self._writer.put

    def turn(self, taken: TurnTaken) -> None:
        """Keep a turn, and what became of the call by it."""
        self._writer.put(
            turns,
            call=taken.call,
            at=now(),
            how=taken.how,
            kind=taken.kind,
            topic=taken.topic,
            sureness=band(taken.sureness, self._thresholds),
            milliseconds=int(round(min(taken.seconds, _LONGEST) * 1000, -1)),
        )
        if taken.how == "transfer":
            self._became(taken.call, f"transfer_{_status(taken.outcome)}")
        if taken.text:
            self._became(taken.call, f"text_{taken.text}")
        if taken.then != "listen":
            self._became(taken.call, taken.then)

    def ended(self, ended: CallEnded) -> None:
        """Keep how a call ended, and its length to ten seconds: a telephone bill knows it better."""
        self._became(ended.call, f"call_{_status(ended.status)}", round(min(ended.seconds, _LONGEST), -1))

    def warnings(self) -> Iterator[str]:
        """Yield what an operator must know of the database."""
        return self._writer.warnings()

    def close(self) -> None:
        """Write what waits, and end."""
        self._writer.close()

    def _became(self, call: str, outcome: str, seconds: int | None = None) -> None:
        self._writer.put(outcomes, call=call, at=now(), outcome=outcome, seconds=seconds)


def band(sureness: float | None, thresholds: Thresholds) -> Band:
    """Return ``sureness`` (0 to 1) as coarsely as the line acts on it; how near the next topic is, is not in it."""
    if sureness is None:
        return "none"
    if sureness >= thresholds.threshold:
        return "high"
    return "middle" if sureness >= thresholds.doubt_threshold else "low"


def _status(told: str) -> str:
    """Return a status of Twilio's; what is none is not kept, as anybody may have written it."""
    if told == "answered":  # Twilio's word for a completed transfer to a conference
        return "completed"
    return told if told in _STATUSES else "other"
