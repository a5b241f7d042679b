"""What words mean that were read twice: alone, and after what was heard."""

from dataclasses import replace

from ivr.rasa import Reading
from ivr.thresholds import Thresholds

_FALLBACK = "nlu_fallback"
_UNLISTED = 1e-4  # the share of a topic that Rasa's ten best do not list
_LEAST_AGREEMENT = 0.2  # below it two readings agree on nothing, and no share of nothing is an answer
_REPLIES = ("yes", "no")


def blend(alone: Reading, in_context: Reading, thresholds: Thresholds) -> Reading:
    """Return one reading of two: the words alone, and the words after the topic last heard.

    The weighted geometric mean of both rankings: a topic must be likely in each. The reading in context
    has ``context_weight`` where the words lean on it, else the rest. Measured in docs/decisions/0007.
    """
    weight = thresholds.context_weight if leans(alone, thresholds) else 1 - thresholds.context_weight
    first, second = dict(alone.ranking), dict(in_context.ranking)
    means = {
        topic: max(first.get(topic, 0), _UNLISTED) ** (1 - weight) * max(second.get(topic, 0), _UNLISTED) ** weight
        for topic in {*first, *second} - {_FALLBACK}
    }
    whole = max(sum(means.values()), _LEAST_AGREEMENT)
    ranking = tuple(sorted(((topic, mean / whole) for topic, mean in means.items()), key=lambda row: -row[1]))
    best, next_best = [share for _, share in (*ranking, ("", 0.0), ("", 0.0))][:2]
    is_sure = best >= thresholds.threshold and best - next_best >= thresholds.ambiguity_threshold
    return replace(alone, intent=ranking[0][0] if is_sure else _FALLBACK, ranking=ranking)


def leans(reading: Reading, thresholds: Thresholds) -> bool:
    """Tell whether the words of ``reading`` mean little without what was heard before."""
    return reading.leaning >= thresholds.leaning_threshold


def reply_told(reading: Reading, thresholds: Thresholds, *, to_danger: bool) -> str:
    """Return ``yes`` or ``no`` if ``reading``, after an offer, is that reply to it; else an empty string.

    ``to_danger``: the words alone told danger; then not a trace of it may be left.
    """
    shares = dict(reading.reply)
    if to_danger and shares.get("danger", 1.0) >= thresholds.trace_threshold:
        return ""
    return next((reply for reply in _REPLIES if shares.get(reply, 0.0) >= thresholds.reply_threshold), "")
