"""The red-flag screen: phrases that are acted on before anything else understands them."""

from collections.abc import Mapping, Sequence

from ivr.wording import normalise


class RedFlags:
    """Finds the first red flag in what a caller said; needs no Rasa."""

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        """Take ``phrases`` by topic, the most urgent topic first."""
        self._phrases = [(topic, f" {normalise(phrase)} ") for topic, listed in phrases.items() for phrase in listed]

    def find(self, words: str) -> str | None:
        """Return the topic of the red flag in ``words``, or None."""
        padded = f" {normalise(words)} "
        return next((topic for topic, phrase in self._phrases if phrase in padded), None)
