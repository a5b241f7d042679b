"""How sure is sure enough: turns Rasa's ranking into an answer, a question, or neither."""

from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter

from ivr import yaml_file
from ivr.content import Content
from ivr.rasa import Reading

_FALLBACK = "nlu_fallback"
_UNLISTED = 1e-4  # the share of a topic that Rasa's ten best do not list
_LEAST_AGREEMENT = 0.2  # below it two readings agree on nothing, and no share of nothing is an answer
CARING = ("emergency", "crisis", "distress", "transfer")
"""Kinds of topics that must not be missed."""

Share = Annotated[float, Field(ge=0, le=1)]


class Thresholds(BaseModel):
    """The FallbackClassifier's numbers in config.yml, where each has its reason."""

    threshold: Share
    ambiguity_threshold: Share
    doubt_threshold: Share
    care_threshold: Share
    calm_threshold: Share


class _Pipeline(BaseModel):
    pipeline: list[dict[str, object]]


def read_thresholds(config: Path) -> Thresholds:
    """Return the thresholds in Rasa's ``config`` file, or raise ContentError."""
    steps = yaml_file.parse(config, TypeAdapter(_Pipeline), yaml_file.read(config)).pipeline
    fallback = next((step for step in steps if step.get("name") == "FallbackClassifier"), {})
    return yaml_file.parse(config, TypeAdapter(Thresholds), fallback)


@dataclass(frozen=True)
class Verdict:
    """The topics that may be meant: one and sure, one or two in doubt, or none.

    ``others`` are the next best after a sure one, should it turn out wrong.
    """

    topics: tuple[str, ...] = ()
    sure: bool = False
    others: tuple[str, ...] = ()


def judge(reading: Reading, thresholds: Thresholds, content: Content, *, is_calm: bool = False) -> Verdict:
    """Decide what ``reading`` allows: answer, ask "A, or B?", or say it was not understood.

    Danger and distress are acted on early. In calm words an emergency must be very sure: a
    plain question with a word of danger in it deserves its answer.
    """
    ranking = [(topic, share) for topic, share in reading.ranking if topic in content.answers]
    if is_calm:
        ranking = [
            (topic, share)
            for topic, share in ranking
            if share >= thresholds.calm_threshold or content.answers[topic].kind != "emergency"
        ]
    if care := _care(ranking, thresholds.care_threshold, content):
        return Verdict((care,), sure=True)
    if reading.intent in (topic for topic, _ in ranking):
        others = [topic for topic, _ in ranking if topic != reading.intent and content.answers[topic].name]
        return Verdict((reading.intent,), sure=True, others=tuple(others[:2]))
    likely = [topic for topic, share in ranking if share >= thresholds.doubt_threshold]
    if likely and content.answers[likely[0]].kind == "refuse":
        return Verdict((likely[0],), sure=True)  # not to answer is the safe way to be wrong
    return Verdict(tuple(topic for topic in likely if content.answers[topic].name)[:2])


def blend(alone: Reading, in_context: Reading, thresholds: Thresholds) -> Reading:
    """Return one reading of two: the words alone, and the words after the topic last heard.

    The geometric mean of both rankings: a topic must be likely in each. Measured on
    follow-ups in docs/decisions/0007.
    """
    shares = [dict(reading.ranking) for reading in (alone, in_context)]
    topics = {topic for ranking in shares for topic in ranking} - {_FALLBACK}
    means = {
        topic: sqrt(max(shares[0].get(topic, 0), _UNLISTED) * max(shares[1].get(topic, 0), _UNLISTED))
        for topic in topics
    }
    whole = max(sum(means.values()), _LEAST_AGREEMENT)
    ranking = tuple(sorted(((topic, mean / whole) for topic, mean in means.items()), key=lambda row: -row[1]))
    first, second = [share for _, share in (*ranking, ("", 0.0), ("", 0.0))][:2]
    is_sure = first >= thresholds.threshold and first - second >= thresholds.ambiguity_threshold
    return Reading(ranking[0][0] if is_sure else _FALLBACK, ranking)


def _care(ranking: list[tuple[str, float]], threshold: float, content: Content) -> str:
    """Return the likeliest topic that must not be missed, or an empty string."""
    for topic, share in ranking:
        if share >= threshold and content.answers[topic].kind in CARING:
            return topic
    return ""
