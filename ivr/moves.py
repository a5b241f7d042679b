"""Where a call goes next: what a key, a topic or a command does."""

from collections.abc import Callable
from dataclasses import replace

from ivr.content import Answer, Content
from ivr.context import Context
from ivr.places import CLOSED, DO_NOT_SEND, MENU, NUMBERS, PERSON, SEND, STAYING, TEXT, Places
from ivr.rasa import Dialogue, RasaUnavailable
from ivr.reply import URGENT, Kind
from ivr.state import State
from ivr.texts import Texts
from ivr.turn import Turn, fresh, listening, moved


class Moves:
    """Takes a caller on; ``keys`` are those that mean the same everywhere."""

    def __init__(self, content: Content, places: Places, texts: Texts, dialogue: Dialogue) -> None:
        """Move among ``places``; ask ``dialogue`` which topic is to be spoken."""
        self._content = content
        self._prompts = content.phone.prompts
        self._places = places
        self._texts = texts
        self._dialogue = dialogue
        self._context = Context(content)
        self._obey: dict[str, Callable[[State], Turn]] = {
            "person": self.connect,
            "menu": lambda state: self.enter(state, MENU),
            "repeat": self._repeat,
            "slower": lambda state: self._pace(state, slow=True),
            "normal_speed": lambda state: self._pace(state, slow=False),
            "back": self._back,
            "more": self._more,
            "yes": self._yes,
            "no": self._no,
            "text": self._texts.asked,
        }
        self.keys = {
            "0": self.connect,
            "*": self._obey["menu"],
            "#": self._repeat,
            "7": lambda state: self._pace(state, slow=not state.slow),
            "8": self._back,
            "9": self._more,
        }

    def go(self, state: State, target: str) -> Turn:
        """Go where a key or an understood question leads; Rasa decides about topics."""
        head, _, topic = target.partition(":")
        if head != "topic" or ":" in topic or topic not in self._content.answers:
            return self.enter(state, target)
        try:
            led = self._dialogue.lead(state.call, topic, self._context.about(state.place))
        except RasaUnavailable:
            led = topic
        return self.follow(state, led if led in self._content.answers else topic)

    def follow(self, state: State, topic: str) -> Turn:
        """Obey ``topic`` if it is a command, else speak its answer."""
        answer = self._content.answers[topic]
        if answer.then == "wait":
            return self._wait(state, answer)
        command = self._obey.get(answer.then)
        return command(state) if command else self.enter(state, f"topic:{topic}")

    def enter(self, state: State, place: str) -> Turn:
        """Move to ``place``, which may be a person, or a yes or a no to a text."""
        if place == PERSON:
            return self.connect(state)
        if place == SEND:
            may = state.texting in ("offered", "declined")
            return Turn(self._places.here(state), state, sends_text=True) if may else self._texts.asked(state)
        if place == DO_NOT_SEND:
            return self._texts.declined(state)
        state = moved(state, place)
        return listening(self._places.here(state), state)

    def connect(self, state: State) -> Turn:
        """Put the caller through to a person; where the Helpline is closed, say so."""
        reply = self._places.reply(PERSON)
        if reply.then == "dial":
            return Turn(reply, state)  # no new place: after the transfer "repeat" must not ring again
        state = moved(state, CLOSED, dials=state.dials + 1)
        return listening(self._places.here(state), state)

    def again(self, state: State, prompt: str = "", kind: Kind = "control") -> Turn:
        """Say what is heard at the caller's place once more, after ``prompt``."""
        here = self._places.here(state)
        says = (*self._places.said(prompt), *here.says)
        kept = here.kind if here.kind in URGENT else kind
        return listening(replace(here, kind=kept, says=says, first_pass=""), fresh(state))

    # Commands.

    def _repeat(self, state: State) -> Turn:
        return self.again(state)

    def _pace(self, state: State, *, slow: bool) -> Turn:
        prompt = self._prompts.slower if slow else self._prompts.normal_speed
        return self.again(replace(state, slow=slow), prompt)

    def _back(self, state: State) -> Turn:
        trail = tuple(place for place in state.trail if place != TEXT)  # that question is not asked by going back
        if not trail:
            return self.again(replace(state, place=MENU, trail=()), self._prompts.first_place)
        return self.again(replace(state, place=trail[-1], trail=trail[:-1]))

    def _more(self, state: State) -> Turn:
        if state.more:
            return self.enter(state, state.more)
        return self.again(state, self._prompts.no_more)

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
            return self.go(state, target)
        here = self._places.here(state)
        if (here.choices and here.kind != "answer") or here.kind in URGENT:
            return self.again(state)
        says = self._places.said(self._prompts.what_next)
        return listening(replace(here, kind="control", says=says, first_pass="", yes=""), fresh(state))

    def _no(self, state: State) -> Turn:
        """Go back to a choice: the next best topics if the answer was a guess, else the menu.

        Who was comforted is read no menu: a wish to die may be told as "no, it's alright" (docs/decisions/0023).
        """
        if state.place == TEXT:
            return self._texts.declined(state)
        if self._context.was_comforted(state):
            return self.enter(state, STAYING)
        if state.place in (STAYING, NUMBERS):
            return self.again(state)
        if len(state.others) == 2 and state.place.startswith("topic:"):
            return self.enter(state, ":".join(("others", *state.others)))
        return self.again(replace(state, place=MENU, trail=state.trail_from_here(MENU)), self._prompts.which_one)
