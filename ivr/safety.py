"""The red-flag screen: phrases that are acted on before anything else understands them."""

import re
from collections.abc import Iterable

from ivr.content import RedFlags, Refusal
from ivr.wording import normalise

_NEAR = 3  # words between a negation and what it negates
# A denial ends where a new statement begins: "no, she's choking" denies nothing.
_SUBJECT = r"(?!(?:i|i'm|i've|he|he's|she|she's|they|they're|it|it's|my|the|there's|there) )"


class Screen:
    """Finds danger in what a caller said, by the phrases of responses/red_flags.yml alone."""

    def __init__(self, red_flags: RedFlags) -> None:
        """Compile every phrase once."""
        self._flags = [(flag, _any(flag.phrases)) for flag in red_flags.flags]
        self._refusals = [(refusal, _any(refusal.phrases)) for refusal in red_flags.refusals]
        self._look_alikes = _any(red_flags.look_alikes)
        self._negated = re.compile(rf"{_any(red_flags.negations).pattern}(?: {_SUBJECT}\S+){{0,{_NEAR}}} ?$")
        self._long_past = _any(red_flags.long_past)
        self._questions = _any(red_flags.questions)
        self._opens = re.compile(rf"^(?:{_any(red_flags.fillers).pattern}|\s)*{_any(red_flags.openers).pattern}")
        self._reports = _any(red_flags.reports)
        self._corrections = _any(red_flags.corrections)

    def find(self, words: str) -> str | None:
        """Return the topic of the first red flag in ``words``, or None.

        A plain question, something denied and something long past are no red flags; a
        report of somebody's state now is one, however it is put.
        """
        said, is_calm = self._meant(words), self.is_calm(words)
        for flag, phrases in self._flags:
            if (flag.even_in_questions or not is_calm) and self._means(phrases, said):
                return flag.topic
        return None

    def find_refusal(self, words: str) -> Refusal | None:
        """Return what refuses ``words``, or None. Only for words without danger."""
        said = self._meant(words)
        return next((refusal for refusal, phrases in self._refusals if phrases.search(said)), None)

    def is_calm(self, words: str) -> bool:
        """Tell whether ``words`` are a plain question or long past, and report nobody's state now."""
        said = self._meant(words)
        asks = self._opens.search(said) or self._questions.search(said) or self._long_past.search(said)
        return bool(asks) and not self._reports.search(said)

    def is_correction(self, words: str) -> bool:
        """Tell whether ``words`` say that another answer was wanted than the one just heard."""
        return bool(self._corrections.search(self._meant(words)))

    def _meant(self, words: str) -> str:
        said = self._look_alikes.sub(" ", f" {_contracted(normalise(words))} ")
        return f" {' '.join(said.split())} "

    def _means(self, phrases: re.Pattern[str], said: str) -> bool:
        return any(not self._negated.search(said[: found.start()]) for found in phrases.finditer(said))


def _contracted(words: str) -> str:
    """Write "can not" and "do not" as the lists do."""
    said = f" {words} "
    for long, short in ((" can not ", " cannot "), (" do not ", " don't "), (" does not ", " doesn't ")):
        said = said.replace(long, short)
    return said.replace(" kill my self ", " kill myself ").strip()


def _any(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of ``phrases`` as whole words; see red_flags.yml."""
    return re.compile(rf"(?<=\s)(?:{'|'.join(_phrase(phrase) for phrase in phrases)})(?=\s)")


def _phrase(phrase: str) -> str:
    pattern = ""
    for word in phrase.split():
        if word == "...":
            pattern += r"(?: \S+){0,4}"
        else:
            pattern += (" " if pattern else "") + _word(word)
    return pattern


def _word(word: str) -> str:
    options = "|".join(re.escape(option).replace(r"\*", r"\S*") for option in word.lower().split("/"))
    return f"(?:{options})(?:'s)?"
