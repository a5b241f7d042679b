"""Stand-ins that are passed in, never patched in."""

from ivr.rasa import RasaUnavailable, Reading


class FakeRasa:
    """Understands just what a test taught it; leads to the very topic it is asked about.

    ``understands`` maps words to an intent, or to a ranking of (intent, confidence);
    ``leaning`` holds words that mean little without what was heard before; ``replies`` maps words after an offer
    to (yes, no, danger or neither, share).
    ``asked`` keeps (call, intent, about) of every lead.
    """

    def __init__(self) -> None:
        self.understands: dict[str, str | list[tuple[str, float]]] = {}
        self.leaning: set[str] = set()
        self.replies: dict[str, list[tuple[str, float]]] = {}
        self.leads: dict[tuple[str, str], str] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.is_down = False

    def parse(self, words: str, patience: float = 1) -> Reading:
        self._answer()
        meant = self.understands.get(words, [("nlu_fallback", 0.5), ("lumps", 0.002)])
        ranking = [(meant, 0.9)] if isinstance(meant, str) else meant
        return Reading(ranking[0][0], tuple(ranking), float(words in self.leaning), tuple(self.replies.get(words, ())))

    def lead(self, call: str, intent: str, about: str) -> str:
        self._answer()
        self.asked.append((call, intent, about))
        return self.leads.get((intent, about), intent)

    def texts(self) -> dict[str, str]:
        self._answer()
        return {}

    def _answer(self) -> None:
        if self.is_down:
            raise RasaUnavailable("switched off")
