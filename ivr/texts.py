"""The Helpline's number by text message: offered, asked for, sent after an explicit yes, once a call."""

from dataclasses import replace
from typing import Literal

from ivr.phone_words import Phone
from ivr.places import TEXT, Places
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
        if state.texting in ("offered", "declined"):
            state = moved(state, TEXT)
            return listening(self._places.here(state), state)
        return self._back(state, getattr(self._words, state.texting), state.texting)

    def declined(self, state: State) -> Turn:
        """Send nothing, and offer it no more; who asks for it may still have it."""
        return self._back(state, self._words.declined, "declined")

    def texted(self, state: State, outcome: Outcome) -> Turn:
        """Say what became of the text."""
        return self._back(state, self._words.sent if outcome == "sent" else self._words.not_sent, "done")

    def _back(self, state: State, prompt: str, texting: Texting) -> Turn:
        """Say ``prompt`` where the caller was before the question; every key means there what it meant."""
        if state.place == TEXT and state.trail:
            state = replace(state, place=state.trail[-1], trail=state.trail[:-1])
        state = replace(fresh(state), texting=texting)
        here = self._places.here(state)
        says = self._places.said(prompt, self._what_next)
        return listening(replace(here, kind="control", says=says, first_pass=""), state)
