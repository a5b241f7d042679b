"""A Dialogue under observation: whoever times Rasa's answers is told of each request, and of none of its words."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Literal

from ivr.rasa import Dialogue, Reading

Request = Literal["parse", "lead", "texts"]
"""What Rasa is asked: what words mean, what follows, or the model's own words."""

Around = Callable[[Request], AbstractContextManager[object]]
"""Makes what is entered before a request and left after it, with the RasaUnavailable it may end in."""


class ObservedDialogue:
    """Asks ``dialogue``, each request inside its own ``around(request)``."""

    def __init__(self, dialogue: Dialogue, around: Around) -> None:
        """Add nothing to what is asked and answered."""
        self._dialogue = dialogue
        self._around = around

    def parse(self, words: str, patience: float | None = None) -> Reading:
        """See Dialogue.parse; without ``patience`` it is the dialogue's own."""
        with self._around("parse"):
            return self._dialogue.parse(words) if patience is None else self._dialogue.parse(words, patience)

    def lead(self, call: str, intent: str, about: str) -> str:
        """See Dialogue.lead."""
        with self._around("lead"):
            return self._dialogue.lead(call, intent, about)

    def texts(self) -> dict[str, str]:
        """See Dialogue.texts."""
        with self._around("texts"):
            return self._dialogue.texts()
