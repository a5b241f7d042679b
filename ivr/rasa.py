"""The only module that knows Rasa's HTTP replies."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import requests
from pydantic import BaseModel, ValidationError
from requests.adapters import HTTPAdapter

from ivr.breaker import Breaker

# Seconds to connect and to wait. Two readings and a lead together stay under three,
# the longest a caller may wait in silence. A healthy parse takes 20 ms.
_CONNECT = 0.2
_PARSE_PATIENCE = 1.5
_LEAD_PATIENCE = 0.5
_MOST_AT_ONCE = 32  # questions that wait for Rasa

Shape = TypeVar("Shape", bound=BaseModel)


class RasaUnavailable(Exception):
    """Rasa is down, slow, or said something that cannot be used."""


class RasaHangs(RasaUnavailable):
    """Rasa is away or keeps callers waiting; a quick 500 does not."""


@dataclass(frozen=True)
class Reading:
    """What Rasa made of an utterance: ``ranking`` is (intent, confidence 0-1), surest first.

    ``leaning``, 0 to 1, is how much the words lean on what was heard before them. ``reply``, of words read after what
    was heard, is (``yes``, ``no``, ``danger`` or ``neither``, its share of 1), should that have been an offer.
    """

    intent: str
    ranking: tuple[tuple[str, float], ...]
    leaning: float = 0.0
    reply: tuple[tuple[str, float], ...] = ()


class Dialogue(Protocol):
    """What the conversation needs of Rasa; tests pass a fake in its place."""

    def parse(self, words: str, patience: float = _PARSE_PATIENCE) -> Reading:
        """Return what ``words`` mean within ``patience`` seconds, or raise RasaUnavailable."""

    def lead(self, call: str, intent: str, about: str) -> str:
        """Return the topic to speak after ``intent`` in ``call``, or raise RasaUnavailable.

        ``about`` is what the caller last heard about, "nothing" if nothing.
        """

    def texts(self) -> dict[str, str]:
        """Return the model's own words by response name, or raise RasaUnavailable."""


class _Intent(BaseModel):
    name: str
    confidence: float


class _Parsed(BaseModel):
    intent: _Intent
    intent_ranking: list[_Intent]
    leaning: float = 0.0
    reply: dict[str, float] = {}


class _Custom(BaseModel):
    topic: str


class _Message(BaseModel):
    custom: _Custom | None = None


class _Led(BaseModel):
    messages: list[_Message]


class _Text(BaseModel):
    text: str | None = None


class _Domain(BaseModel):
    responses: dict[str, list[_Text]]


class Rasa:
    """Rasa's HTTP API at one address (https://rasa.com/docs/rasa/pages/http-api)."""

    def __init__(self, url: str) -> None:
        """Talk to ``url``, such as http://127.0.0.1:5005, never through a proxy."""
        self._url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("http", HTTPAdapter(pool_maxsize=_MOST_AT_ONCE))
        self._pool = ThreadPoolExecutor(_MOST_AT_ONCE, thread_name_prefix="rasa")
        self._reads, self._leads = Breaker(RasaHangs), Breaker(RasaHangs)  # a lost Redis stops leads, and no reading

    def parse(self, words: str, patience: float = _PARSE_PATIENCE) -> Reading:
        """See Dialogue.parse. Rasa keeps nothing of ``words``.

        A slash at their beginning would be a command to Rasa, which it quotes in its log if it cannot read it.
        """
        with self._reads.guarded():
            parsed = self._ask(_Parsed, "POST", "/model/parse", patience, {"text": words.replace("/", " ")})
        ranking = tuple((i.name, i.confidence) for i in parsed.intent_ranking)
        return Reading(parsed.intent.name, ranking, parsed.leaning, tuple(parsed.reply.items()))

    def lead(self, call: str, intent: str, about: str) -> str:
        """See Dialogue.lead. An empty reply is a failure: silence is no answer."""
        path = f"/conversations/{call}/trigger_intent?include_events=NONE"
        with self._leads.guarded():
            led = self._ask(_Led, "POST", path, _LEAD_PATIENCE, {"name": intent, "entities": {"about": about}})
        topics = [message.custom.topic for message in led.messages if message.custom]
        if not topics:
            raise RasaUnavailable(f"no answer to {intent}")
        return topics[0]

    def texts(self) -> dict[str, str]:
        """See Dialogue.texts."""
        domain = self._ask(_Domain, "GET", "/domain", _PARSE_PATIENCE)
        return {name: variants[0].text or "" for name, variants in domain.responses.items()}

    def _ask(self, shape: type[Shape], method: str, path: str, patience: float, body: Any = None) -> Shape:
        """Ask within ``patience`` as a whole: requests counts it anew with every byte that comes."""
        try:
            return self._pool.submit(self._send, shape, method, path, patience, body).result(patience)
        # The text of any error could hold what the caller said.
        except (requests.ConnectionError, requests.Timeout, TimeoutError) as error:
            raise RasaHangs(type(error).__name__) from None
        except (requests.RequestException, ValidationError) as error:
            raise RasaUnavailable(type(error).__name__) from None

    def _send(self, shape: type[Shape], method: str, path: str, patience: float, body: Any) -> Shape:
        reply = self._session.request(
            method,
            self._url + path,
            json=body,
            timeout=(_CONNECT, patience),
            headers={"Accept": "application/json"},
        )
        reply.raise_for_status()
        return shape.model_validate_json(reply.content)
