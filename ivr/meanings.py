"""What counts as what in a report, in plain words: the five rates, the steps of a path, where a call ended."""

from collections.abc import Callable
from itertools import groupby

from ivr.logged_calls import LoggedCall

MOST_STEPS = 4
_THEN = " \N{RIGHTWARDS ARROW} "
_HELPED = {"answer", "about", "refuse", "emergency", "crisis", "distress", "transfer"}

RATES: tuple[tuple[str, str, Callable[[LoggedCall], bool]], ...] = (
    (
        "Answered",
        "The caller heard at least one answer from the leaflet.",
        lambda call: _any(call, kinds={"answer"}),
    ),
    (
        "Reached a person",
        "The caller was put through and the Helpline's telephone was picked up; a recorded message there counts too. "
        "Who hung up and dialled the number themselves is not counted: the line cannot know.",
        lambda call: "transfer_completed" in call.outcomes,
    ),
    (
        "Clarified",
        'The line was in doubt at least once and asked "Did you ask about A, or B?".',
        lambda call: _any(call, kinds={"clarify"}),
    ),
    (
        "No answer found",
        "At least one question in the caller's own words was not understood, or the leaflet does not answer it.",
        lambda call: _any(call, kinds={"refuse", "rephrase", "degraded"}, hows={"speech"}),
    ),
    (
        "Hung up early",
        "The call ended before the caller heard any answer, help in danger or distress, or was put through. Wrong "
        "numbers are among them.",
        lambda call: not _any(call, kinds=_HELPED),
    ),
)
"""Each rate: its name, what it means, and whether a call counts. One call may count in several, or in none."""

STEPS = {
    "menu": "choices",
    "answer": "answer",
    "clarify": "A or B?",
    "rephrase": "not understood",
    "silence": "silence",
    "refuse": "not in the leaflet",
    "emergency": "danger",
    "crisis": "danger",
    "distress": "comfort",
    "transfer": "a person",
    "about": "about the line",
    "control": "repeat or wait",
    "goodbye": "goodbye",
    "degraded": "speech not possible",
}
"""What a kind of reply is called in a path."""

ENDINGS = {
    "in the greeting": (),
    "in a list of choices": ("menu",),
    'at "Did you ask about A, or B?"': ("clarify",),
    "when words were not understood": ("rephrase", "degraded"),
    "when the leaflet had no answer": ("refuse",),
    "in silence": ("silence",),
    "after an answer": ("answer", "about", "control"),
    "after help in danger or distress": ("emergency", "crisis", "distress"),
    "put through, or told it is closed": ("transfer",),
    "after goodbye": ("goodbye",),
}
"""Where calls end, by the kinds of their last reply."""


def path(call: LoggedCall) -> str:
    """Return the first steps of ``call`` after the greeting."""
    steps = [step for step, _ in groupby(STEPS.get(turn.kind, turn.kind) for turn in call.turns[1:])]
    more = f"{_THEN}..." if len(steps) > MOST_STEPS else ""
    return _THEN.join(steps[:MOST_STEPS]) + more


def ending(call: LoggedCall) -> str:
    """Return which of ENDINGS ``call`` came to."""
    if len(call.turns) == 1:
        return next(iter(ENDINGS))
    last = call.turns[-1].kind
    return next((name for name, kinds in ENDINGS.items() if last in kinds), "after an answer")


def _any(call: LoggedCall, kinds: set[str], hows: set[str] | None = None) -> bool:
    return any(turn.kind in kinds and (not hows or turn.how in hows) for turn in call.turns)
