"""What a caller's words mean where they are said: danger first, then commands, choices, and Rasa."""

from dataclasses import dataclass, replace

from ivr.content import Content, Refusal
from ivr.hearing import Heard, spoken_key
from ivr.places import Places
from ivr.rasa import Dialogue
from ivr.reader import Reader
from ivr.relayed import relayed
from ivr.safety import Screen
from ivr.sounds import by_sound, sound
from ivr.state import State
from ivr.sureness import CARING, WEIGHTY, Verdict, answerable, doubted, is_of, likelier_command
from ivr.thresholds import Thresholds
from ivr.turn import NOTHING_READ, Detail
from ivr.wording import normalise

_MOST_READ = 500  # characters: Rasa need not read a whole minute


@dataclass(frozen=True)
class Meaning:
    """What words mean; all empty: nobody could place them.

    ``topic`` is spoken or obeyed as it stands, ``key`` is as good as pressed, ``target`` is
    a place to go to by way of Rasa, ``guesses`` are topics to ask about. ``others`` are the
    next best topics after a ``target`` that was understood, ``beside`` is an answer to offer with words that
    comfort or refuse. ``detail`` tells how.
    """

    topic: str = ""
    key: str = ""
    target: str = ""
    guesses: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    beside: str = ""
    detail: Detail = NOTHING_READ


class Understanding:
    """Finds the meaning of words, with Rasa only where nothing nearer says it."""

    def __init__(self, content: Content, places: Places, dialogue: Dialogue, thresholds: Thresholds) -> None:
        """Know the phrases of ``content``; ask ``dialogue`` about everything else."""
        self._content = content
        self._places = places
        self._thresholds = thresholds
        self._screen = Screen(content.red_flags)
        self._reader = Reader(content, self._screen, dialogue, thresholds)
        self._commands = {normalise(p): topic for topic, phrases in content.commands.items() for p in phrases}
        weighty = {topic for topic, answer in content.answers.items() if answer.then in WEIGHTY}
        self._by_sound = by_sound(self._commands, risky=weighty)

    def meaning(self, heard: Heard, state: State) -> Meaning:
        """Return what the words ``heard`` mean to a caller at ``state``, or raise RasaUnavailable."""
        if flag := self._screen.find(heard.words):
            return Meaning(topic=flag, detail=Detail(flag))
        words = relayed(heard.words)
        if command := self._commands.get(normalise(words)) or self._by_sound.get(sound(words)):
            return Meaning(topic=command, detail=Detail(command))
        if key := spoken_key(words):
            return Meaning(key=key)
        if target := self._choice_named(words, state):
            return Meaning(target=target)
        verdict, detail = self._reader.read(words[:_MOST_READ], state)
        if (refusal := self._screen.find_refusal(words)) and not self._stands(verdict, refusal):
            return Meaning(
                topic=refusal.topic,
                beside=self._sure_answer(verdict) if refusal.offers_answer else "",
                detail=replace(detail, topic=refusal.topic),
            )
        if heard.clarity is not None and heard.clarity < self._thresholds.unclear_speech:
            verdict = doubted(verdict, self._content)
        if verdict.sure:
            target = f"topic:{verdict.topics[0]}"
            return Meaning(target=target, others=verdict.others, beside=verdict.beside, detail=detail)
        if not verdict.topics and (command := likelier_command(detail.ranking, self._thresholds, self._content)):
            return Meaning(topic=command, detail=replace(detail, topic=command))
        return Meaning(guesses=verdict.topics, detail=detail)

    def _stands(self, verdict: Verdict, refusal: Refusal) -> bool:
        """Tell whether no phrase of ``refusal`` overrules ``verdict``: it helps, or tells of the line.

        Nor does one of mere advice overrule a command ("shall we go back to the start"), but for goodbye: "should i
        stop now" hangs up on nobody.
        """
        standing = (*CARING, "about", "control") if refusal.offers_answer else (*CARING, "about")
        return is_of(verdict, standing, self._content)

    def _sure_answer(self, verdict: Verdict) -> str:
        return verdict.topics[0] if verdict.sure and answerable(verdict.topics[0], self._content) else ""

    def _choice_named(self, words: str, state: State) -> str:
        named = {normalise(choice.name): choice.target for choice in self._places.here(state).choices}
        target = named.get(normalise(words), "")
        return target if target in state.keys else ""
