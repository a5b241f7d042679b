"""Whether a wording keeps what its facts say: hedges, numbers, negations; and whether it reads easily."""

import re
from collections.abc import Iterable, Iterator

# A fact with a word of one of these rows needs a word of the same row in its answer.
_HEDGES = (
    {"may", "might", "can", "could", "possible"},
    {"usually"},
    {"often"},
    {"some", "sometimes"},
    {"about", "around"},
    {"most"},
    {"many"},
    {"common", "commonly"},
    {"mild", "mildly"},
    {"not", "no", "without", "cannot", "never"},
)
_NUMBER_WORDS = {"half": "half", "two": "2", "five": "5", "fifth": "5", "thirty": "30", "weeks": "weeks"}
_ABOUT_SOMETHING = re.compile(r"\babout (?!a\b|half|\d)")  # no hedge: "asks about symptoms"
_NUMBER = re.compile(r"\d+")


def lost(facts: Iterable[str], text: str) -> Iterator[str]:
    """Yield what ``facts`` say and ``text`` does not: "usually", "30", "not"."""
    said = _words(text)
    for fact in facts:
        told = _words(_ABOUT_SOMETHING.sub("", fact))
        for row in _HEDGES:
            if told & row and not said & row:
                yield "/".join(sorted(told & row))
        yield from sorted(_numbers(fact) - _numbers(text))


def added(facts: Iterable[str], text: str) -> list[str]:
    """Return the figures in ``text`` that no fact has, phone numbers and keys aside."""
    known = {number for fact in facts for number in _numbers(fact)}
    spoken = re.sub(r"\b(?:0\d[\d ]{8,}\d|116 123|24-hour|999|111|press \d)\b", "", text)
    return sorted(set(_NUMBER.findall(spoken)) - known)


def reading_grade(text: str, named: Iterable[str]) -> float:
    """Return the Flesch-Kincaid grade of ``text``; each of the ``named`` terms counts as one easy word."""
    for term in sorted(named, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(term)}\b", "it", text, flags=re.IGNORECASE)
    sentences = [part for part in re.split(r"[.?!:]+\s*", text) if part.strip()]
    words = [word for part in sentences for word in re.findall(r"[A-Za-z']+", part)]
    if not words:
        return 0.0
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    """Count vowel groups, a silent last e aside: near enough to rank wordings."""
    groups = len(re.findall(r"[aeiouy]+", re.sub(r"(?<=[^aeiouyl])e(?:s|d)?$", "", word.lower())))
    return max(groups, 1)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower()))


def _numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text)) | {_NUMBER_WORDS[word] for word in _words(text) & set(_NUMBER_WORDS)}
