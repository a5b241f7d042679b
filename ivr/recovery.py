"""Silence, and words nobody could place: three different prompts, then a person, never a dead line."""

from dataclasses import replace

from ivr.phone_words import Prompts
from ivr.places import BESIDE, MENU, PERSON, TEXT, Places
from ivr.reply import URGENT, Kind, Reply
from ivr.state import State
from ivr.turn import Turn, listening


class Recovery:
    """Says what helps a caller on; None where only a person is left."""

    def __init__(self, places: Places, prompts: Prompts) -> None:
        """Speak ``prompts``, with the choices of ``places`` where they help."""
        self._places = places
        self._prompts = prompts

    def after_silence(self, state: State) -> Turn | None:
        """Return what follows silence number ``state.silences`` in a row."""
        if state.silences > len(self._prompts.silence):
            return self._give_up(state) if state.dials else None
        here = self._places.here(state)
        if here.kind in URGENT:  # an emergency is said again; no menu is read over it
            return listening(replace(here, first_pass=""), state)
        return self._escalate(state, self._prompts.silence, state.silences, "silence")

    def after_no_match(self, state: State) -> Turn | None:
        """Return what follows words nobody could place, ``state.misses`` times in a row."""
        if state.misses > len(self._prompts.no_match):
            return None
        here = self._places.here(state)
        if here.kind in URGENT:
            return listening(replace(here, first_pass=""), state)
        return self._escalate(state, self._prompts.no_match, state.misses, "rephrase")

    def _escalate(self, state: State, prompts: tuple[str, ...], times: int, kind: Kind) -> Turn:
        """Speak prompt number ``times``: first with the choices here, then the keys, then a person."""
        place = state.place if times == 1 else MENU
        here = self._places.here(replace(state, place=place))
        choices = self._places.choice_lines(here.choices) if times < len(prompts) else ()
        # "Yes" must be heard as an answer to the question, not to "are you still there?", nor to "press 1".
        if place == TEXT or place.startswith(BESIDE):
            choices = here.says
        reply = replace(
            here,
            kind=kind,
            topic="",
            says=(*self._places.said(prompts[times - 1]), *choices),
            first_pass="",
            yes=PERSON if times == len(prompts) else here.yes,
        )
        return listening(reply, replace(state, place=place, trail=state.trail_from_here(place)))

    def _give_up(self, state: State) -> Turn:
        """Say goodbye to a caller whom no person and no prompt could reach."""
        says = self._places.said(self._prompts.tired_of_trying)
        return Turn(Reply("goodbye", says, then="hang_up"), state)
