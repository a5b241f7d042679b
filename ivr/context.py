"""What words can refer to where they are said: what was heard there, and what was offered."""

from ivr.content import Answer, Content
from ivr.places import CLOSED, NUMBERS, STAYING
from ivr.reply import URGENT
from ivr.state import State


class Context:
    """Tells what the places of one Content mean to words said there; ivr/places.py tells how places are written."""

    def __init__(self, content: Content) -> None:
        """Know the answers of ``content``."""
        self._answers = content.answers

    def about(self, place: str) -> str:
        """Return what "it" is to a caller who heard ``place``."""
        answer = self._answer_at(place)
        return answer.about if answer else "nothing"

    def heard(self, place: str) -> str:
        """Return the topic that was heard at ``place``, or first offered there; else an empty string."""
        head, _, rest = place.partition(":")
        topic = rest.partition(":")[0]
        return topic if head in ("topic", "clarify", "others", "beside") and topic in self._answers else ""

    def asks(self, state: State) -> bool:
        """Tell whether the caller of ``state`` heard something that yes or no is an answer to; in danger nothing is."""
        heard = self._answers.get(self.heard(state.place))
        return bool(heard and heard.kind not in URGENT and (state.more or self.asks_outright(state)))

    def asks_outright(self, state: State) -> bool:
        """Tell whether it was a question ("would you like", "did you ask"), and not only that there is more to hear."""
        return bool(state.yes) or state.place.startswith(("clarify:", "others:"))

    def was_comforted(self, state: State) -> bool:
        """Tell whether the caller of ``state`` just heard words that comfort."""
        heard = self._answers.get(self.heard(state.place))
        return bool(heard and heard.kind == "distress")

    def heard_of_samaritans(self, place: str) -> bool:
        """Tell whether ``place`` gives Samaritans' number: in or near danger, to who declined a person, when closed."""
        head, _, rest = place.partition(":")
        heard = (self._answers.get(topic) for topic in rest.split(":"))
        in_danger = head in ("topic", "beside") and any(answer.kind == "crisis" for answer in heard if answer)
        return in_danger or place in (STAYING, CLOSED, NUMBERS)

    def answered(self, place: str) -> str:
        """Return the topic whose answer was spoken at ``place``, else an empty string: one offered is not answered."""
        answer = self._answer_at(place)
        return answer.topic if answer else ""

    def _answer_at(self, place: str) -> Answer | None:
        head, _, rest = place.partition(":")
        return self._answers.get(rest.partition(":")[0]) if head == "topic" else None
