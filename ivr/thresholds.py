"""The numbers in config.yml that say how sure is sure enough."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field, TypeAdapter

from ivr import yaml_file

Share = Annotated[float, Field(ge=0, le=1)]


class Thresholds(BaseModel):
    """The FallbackClassifier's numbers in config.yml, where each has its reason."""

    threshold: Share
    ambiguity_threshold: Share
    doubt_threshold: Share
    third_threshold: Share
    command_threshold: Share
    refuse_threshold: Share
    crisis_threshold: Share
    care_threshold: Share
    comfort_threshold: Share
    calm_threshold: Share
    beside_threshold: Share
    leaning_threshold: Share
    context_weight: Share
    reply_threshold: Share
    trace_threshold: Share
    standing_threshold: Share
    told_threshold: Share
    unclear_speech: Share


class _Pipeline(BaseModel):
    pipeline: list[dict[str, object]]


def read_thresholds(config: Path) -> Thresholds:
    """Return the thresholds in Rasa's ``config`` file, or raise ContentError."""
    steps = yaml_file.parse(config, TypeAdapter(_Pipeline), yaml_file.read(config)).pipeline
    fallback = next((step for step in steps if step.get("name") == "FallbackClassifier"), {})
    return yaml_file.parse(config, TypeAdapter(Thresholds), fallback)
