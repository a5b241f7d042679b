"""How sure is sure enough: turns Rasa's ranking into an answer, a question, or neither."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ivr.content import Content
from ivr.rasa import Reading
from ivr.reply import URGENT
from ivr.thresholds import Thresholds

_NEARLY = 0.7  # of the likeliest share: distress as likely as that is comforted; 0.5 and 0.9 do nearly the same
_NEXT_TO_BEST = 3
_SLIGHT = 0.01  # a topic below it is not offered even to who said that the likeliest is not meant
_CHOICES = 2  # "A, or B?"; a third only where it is likely: more are hard to keep in mind on a telephone
WEIGHTY = ("yes", "no", "text", "hang_up")
"""What an answer may do that no word undoes: these are obeyed when they are sure, and not for being likelier."""
CARING = ("emergency", "crisis", "distress", "transfer")
"""Kinds of topics that must not be missed."""


@dataclass(frozen=True)
class Verdict:
    """The topics that may be meant: one and sure, one to three in doubt, or none.

    ``others`` are the next best after a sure one, should it turn out wrong; ``beside`` is an answer that may be
    wanted too, or a wish to die that may be meant, where a sure topic comforts.
    """

    topics: tuple[str, ...] = ()
    sure: bool = False
    others: tuple[str, ...] = ()
    beside: str = ""


def judge(reading: Reading, thresholds: Thresholds, content: Content, *, is_calm: bool = False) -> Verdict:
    """Decide what ``reading`` allows: answer, ask "A, or B?", or say it was not understood.

    Danger and distress are acted on early. In calm words danger must be very sure: a plain question with a word of
    danger in it deserves its answer.
    """
    ranking = [(topic, share) for topic, share in reading.ranking if topic in content.answers]
    if is_calm and _share_of("emergency", ranking, content) < thresholds.calm_threshold:
        ranking = [(topic, share) for topic, share in ranking if content.answers[topic].kind != "emergency"]
    if care := _care(ranking, thresholds, content):
        return _met(care, ranking, thresholds, content)
    named = [topic for topic, _ in ranking if content.answers[topic].name]
    if _is_sure(reading, ranking, thresholds, content):
        others = [topic for topic in named if topic != reading.intent]
        return Verdict((reading.intent,), sure=True, others=tuple(others[:_CHOICES]))
    likely = [topic for topic, share in ranking if share >= thresholds.doubt_threshold]
    if comfort := _comfort(ranking, thresholds, content):
        return _met(comfort, ranking, thresholds, content)
    offered = _offered(ranking, thresholds, content)
    if not offered and likely and content.answers[likely[0]].kind == "refuse":
        return Verdict((likely[0],), sure=True)  # not to answer is the safe way to be wrong
    return Verdict(offered)


def _met(care: str, ranking: list[tuple[str, float]], thresholds: Thresholds, content: Content) -> Verdict:
    """Return the verdict to meet ``care`` at once, and beside comfort what else was likely.

    A wish to die, too unlikely to be met as one, is answered beside comfort; else what was asked in tears is offered.
    """
    is_comfort = content.answers[care].kind == "distress"
    wishes = [topic for topic, _ in ranking if content.answers[topic].kind == "crisis"]
    if is_comfort and wishes and _share_of("crisis", ranking, content) >= thresholds.crisis_threshold:
        return Verdict((care,), sure=True, beside=wishes[0])
    likely = [topic for topic, share in ranking if share >= thresholds.beside_threshold and topic != care]
    wanted = [topic for topic in likely if answerable(topic, content) or content.answers[topic].kind in URGENT]
    may_offer = is_comfort and wanted and answerable(wanted[0], content)
    return Verdict((care,), sure=True, beside=wanted[0] if may_offer else "")  # nothing past likelier danger


def likelier_command(ranking: Sequence[tuple[str, float]], thresholds: Thresholds, content: Content) -> str:
    """Return the likeliest topic if it and the next both run the call, and hardly anything else is likely; else "".

    For words that nobody could place: "Did you ask about A, or B?" can name no command, and a wrong one costs a word,
    as not to be understood does. Not where one would say yes, no or send a text.
    """
    runs = [content.answers[topic] for topic, _ in ranking[:2]]
    if len(runs) < 2 or sum(share for _, share in ranking[:2]) < thresholds.command_threshold:
        return ""
    is_either = all(run.kind in ("control", "about") and run.then not in WEIGHTY for run in runs)
    return runs[0].topic if is_either else ""


def is_of(verdict: Verdict, kinds: Collection[str], content: Content) -> bool:
    """Tell whether ``verdict`` is sure, and its topic of one of ``kinds``."""
    return verdict.sure and content.answers[verdict.topics[0]].kind in kinds


def answerable(topic: str, content: Content) -> bool:
    """Tell whether ``topic`` has an answer of the leaflet's that can be offered by its name."""
    return content.answers[topic].kind == "answer" and bool(content.answers[topic].name)


