"""The Helpline's number by text message: offered, asked for, sent after an explicit yes, once a call."""

from dataclasses import replace
from typing import Literal

from ivr.phone_words import Phone
from ivr.places import CALL_BACK, CLOSED, MENU, TEXT, Places
from ivr.state import State, Texting
from ivr.turn import Turn, fresh, listening, moved

Outcome = Literal["sent", "failed"]


class Texts:
    """Leads a caller who asks for a text; who cannot have one is told why, and the number."""

    def __init__(self, places: Places, phone: Phone) -> None:
        """Speak ``phone``'s words; afterwards the caller is where they were in ``places``."""
        self._places = places
        self._words = phone.texts
        self._what_next = phone.prompts.what_next

    def asked(self, state: State) -> Turn:
        """Ask whether the text shall be sent, or say why there can be none."""
        if state.texting not in ("offered", "declined"):
            return self._back(state, getattr(self._words, state.texting), state.texting)
        if state.place == TEXT:  # asked for again in place of a yes
            return self._question(state, self._words.say_yes)
        return self._question(moved(state, TEXT), self._words.ask, self._words.warning)

    def declined(self, state: State) -> Turn:
        """Send nothing, and offer it no more; who asks for it may still have it."""
        return self._back(state, self._words.declined, "declined")

    def texted(self, state: State, outcome: Outcome) -> Turn:
        """Say what became of the text."""
        return self._back(state, self._words.sent if outcome == "sent" else self._words.not_sent, "done")

    def _question(self, state: State, question: str, warning: str = "") -> Turn:
        """Ask ``question``, after a ``warning`` that no key cuts short."""
        here = self._places.here(state)
        says = (*self._places.said(question), *self._places.choice_lines(here.choices))
        return listening(replace(here, says=says, first_pass=warning), state)

    def _back(self, state: State, prompt: str, texting: Texting) -> Turn:
        """Say ``prompt`` where the caller was before the question; every key means there what it meant.

        Where nobody was reached, the keys were for the text: the menu is read.
        """
        trail = tuple(place for place in state.trail if place != TEXT)
        if state.place == TEXT:
            state = replace(state, place=trail[-1] if trail else MENU, trail=trail[:-1])
        if state.place in (CALL_BACK, CLOSED):
            state = replace(state, place=MENU)
        state = replace(fresh(state), texting=texting)
        here = self._places.here(state)
        ways_on = here.says if state.place == MENU else self._places.said(self._what_next)
        says = (*self._places.said(prompt), *ways_on)
        # No yes: "good" is to these words, not to what was offered before them.
        return listening(replace(here, kind="control", says=says, first_pass="", yes=""), state)
