"""How sure is sure enough: turns Rasa's ranking into an answer, a question, or neither."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter

from ivr import yaml_file
from ivr.content import Content
from ivr.rasa import Understanding

_FALLBACK = "nlu_fallback"
_CARING = ("emergency", "crisis", "distress", "transfer")

Share = Annotated[float, Field(ge=0, le=1)]


class Thresholds(BaseModel):
    """The FallbackClassifier's numbers in config.yml, where each has its reason."""

    threshold: Share
    ambiguity_threshold: Share
    doubt_threshold: Share
    care_threshold: Share


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


def judge(understanding: Understanding, thresholds: Thresholds, content: Content) -> Verdict:
    """Decide what ``understanding`` allows: answer, ask "A, or B?", or say it was not understood."""
    ranking = [(topic, share) for topic, share in understanding.ranking if topic in content.answers]
    if care := _care(ranking, thresholds.care_threshold, content):
        return Verdict((care,), sure=True)
    if understanding.intent != _FALLBACK:
        if understanding.intent not in content.answers:
            return Verdict()
        others = [topic for topic, _ in ranking if topic != understanding.intent and content.answers[topic].name]
        return Verdict((understanding.intent,), sure=True, others=tuple(others[:2]))
    likely = [topic for topic, share in ranking if share >= thresholds.doubt_threshold]
    if likely and content.answers[likely[0]].kind == "refuse":
        return Verdict((likely[0],), sure=True)  # not to answer is the safe way to be wrong
    return Verdict(tuple(topic for topic in likely if content.answers[topic].name)[:2])


def _care(ranking: list[tuple[str, float]], threshold: float, content: Content) -> str:
    """Return the likeliest topic that must not be missed, or an empty string."""
    for topic, share in ranking:
        if share >= threshold and content.answers[topic].kind in _CARING:
            return topic
    return ""