def doubted(verdict: Verdict, content: Content) -> Verdict:
    """Return ``verdict`` with a sure answer turned into a question: the words were hard to hear."""
    first = content.answers.get(verdict.topics[0]) if verdict.sure else None
    if not first or first.kind != "answer":
        return verdict
    return Verdict((verdict.topics[0], *verdict.others)[:_CHOICES])


def corrected(verdict: Verdict, heard: str, reading: Reading, content: Content) -> Verdict:
    """Return ``verdict`` without the answer just ``heard``, which the caller did not want: the next best are offered.

    Only answers give way; to whom danger, comfort or a refusal was due, it is due again.
    """
    if heard not in verdict.topics or not answerable(heard, content):
        return verdict
    rest = [topic for topic, share in reading.ranking if share >= _SLIGHT and topic in content.answers]
    return Verdict(tuple(topic for topic in rest if topic != heard and content.answers[topic].name)[:_CHOICES])


def _is_sure(reading: Reading, ranking: list[tuple[str, float]], thresholds: Thresholds, content: Content) -> bool:
    """Tell whether the topic of ``reading`` is acted on; a refusal needs its own, higher share."""
    share = dict(ranking).get(reading.intent, 0.0)
    needed = thresholds.refuse_threshold if share and content.answers[reading.intent].kind == "refuse" else 0.0
    return bool(share) and share >= needed


def _offered(ranking: list[tuple[str, float]], thresholds: Thresholds, content: Content) -> tuple[str, ...]:
    """Return the topics to ask about, the likeliest first: two at most, or three where the third is likely too."""
    likely = [row for row in ranking if row[1] >= thresholds.doubt_threshold and content.answers[row[0]].name]
    third = [topic for topic, share in likely[_CHOICES : _CHOICES + 1] if share >= thresholds.third_threshold]
    return (*(topic for topic, _ in likely[:_CHOICES]), *third)


def _care(ranking: list[tuple[str, float]], thresholds: Thresholds, content: Content) -> str:
    """Return the likeliest topic that must not be missed, or an empty string.

    Distress counts where nothing is likelier: who asks something in tears wants the answer. A wish to die, plain or
    veiled, that is as likely as the others need to be goes before likelier distress or the wish for a person; a less
    likely one is named beside comfort.
    """
    kinds = {topic: content.answers[topic].kind for topic, _ in ranking}
    wish = _share_of("crisis", ranking, content)
    caring = [
        topic
        for place, (topic, share) in enumerate(ranking)
        if kinds[topic] in CARING
        and (wish >= thresholds.crisis_threshold if kinds[topic] == "crisis" else share >= thresholds.care_threshold)
        and (kinds[topic] != "distress" or place == 0)
    ]
    if caring and kinds[caring[0]] in ("distress", "transfer") and wish >= thresholds.care_threshold:
        caring.sort(key=lambda topic: kinds[topic] != "crisis")
    return caring[0] if caring else ""


def _share_of(kind: str, ranking: list[tuple[str, float]], content: Content) -> float:
    """Return how likely topics of ``kind`` are together: a wish to die, plain or veiled, or danger, for 999 or not."""
    return sum(share for topic, share in ranking if content.answers[topic].kind == kind)


def _comfort(ranking: list[tuple[str, float]], thresholds: Thresholds, content: Content) -> str:
    """Return the likeliest topic if it comforts, or is danger with distress next to it; else nearly likeliest distress.

    To tell one's grief and hear "Did you ask about hair loss?" is worse than to be comforted for nothing, as the answer
    is then offered beside; and to be comforted in danger is worse than either. Empty where nothing of that is likely.
    """
    kinds = {topic: content.answers[topic].kind for topic, _ in ranking}
    felt = [kinds[topic] for topic, share in ranking[:2] if share >= thresholds.comfort_threshold]
    if felt[:1] == ["distress"] or (felt[1:] == ["distress"] and felt[0] in URGENT):
        return ranking[0][0]
    likely = [
        row for row in ranking[:_NEXT_TO_BEST] if row[1] >= max(thresholds.care_threshold, _NEARLY * ranking[0][1])
    ]
    asks = bool(likely) and kinds[likely[0][0]] in ("answer", "refuse")
    return next((topic for topic, _ in likely if asks and kinds[topic] == "distress"), "")
