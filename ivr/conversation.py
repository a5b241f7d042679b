"""What to say next. Pure: no HTTP, no TwiML, and the only I/O is the Dialogue passed in."""

from dataclasses import replace

from ivr.content import Content
from ivr.context import Context
from ivr.hearing import Heard
from ivr.limits import Limits
from ivr.moves import Moves
from ivr.places import BESIDE, CALL_BACK, MENU, NUMBERS, Places
from ivr.rasa import Dialogue, RasaUnavailable
from ivr.recovery import Recovery
from ivr.reply import URGENT
from ivr.state import State, Texting
from ivr.texts import Outcome, Texts
from ivr.thresholds import Thresholds
from ivr.turn import Turn, listening, moved
from ivr.understanding import Meaning, Understanding

_THE_NUMBER = "topic:helpline_number"
_CHATTER = "topic:off_topic"
# DialCallStatus -> the prompt that follows (https://www.twilio.com/docs/voice/twiml/dial).
_DIAL_OUTCOMES = {
    "completed": "completed",
    "answered": "completed",
    "busy": "busy",
    "no-answer": "no_answer",
}


class Conversation:
    """Leads one call after another; holds nothing of any of them."""

    def __init__(
        self, content: Content, places: Places, limits: Limits, dialogue: Dialogue, thresholds: Thresholds
    ) -> None:
        """Speak ``content`` through ``places`` within ``limits``; ask ``dialogue`` what callers mean."""
        self._prompts = content.phone.prompts
        self._places = places
        self._context = Context(content)
        self._limits = limits
        self._recovery = Recovery(places, self._prompts)
        self._texts = Texts(places, content.phone)
        self._moves = Moves(content, places, self._texts, dialogue)
        self._understanding = Understanding(content, places, dialogue, thresholds)

    def start(self, call: str, texting: Texting = "not_set_up") -> Turn:
        """Greet the caller of ``call`` and read the menu; ``texting`` is what is known of their phone."""
        return listening(self._places.welcome(), replace(self._limits.begun(call), texting=texting))

    def turn(self, state: State, heard: Heard) -> Turn:
        """Return what follows ``heard`` when the caller is at ``state``."""
        return self._limits.kept(self._heard(state, heard))

    def dialled(self, state: State, outcome: str) -> Turn:
        """Return what follows a transfer that ended with ``outcome`` (DialCallStatus)."""
        name = _DIAL_OUTCOMES.get(outcome, "failed")
        place = MENU if name == "completed" else CALL_BACK
        state = moved(state, place, dials=state.dials + 1)
        offers = place == CALL_BACK and state.texting == "offered"
        return listening(self._places.call_back(getattr(self._prompts, name), by_text=offers), state)

    def texted(self, state: State, outcome: Outcome) -> Turn:
        """Return what follows a text that was sent, or was not."""
        return self._texts.texted(state, outcome)

    # What was heard.

    def _heard(self, state: State, heard: Heard) -> Turn:
        if heard.key:
            return self._pressed(replace(state, silences=0), heard.key)
        if heard.words:
            return self._spoken(replace(state, silences=0), heard)
        state = replace(state, silences=state.silences + 1)
        return self._recovery.after_silence(state) or self._moves.connect(state)

    def _pressed(self, state: State, key: str) -> Turn:
        if key in self._moves.keys:
            return self._moves.keys[key](state)
        if key.isdecimal() and 1 <= int(key) <= len(state.keys):
            return self._moves.go(state, state.keys[int(key) - 1])
        here = state if state.keys else replace(state, place=MENU)  # where there is nothing to choose, the menu is
        return self._moves.again(here, self._prompts.no_such_key, kind="rephrase")

    def _spoken(self, state: State, heard: Heard) -> Turn:
        try:
            meaning = self._understanding.meaning(heard, state)
        except RasaUnavailable:
            return self._keys_only(state)
        return replace(self._meant(state, meaning), detail=meaning.detail)

    def _meant(self, state: State, meaning: Meaning) -> Turn:
        is_placed = meaning.key or meaning.topic or meaning.guesses or meaning.target not in ("", _CHATTER)
        if state.waiting and not is_placed:
            return self._moves.again(state)  # "that was the postman": told in any words, they are back
        if meaning.key:
            return self._pressed(state, meaning.key)
        if meaning.topic or meaning.target:
            if meaning.target == _THE_NUMBER and self._context.heard_of_samaritans(state.place):
                return self._moves.enter(state, NUMBERS)  # "that number" may be either
            turn = self._moves.follow(state, meaning.topic) if meaning.topic else self._moves.go(state, meaning.target)
            if meaning.beside and turn.reply.kind in ("distress", "refuse"):
                return self._moves.enter(state, f"{BESIDE}{turn.state.place.removeprefix('topic:')}:{meaning.beside}")
            others = meaning.others if turn.reply.kind == "answer" else ()
            return replace(turn, state=replace(turn.state, others=others))
        if meaning.guesses:
            return self._moves.enter(state, ":".join(("clarify", *meaning.guesses)))
        state = replace(state, misses=state.misses + 1)
        return self._recovery.after_no_match(state) or self._moves.connect(state)

    def _keys_only(self, state: State) -> Turn:
        if self._places.here(state).kind in URGENT:
            return self._moves.again(state)
        return self._moves.again(replace(state, place=MENU), self._prompts.keys_only, kind="degraded")
