"""A call that never ends is ended kindly; danger and a person are heard even then."""

from dataclasses import replace

from ivr.helpline import Clock
from ivr.phone_words import Limits as Most
from ivr.phone_words import Prompts
from ivr.places import Places
from ivr.reply import URGENT, Reply
from ivr.state import State
from ivr.turn import Turn


class Limits:
    """Counts a call's turns and minutes in its State."""

    def __init__(self, most: Most, places: Places, prompts: Prompts, clock: Clock) -> None:
        """Allow ``most``, by the time of ``clock``."""
        self._most = most
        self._places = places
        self._prompts = prompts
        self._clock = clock

    def begun(self, call: str) -> State:
        """Return the State of ``call`` at its first turn."""
        return State(call, began=self._now())

    def kept(self, turn: Turn) -> Turn:
        """Return ``turn`` with one more turn counted, or the end of a call that went on too long."""
        turn = replace(turn, state=replace(turn.state, turns=turn.state.turns + 1))
        if not self._is_over(turn.state) or self._must_be_heard(turn):
            return turn
        return Turn(Reply("goodbye", self._places.said(self._prompts.long_call), then="hang_up"), turn.state)

    def _is_over(self, state: State) -> bool:
        minutes = (self._now() - state.began) / 60 if state.began else 0  # a token of an older version has no time
        return state.turns > self._most.turns or minutes >= self._most.minutes

    def _must_be_heard(self, turn: Turn) -> bool:
        if turn.reply.then == "dial":
            return turn.state.dials < self._most.transfers
        return turn.reply.kind in (*URGENT, "distress", "goodbye")

    def _now(self) -> int:
        return int(self._clock().timestamp())
