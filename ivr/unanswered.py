"""Questions that found no answer, kept for editors where KEEP_UNANSWERED is set: redacted, and of no call."""

import logging
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Literal

from cachetools import TTLCache

from ivr.database import questions, today
from ivr.redaction import Redaction
from ivr.state import State
from ivr.turn import Turn
from ivr.wording import normalise

Why = Literal["not_understood", "corrected"]
"""Nobody could place the words; or the caller said that the answer, or neither of two offered, was what they asked."""

_log = logging.getLogger(__name__)
_MOST_CALLS = 2_000  # whose last question is remembered at once
# What is more than a polite "no, thank you" after an answer.
_REJECTS = re.compile(
    r"\b(?:not (?:that|it|what|this|the one)|(?:that's|that is|that was|it's|this is) (?:not|wrong)|that isn't|wrong"
    r"|neither|meant|(?:didn't|did not) (?:ask|mean|say|want))\b"
)
_MEMORY = 10 * 60  # seconds: whoever says no later does not mean that answer


@dataclass(frozen=True)
class Question:
    """What a caller asked, redacted; ``got`` are the topics it brought, ``heard`` is what was heard before."""

    words: str
    got: str
    heard: str


class Unanswered:
    """Looks at each turn, and keeps what editors can learn from.

    A question that got an answer is remembered, in this process's memory alone, until the caller's next turn tells
    whether it was the wrong one.
    """

    def __init__(self, put: Callable[..., None], redaction: Redaction) -> None:
        """Write by ``put`` (Writer.put) what ``redaction`` leaves."""
        self._put = put
        self._redaction = redaction
        self._last: TTLCache[str, Question] = TTLCache(_MOST_CALLS, _MEMORY)
        self._lock = Lock()

    def turn(self, before: State, words: str, turn: Turn) -> None:
        """Take note of what ``words``, said by a caller at ``before``, led to; a fault of ours harms no call."""
        try:
            self._take_note(before, words, turn)
        except Exception as error:  # its message could quote the words
            _log.error("a question could not be kept: %s", type(error).__name__)

    def _take_note(self, before: State, words: str, turn: Turn) -> None:
        with self._lock:
            last = self._last.pop(before.call, None)
        if last and turn.detail.topic == "deny" and (_asked_back(before) or _REJECTS.search(normalise(words))):
            self._keep(last, "corrected")
        if not words or turn.reply.kind not in ("rephrase", "answer", "clarify"):
            return
        question = Question(self._redaction.redacted(words), _got(turn), _heard(before))
        if not question.words:
            return
        if turn.reply.kind == "rephrase":
            self._keep(question, "not_understood")
        elif turn.detail.ranking:  # asked in words, not by a choice's name
            with self._lock:
                self._last[before.call] = question

    def _keep(self, question: Question, why: Why) -> None:
        self._put(questions, at=today(), why=why, **asdict(question))


def _got(turn: Turn) -> str:
    """Return the topics that ``turn`` answered or offered."""
    if turn.reply.kind == "rephrase":
        return ""
    offered = [choice.target.removeprefix("topic:") for choice in turn.reply.choices]
    return turn.reply.topic if turn.reply.kind == "answer" else " ".join(offered)


def _asked_back(state: State) -> bool:
    """Tell whether the caller of ``state`` was asked "A, or B?"."""
    return state.place.startswith(("clarify:", "others:"))


def _heard(state: State) -> str:
    """Return the topic whose answer was heard at ``state``, or nothing."""
    head, _, rest = state.place.partition(":")
    return rest.partition(":")[0] if head in ("topic", "beside") else ""
