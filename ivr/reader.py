"""Reads words by Rasa where they are said: alone and, where that may tell more, after what was heard."""

from ivr.content import Content
from ivr.context import Context
from ivr.rasa import Dialogue, RasaUnavailable, Reading
from ivr.reply import URGENT
from ivr.safety import Screen
from ivr.second_reading import blend, leans, reply_told
from ivr.state import State
from ivr.sureness import CARING, Verdict, corrected, is_of, judge
from ivr.thresholds import Thresholds
from ivr.turn import Detail
from ivr.wording import in_context

_COMMANDS = ("control", "goodbye", "about")  # kinds
_CATCHING = (*URGENT, "distress", "refuse")  # kinds that words are taken for which are like nothing learned
_SECOND_READING = 0.4  # seconds: it sharpens a doubt, and is not worth a caller's silence


class Reader:
    """Decides by one reading or two what words mean to a caller at a place."""

    def __init__(self, content: Content, screen: Screen, dialogue: Dialogue, thresholds: Thresholds) -> None:
        """Ask ``dialogue`` for readings, and judge them by ``thresholds``."""
        self._content = content
        self._context = Context(content)
        self._screen = screen
        self._dialogue = dialogue
        self._thresholds = thresholds

    def read(self, words: str, state: State) -> tuple[Verdict, Detail]:
        """Read ``words`` alone and, if they lean on what was heard or leave doubt, once more after it."""
        is_calm = self._screen.is_calm(words)
        reading = self._dialogue.parse(words)
        verdict = judge(reading, self._thresholds, self._content, is_calm=is_calm)
        readings, about, is_correction = 1, self._context.about(state.place), self._screen.is_correction(words)
        if self._needs_context(reading, verdict, state) and (second := self._in_context(words, state)):
            readings = 2
            offered = self._context.asks(state)
            if offered and (reply := self._reply(second, reading, verdict, state)) and not is_correction:
                return Verdict(reply[:1], sure=True), Detail(reply[0], (reply,), readings, about)
            is_vague = not verdict.sure or self._is(verdict, "refuse", *_COMMANDS)
            if offered and is_vague and (hint := self._hint(second)):
                return hint, Detail(hint.topics[0], second.ranking, readings, about)
            stands_alone = verdict.sure and not leans(reading, self._thresholds)
            if not stands_alone and not self._is(verdict, *CARING, *_COMMANDS):
                reading = blend(reading, second, self._thresholds)
                verdict = judge(reading, self._thresholds, self._content, is_calm=is_calm)
        if is_correction:
            verdict = corrected(verdict, self._context.answered(state.place), reading, self._content)
        ranking = tuple((topic, share) for topic, share in reading.ranking if topic in self._content.answers)
        topic = verdict.topics[0] if verdict.sure else ""
        return verdict, Detail(topic, ranking, readings, about)

    def _reply(self, second: Reading, first: Reading, alone: Verdict, state: State) -> tuple[str, float] | None:
        """Return the topic to obey, and its share, if ``second`` is a yes or a no to what was offered; else None."""
        told = reply_told(second, self._thresholds, to_danger=self._tells_danger(alone))
        if not told:
            return None
        share, outright = dict(second.reply)[told], self._context.asks_outright(state)
        if self._stands(alone, first, share, state) or (told == "yes" and self._is(alone, "transfer")):
            return None
        # Where more was all that was offered: it is what the log and the score call it, and leads to the same.
        does = "more" if told == "yes" and not outright else told
        topics = (topic for topic, answer in self._content.answers.items() if answer.then == does)
        return next(((topic, share) for topic in topics), None)

    def _stands(self, alone: Verdict, reading: Reading, share: float, state: State) -> bool:
        """Tell whether words ``alone`` are too sure of something else to be a reply with ``share``.

        "No, I want to know about hair loss" is a question; "no, I feel so alone" is grief, if it was not comforted yet.
        After "to hear more, press 9" the surer counts.
        """
        if not alone.sure:
            return False
        known = dict(reading.ranking).get(alone.topics[0], 0.0)
        if self._is(alone, "distress"):
            return known >= self._thresholds.standing_threshold and not self._context.was_comforted(state)
        if self._is(alone, *URGENT):
            return False
        if self._context.asks_outright(state):
            return known >= self._thresholds.standing_threshold and self._is(alone, "answer")
        return known >= share

    def _hint(self, second: Reading) -> Verdict | None:
        """Return comfort that names Samaritans if ``second``, after an offer, is sure of danger and no emergency."""
        kinds = [
            (self._content.answers[topic].kind, topic) for topic, _ in second.ranking if topic in self._content.answers
        ]
        urgent = next((row for row in kinds if row[0] in URGENT), ("crisis", ""))
        if dict(second.reply).get("danger", 0.0) < self._thresholds.told_threshold or urgent[0] != "crisis":
            return None
        comfort, wish = (self._first(kind) for kind in ("distress", "crisis"))
        return Verdict((comfort,), sure=True, beside=wish)

    def _first(self, kind: str) -> str:
        return next(topic for topic, answer in self._content.answers.items() if answer.kind == kind)

    def _needs_context(self, reading: Reading, verdict: Verdict, state: State) -> bool:
        """Tell whether a second reading may change ``verdict``.

        Danger, commands and fixed follow-ups stand, and what is sure and does not lean. But after a question of the
        line's only fixed follow-ups do, as a yes or a no may be told as anything else; after "to hear more, press 9" it
        may be told as a feeling or danger, or be refused.
        """
        if not self._context.heard(state.place):
            return False
        if not verdict.sure:
            return True
        if self._is(verdict, "clarify"):  # "how long does it take": a rule knows what "it" is
            return self._context.about(state.place) == "nothing"
        if self._context.asks(state) and (self._context.asks_outright(state) or self._is(verdict, *_CATCHING)):
            return True
        return self._is(verdict, "answer", "refuse") and leans(reading, self._thresholds)

    def _in_context(self, words: str, state: State) -> Reading | None:
        try:
            return self._dialogue.parse(in_context(self._context.heard(state.place), words), _SECOND_READING)
        except RasaUnavailable:
            return None

    def _is(self, verdict: Verdict, *kinds: str) -> bool:
        return is_of(verdict, kinds, self._content)

    def _tells_danger(self, verdict: Verdict) -> bool:
        """Tell whether ``verdict`` is danger, or comfort for a wish to die that may be meant."""
        beside = self._content.answers.get(verdict.beside)
        return self._is(verdict, *URGENT) or bool(beside and beside.kind in URGENT)
