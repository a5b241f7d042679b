"""What a caller's words mean where they are said: danger first, then commands, choices, and Rasa."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from ivr.content import Content
from ivr.context import Context
from ivr.hearing import Heard, spoken_key
from ivr.places import Places
from ivr.rasa import Dialogue, RasaUnavailable, Reading
from ivr.relayed import relayed
from ivr.reply import URGENT
from ivr.safety import Screen
from ivr.second_reading import blend, leans, reply_told
from ivr.state import State
from ivr.sureness import CARING, Verdict, answerable, corrected, doubted, judge
from ivr.thresholds import Thresholds
from ivr.turn import NOTHING_READ, Detail
from ivr.wording import in_context, normalise

_MOST_READ = 500  # characters: Rasa need not read a whole minute
_COMMANDS = ("control", "goodbye", "about")  # kinds
_FELT = ("emergency", "crisis", "distress")  # kinds that a yes or a no may sound like
_SECOND_READING = 0.4  # seconds: it sharpens a doubt, and is not worth a caller's silence


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
        self._context = Context(content)
        self._dialogue = dialogue
        self._thresholds = thresholds
        self._screen = Screen(content.red_flags)
        self._commands = {normalise(p): topic for topic, phrases in content.commands.items() for p in phrases}

    def meaning(self, heard: Heard, state: State) -> Meaning:
        """Return what the words ``heard`` mean to a caller at ``state``, or raise RasaUnavailable."""
        if flag := self._screen.find(heard.words):
            return Meaning(topic=flag, detail=Detail(flag))
        words = relayed(heard.words)
        if command := self._commands.get(normalise(words)):
            return Meaning(topic=command, detail=Detail(command))
        if key := spoken_key(words):
            return Meaning(key=key)
        if target := self._choice_named(words, state):
            return Meaning(target=target)
        verdict, detail = self._read(words[:_MOST_READ], state)
        if not self._is_no_advice(verdict) and (refusal := self._screen.find_refusal(words)):
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
        return Meaning(guesses=verdict.topics, detail=detail)

    def _is(self, verdict: Verdict, kinds: Collection[str]) -> bool:
        """Tell whether ``verdict`` is sure, and its topic of one of ``kinds``."""
        return verdict.sure and self._content.answers[verdict.topics[0]].kind in kinds

    def _tells_danger(self, verdict: Verdict) -> bool:
        """Tell whether ``verdict`` is danger, or comfort for a wish to die that may be meant."""
        beside = self._content.answers.get(verdict.beside)
        return self._is(verdict, URGENT) or bool(beside and beside.kind in URGENT)

    def _is_no_advice(self, verdict: Verdict) -> bool:
        """Tell whether no phrase of a question for advice overrules ``verdict``: it helps, or is about the line."""
        return self._is(verdict, (*CARING, "about"))

    def _sure_answer(self, verdict: Verdict) -> str:
        return verdict.topics[0] if verdict.sure and answerable(verdict.topics[0], self._content) else ""

    def _choice_named(self, words: str, state: State) -> str:
        named = {normalise(choice.name): choice.target for choice in self._places.here(state).choices}
        target = named.get(normalise(words), "")
        return target if target in state.keys else ""

    def _read(self, words: str, state: State) -> tuple[Verdict, Detail]:
        """Read ``words`` alone and, if they lean on what was heard or leave doubt, once more after it."""
        is_calm = self._screen.is_calm(words)
        reading = self._dialogue.parse(words)
        verdict = judge(reading, self._thresholds, self._content, is_calm=is_calm)
        readings = 1
        if self._needs_context(reading, verdict, state) and (second := self._in_context(words, state)):
            readings = 2
            if reply := self._reply(second, reading, verdict, state):
                return Verdict(reply[:1], sure=True), Detail(reply[0], (reply,), readings)
            if not self._is(verdict, (*CARING, *_COMMANDS)):
                reading = blend(reading, second, self._thresholds)
                verdict = judge(reading, self._thresholds, self._content, is_calm=is_calm)
        if self._screen.is_correction(words):
            verdict = corrected(verdict, self._context.answered(state.place), reading, self._content)
        ranking = tuple((topic, share) for topic, share in reading.ranking if topic in self._content.answers)
        topic = verdict.topics[0] if verdict.sure else ""
        return verdict, Detail(topic, ranking, readings, self._context.about(state.place))

    def _reply(self, second: Reading, first: Reading, alone: Verdict, state: State) -> tuple[str, float] | None:
        """Return the topic to obey, and its share, if ``second`` is a yes or a no to what was offered; else None."""
        told = reply_told(second, self._thresholds, to_danger=self._tells_danger(alone))
        if not told or not self._context.asks(state):
            return None
        share, outright = dict(second.reply)[told], self._context.asks_outright(state)
        if told == "yes" and self._is(alone, ("transfer",)):
            return None  # to be put through, not to hear more, nor "did you ask about A?"
        if not outright and self._is_surer(alone, first, share):
            return None
        does = "more" if told == "yes" and not outright else told
        topics = (topic for topic, answer in self._content.answers.items() if answer.then == does)
        return next(((topic, share) for topic in topics), None)

    def _is_surer(self, alone: Verdict, reading: Reading, share: float) -> bool:
        """Tell whether words ``alone`` are as sure as ``share`` of what is no danger and no feeling."""
        if not alone.sure or self._is(alone, _FELT):
            return False
        return dict(reading.ranking).get(alone.topics[0], 0.0) >= share

    def _needs_context(self, reading: Reading, verdict: Verdict, state: State) -> bool:
        """Tell whether a second reading may change ``verdict``: danger, commands and fixed follow-ups stand.

        After an offer only fixed follow-ups do: a yes or a no may be told as anything else. After "to hear more, press
        9" commands and the wish for a person do too: few answer that, and many say goodbye.
        """
        if not self._context.heard(state.place):
            return False
        if not verdict.sure:
            return True
        if self._is(verdict, ("clarify",)):  # "how long does it take": a rule knows what "it" is
            return self._context.about(state.place) == "nothing"
        if self._context.asks(state):
            return self._context.asks_outright(state) or not self._is(verdict, ("transfer", *_COMMANDS))
        return self._is(verdict, ("answer", "refuse")) and leans(reading, self._thresholds)

    def _in_context(self, words: str, state: State) -> Reading | None:
        try:
            return self._dialogue.parse(in_context(self._context.heard(state.place), words), _SECOND_READING)
        except RasaUnavailable:
            return None
