"""A caller in a test: dials, presses, says, stays silent, and hears."""

from xml.etree import ElementTree

from ivr.content import Content
from ivr.helpline import Helpline
from ivr.places import Places
from ivr.player import Outcome, Player
from ivr.verbs import text_of
from tests import twiml_lint


class Caller:
    """A thin skin over the player. Every reply it gets is linted as Twilio would read it."""

    def __init__(self, player: Player, content: Content) -> None:
        self.player = player
        self._prompts = content.phone.prompts
        self._content = content
        self._places = Places(content, Helpline(content, (), "0808 800 6000"))
        self._linted = 0
        self._said: list[str] = [player.caller.lstrip("+")]

    def dials(self) -> None:
        self.player.dial()
        self._lint()

    def presses(self, key: str) -> None:
        self.player.press(key)
        self._lint()

    def says(self, words: str) -> None:
        self._said.append(words)
        self.player.say(words)
        self._lint()

    def stays_silent(self) -> None:
        self.player.stay_silent()
        self._lint()

    def transfer_ends(self, outcome: Outcome) -> None:
        self.player.end_transfer(outcome)
        self._lint()

    @property
    def kind(self) -> str:
        return self.player.headers["X-Reply-Kind"]

    @property
    def topic(self) -> str:
        return self.player.headers["X-Reply-Topic"]

    @property
    def last_words(self) -> str:
        """All that the latest reply said."""
        return " ".join(text_of(say) for say in ElementTree.fromstring(self.player.documents[-1]).iter("Say"))

    def hears(self, *texts: str) -> None:
        """Assert that the latest reply holds each of ``texts``, breaths and pauses aside."""
        for text in texts:
            assert _plain(text) in _plain(self.last_words), f"{text!r} was not in {self.last_words!r}"

    def hears_answer(self, topic: str, part: int = 0) -> None:
        """Assert that the latest reply is the answer on ``topic``, word for word."""
        assert self.topic == topic
        answer = self._content.answers[topic]
        self.hears(answer.parts[part].text)
        assert self.last_words.startswith(self._filled(self._prompts.about, name=answer.name))

    def hears_topic(self, topic: str) -> None:
        """Assert that the latest reply holds the words of ``topic``, answer or not."""
        self.hears(self._content.answers[topic].parts[0].text)

    def hears_prompt(self, name: str, index: int = 0) -> None:
        """Assert that the latest reply holds the line's own prompt ``name``."""
        prompt = getattr(self._prompts, name)
        self.hears(self._filled(prompt if isinstance(prompt, str) else prompt[index]))

    def is_offered(self, *names: str) -> None:
        """Assert that each of ``names`` is offered on a key, in this order."""
        self.hears(*(self._filled(self._prompts.choice, name=name, key=n) for n, name in enumerate(names, 1)))

    def _filled(self, prompt: str, **values: object) -> str:
        return " ".join(said.text for said in self._places.said(prompt, **values))  # type: ignore[arg-type]

    def _lint(self) -> None:
        assert self.player.ending != "application error", self.player.fault
        assert self.player.ending != "ran out of words", "the call ended in silence"
        base = self.player.public_url or self.player.address
        for document in self.player.documents[self._linted :]:
            assert not (found := twiml_lint.faults(document, base, tuple(self._said))), found
        self._linted = len(self.player.documents)


def _plain(text: str) -> str:
    return " ".join(text.replace("|", " ").split())
