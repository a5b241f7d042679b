"""What to say next. Pure: no HTTP, no TwiML, and the only I/O is the Dialogue passed in."""

from collections.abc import Callable
from dataclasses import replace

from ivr.content import Answer, Content
from ivr.context import Context
from ivr.hearing import Heard
from ivr.limits import Limits
from ivr.places import BESIDE, CALL_BACK, CLOSED, DO_NOT_SEND, MENU, NUMBERS, PERSON, SEND, STAYING, TEXT, Places
from ivr.rasa import Dialogue, RasaUnavailable
from ivr.recovery import Recovery
from ivr.reply import URGENT, Kind
from ivr.state import State, Texting
from ivr.texts import Outcome, Texts
from ivr.thresholds import Thresholds
from ivr.turn import Turn, fresh, listening, moved
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
        self._content = content
        self._prompts = content.phone.prompts
        self._places = places
        self._context = Context(content)
        self._limits = limits
        self._dialogue = dialogue
        self._recovery = Recovery(places, self._prompts)
        self._texts = Texts(places, content.phone)
        self._understanding = Understanding(content, places, dialogue, thresholds)
        self._obey: dict[str, Callable[[State], Turn]] = {
            "person": self._connect,
            "menu": lambda state: self._enter(state, MENU),
            "repeat": self._repeat,
            "slower": lambda state: self._pace(state, slow=True),
            "normal_speed": lambda state: self._pace(state, slow=False),
            "back": self._back,
            "more": self._more,
            "yes": self._yes,
            "no": self._no,
            "text": self._texts.asked,
        }
        self._keys = {
            "0": self._connect,
            "*": self._obey["menu"],
            "#": self._repeat,
            "7": lambda state: self._pace(state, slow=not state.slow),
            "8": self._back,
            "9": self._more,
        }

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
        return self._recovery.after_silence(state) or self._connect(state)

    def _pressed(self, state: State, key: str) -> Turn:
        if key in self._keys:
            return self._keys[key](state)
        if key.isdecimal() and 1 <= int(key) <= len(state.keys):
            return self._go(state, state.keys[int(key) - 1])
        here = state if state.keys else replace(state, place=MENU)  # where there is nothing to choose, the menu is
        return self._again(here, self._prompts.no_such_key, kind="rephrase")

    def _spoken(self, state: State, heard: Heard) -> Turn:
        try:
            meaning = self._understanding.meaning(heard, state)
        except RasaUnavailable:
            return self._keys_only(state)
        return replace(self._meant(state, meaning), detail=meaning.detail)

    def _meant(self, state: State, meaning: Meaning) -> Turn:
        is_placed = meaning.key or meaning.topic or meaning.guesses or meaning.target not in ("", _CHATTER)
        if state.waiting and not is_placed:
            return self._again(state)  # "that was the postman": told in any words, they are back
        if meaning.key:
            return self._pressed(state, meaning.key)
        if meaning.topic or meaning.target:
            if meaning.target == _THE_NUMBER and self._context.heard_of_samaritans(state.place):
                return self._enter(state, NUMBERS)  # "that number" may be either
            turn = self._follow(state, meaning.topic) if meaning.topic else self._go(state, meaning.target)
            if meaning.beside and turn.reply.kind in ("distress", "refuse"):
                return self._enter(state, f"{BESIDE}{turn.state.place.removeprefix('topic:')}:{meaning.beside}")
            others = meaning.others if turn.reply.kind == "answer" else ()
            return replace(turn, state=replace(turn.state, others=others))
        if meaning.guesses:
            return self._enter(state, ":".join(("clarify", *meaning.guesses)))
        state = replace(state, misses=state.misses + 1)
        return self._recovery.after_no_match(state) or self._connect(state)

    def _keys_only(self, state: State) -> Turn:
        if self._places.here(state).kind in URGENT:
            return self._again(state)
        return self._again(replace(state, place=MENU), self._prompts.keys_only, kind="degraded")

    # Where it leads.

    def _go(self, state: State, target: str) -> Turn:
        """Go where a key or an understood question leads; Rasa decides about topics."""
        head, _, topic = target.partition(":")
        if head != "topic" or ":" in topic or topic not in self._content.answers:
            return self._enter(state, target)
        try:
            led = self._dialogue.lead(state.call, topic, self._context.about(state.place))
        except RasaUnavailable:
            led = topic
        return self._follow(state, led if led in self._content.answers else topic)

    def _follow(self, state: State, topic: str) -> Turn:
        """Obey ``topic`` if it is a command, else speak its answer."""
        answer = self._content.answers[topic]
        if answer.then == "wait":
            return self._wait(state, answer)
        command = self._obey.get(answer.then)
        return command(state) if command else self._enter(state, f"topic:{topic}")

    def _enter(self, state: State, place: str) -> Turn:
        if place == PERSON:
            return self._connect(state)
        if place == SEND:
            may = state.texting in ("offered", "declined")
            return Turn(self._places.here(state), state, sends_text=True) if may else self._texts.asked(state)
        if place == DO_NOT_SEND:
            return self._texts.declined(state)
        state = moved(state, place)
        return listening(self._places.here(state), state)

    def _connect(self, state: State) -> Turn:
        reply = self._places.reply(PERSON)
        if reply.then == "dial":
            return Turn(reply, state)  # no new place: after the transfer "repeat" must not ring again
        state = moved(state, CLOSED, dials=state.dials + 1)
        return listening(self._places.here(state), state)

    # Commands.

    def _repeat(self, state: State) -> Turn:
        return self._again(state)

    def _pace(self, state: State, *, slow: bool) -> Turn:
        prompt = self._prompts.slower if slow else self._prompts.normal_speed
        return self._again(replace(state, slow=slow), prompt)

    def _back(self, state: State) -> Turn:
        trail = tuple(place for place in state.trail if place != TEXT)  # that question is not asked by going back
        if not trail:
            return self._again(replace(state, place=MENU, trail=()), self._prompts.first_place)
        return self._again(replace(state, place=trail[-1], trail=trail[:-1]))

    def _more(self, state: State) -> Turn:
        if state.more:
            return self._enter(state, state.more)
        return self._again(state, self._prompts.no_more)

    def _wait(self, state: State, answer: Answer) -> Turn:
        """Say ``answer`` and hold the line; every key means what it meant before."""
        here = self._places.here(state)
        says = self._places.said(answer.parts[0].text)
        # No yes: "okay" is to these words, not to the question before them.
        reply = replace(here, kind="control", says=says, first_pass="", patience="wait", yes="")
        return listening(reply, replace(fresh(state), waiting=True))

    def _yes(self, state: State) -> Turn:
        """Take what was offered; where nothing was, say the choice or the way on again."""
        if target := state.yes or state.more:
            return self._go(state, target)
        here = self._places.here(state)
        if (here.choices and here.kind != "answer") or here.kind in URGENT:
            return self._again(state)
        says = self._places.said(self._prompts.what_next)
        return listening(replace(here, kind="control", says=says, first_pass="", yes=""), fresh(state))

    def _no(self, state: State) -> Turn:
        """Go back to a choice: the next best topics if the answer was a guess, else the menu.

        Who was comforted is read no menu: a wish to die may be told as "no, it's alright" (docs/decisions/0023).
        """
        if state.place == TEXT:
            return self._texts.declined(state)
        if self._context.was_comforted(state):
            return self._enter(state, STAYING)
        if state.place in (STAYING, NUMBERS):
            return self._again(state)
        if len(state.others) == 2 and state.place.startswith("topic:"):
            return self._enter(state, ":".join(("others", *state.others)))
        return self._again(replace(state, place=MENU, trail=state.trail_from_here(MENU)), self._prompts.which_one)

    def _again(self, state: State, prompt: str = "", kind: Kind = "control") -> Turn:
        """Say what is heard at the caller's place once more, after ``prompt``."""
        here = self._places.here(state)
        says = (*self._places.said(prompt), *here.says)
        kept = here.kind if here.kind in URGENT else kind
        return listening(replace(here, kind=kept, says=says, first_pass=""), fresh(state))
