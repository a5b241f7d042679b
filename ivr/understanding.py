"""What a caller's words mean where they are said: danger first, then commands, choices, and Rasa."""

from dataclasses import dataclass

from ivr.content import Content
from ivr.hearing import spoken_key
from ivr.places import Places
from ivr.rasa import Dialogue, RasaUnavailable
from ivr.safety import Screen
from ivr.state import State
from ivr.sureness import CARING, Thresholds, Verdict, blend, judge
from ivr.wording import normalise

_SECOND_READING = 0.4  # seconds: it sharpens a doubt, and is not worth a caller's silence


@dataclass(frozen=True)
class Meaning:
    """What words mean; all empty: nobody could place them.

    ``topic`` is spoken or obeyed as it stands, ``key`` is as good as pressed, ``target`` is
    a place to go to by way of Rasa, ``guesses`` are topics to ask about. ``others`` are the
    next best topics after a ``target`` that was understood.
    """

    topic: str = ""
    key: str = ""
    target: str = ""
    guesses: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class Understanding:
    """Finds the meaning of words, with Rasa only where nothing nearer says it."""

    def __init__(self, content: Content, places: Places, dialogue: Dialogue, thresholds: Thresholds) -> None:
        """Know the phrases of ``content``; ask ``dialogue`` about everything else."""
        self._content = content
        self._places = places
        self._dialogue = dialogue
        self._thresholds = thresholds
        self._screen = Screen(content.red_flags)
        self._commands = {normalise(p): topic for topic, phrases in content.commands.items() for p in phrases}

    def meaning(self, words: str, state: State) -> Meaning:
        """Return what ``words`` mean to a caller at ``state``, or raise RasaUnavailable."""
        if flag := self._screen.find(words):
            return Meaning(topic=flag)
        if command := self._commands.get(normalise(words)):
            return Meaning(topic=command)
        if key := spoken_key(words):
            return Meaning(key=key)
        if target := self._choice_named(words, state):
            return Meaning(target=target)
        verdict = self._read(words, self._places.subject(state.place))
        if not self._cares(verdict) and (refusal := self._screen.find_refusal(words)):
            return Meaning(topic=refusal)
        if verdict.sure:
            return Meaning(target=f"topic:{verdict.topics[0]}", others=verdict.others)
        return Meaning(guesses=verdict.topics)

    def _cares(self, verdict: Verdict) -> bool:
        return verdict.sure and self._content.answers[verdict.topics[0]].kind in CARING

    def _choice_named(self, words: str, state: State) -> str:
        named = {normalise(choice.name): choice.target for choice in self._places.reply(state.place).choices}
        target = named.get(normalise(words), "")
        return target if target in state.keys else ""

    def _read(self, words: str, subject: str) -> Verdict:
        """Read ``words`` alone and, if that leaves doubt, once more after the ``subject`` last heard."""
        is_calm = self._screen.is_calm(words)
        alone = self._dialogue.parse(words)
        verdict = judge(alone, self._thresholds, self._content, is_calm=is_calm)
        if verdict.sure or not subject:
            return verdict
        try:
            in_context = self._dialogue.parse(f"{subject} and {words}", _SECOND_READING)
        except RasaUnavailable:
            return verdict
        return judge(blend(alone, in_context, self._thresholds), self._thresholds, self._content, is_calm=is_calm)
