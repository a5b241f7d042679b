"""Plays TwiML as Twilio would: a telephone for tests and for the terminal.

The browser's telephone, ivr/phone/player.js, follows the same rules: tests/twiml_cases.json
holds both to them. It speaks the verbs the line emits (Say, Pause, Gather, Redirect, Dial, Hangup) by the
rules of https://www.twilio.com/docs/voice/twiml, over real HTTP, signing each request
when it knows the token. Where Twilio's rules are silent it follows the first caller's
need: a call that ends without a Hangup is told apart, as nobody announced it.
"""

import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urljoin
from xml.etree import ElementTree

import requests
from twilio.request_validator import RequestValidator

from ivr.verbs import Ringing, Waiting, ringing, text_of, waiting

_PATIENCE = 15  # seconds: Twilio's own limit for a webhook
_MOST_DOCUMENTS = 20  # in one turn; more is a loop

Ending = Literal["", "hung up by the line", "hung up by the caller", "ran out of words", "application error"]
Outcome = Literal["completed", "busy", "no-answer", "failed", "canceled"]


@dataclass(frozen=True)
class Spoken:
    """One Say: the written ``text``, and whether a key would have cut it short."""

    text: str
    can_be_interrupted: bool


@dataclass
class Player:
    """One call to the line at ``address``, such as http://127.0.0.1:8080.

    Links beneath ``public_url`` are followed at ``address``; with ``token`` every request
    is signed as Twilio signs. ``documents`` keeps each TwiML text and ``headers`` the last
    reply's, for whoever wants to look closer.
    """

    address: str
    public_url: str = ""
    token: str = field(default="", repr=False)
    caller: str = "+447700900123"
    line: str = "+442079460000"
    call: str = field(default_factory=lambda: f"CA{secrets.token_hex(16)}")
    spoken: list[Spoken] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    waiting: Waiting | None = None
    ringing: Ringing | None = None
    ending: Ending = ""
    fault: str = ""

    def __post_init__(self) -> None:
        """Keep cookies over a call, as Twilio does."""
        self._session = requests.Session()
        self._session.trust_env = False
        self._verbs: deque[ElementTree.Element] = deque()
        self._document = ""

    def dial(self) -> list[Spoken]:
        """Call the line; return what is spoken until it listens, rings or ends."""
        return self._follow(f"{self.public_url or self.address}/calls/start", {"CallStatus": "ringing"})

    def press(self, keys: str) -> list[Spoken]:
        """Press ``keys`` one after another while the line listens."""
        gather = self._listening()
        if not gather.accepts_keys:
            return self.stay_silent()
        digits = ""
        for key in keys:
            if key == gather.finish_key:
                break
            digits += key
            if len(digits) == gather.digits:
                break
        return self._follow(gather.action, {"Digits": digits}) if digits else self.stay_silent()

    def say(self, words: str, confidence: float = 0.9) -> list[Spoken]:
        """Say ``words``, as a recogniser would write them."""
        gather = self._listening()
        if not gather.accepts_words or not words.strip():
            return self.stay_silent()
        return self._follow(gather.action, {"SpeechResult": words, "Confidence": f"{confidence:.4f}"})

    def stay_silent(self) -> list[Spoken]:
        """Let the Gather's time run out."""
        gather = self._listening()
        return self._follow(gather.action, {}) if gather.posts_silence else self._play()

    def end_transfer(self, outcome: Outcome) -> list[Spoken]:
        """End the ringing transfer with ``outcome``."""
        if self.ringing is None:
            raise RuntimeError("no transfer is ringing")
        action, self.ringing = self.ringing.action, None
        if not action:
            return self._play()
        return self._follow(action, {"DialCallStatus": outcome, "DialCallSid": f"CA{secrets.token_hex(16)}"})

    def hang_up(self) -> None:
        """End the call from the caller's side."""
        self.waiting = self.ringing = None
        self.ending = "hung up by the caller"

    def _listening(self) -> Waiting:
        if self.waiting is None:
            raise RuntimeError(f"the line does not listen now ({self.ending or 'it is ringing'})")
        return self.waiting

    def _follow(self, url: str, fields: dict[str, str]) -> list[Spoken]:
        """Fetch ``url`` and play it, and what it redirects to, until the caller's turn."""
        self._fetch(url, fields)
        return self._play()

    def _play(self) -> list[Spoken]:
        start = len(self.spoken)
        self.waiting = None
        fetched = 0
        while not (self.waiting or self.ringing or self.ending):
            if not self._verbs:
                self.ending = "ran out of words"
            elif redirect := self._perform(self._verbs.popleft()):
                fetched += 1
                if fetched > _MOST_DOCUMENTS:
                    self._fail("the line redirects for ever")
                    break
                self._fetch(redirect, {})
        return self.spoken[start:]

    def _perform(self, verb: ElementTree.Element) -> str:
        """Do one verb; return the address a Redirect leads to, or an empty string."""
        match verb.tag:
            case "Say":
                self.spoken.append(Spoken(text_of(verb), can_be_interrupted=False))
            case "Gather":
                self.spoken += [Spoken(text_of(say), can_be_interrupted=True) for say in verb.iter("Say")]
                self.waiting = waiting(verb, self._document)
            case "Dial":
                self.ringing = ringing(verb, self.caller)
            case "Redirect":
                return (verb.text or "").strip() or self._document
            case "Hangup":
                self.ending = "hung up by the line"
            case "Pause":
                pass
            case _:
                self._fail(f"<{verb.tag}> is not a verb this telephone knows")
        return ""

    def _fetch(self, url: str, fields: dict[str, str]) -> None:
        """Replace what is to be played with the document at ``url``."""
        url = self._document = urljoin(self._document or self.address, url)
        self._verbs.clear()
        form = {"CallSid": self.call, "AccountSid": f"AC{'0' * 32}", "ApiVersion": "2010-04-01"}
        form |= {"From": self.caller, "To": self.line, "Direction": "inbound", "CallStatus": "in-progress"} | fields
        try:
            reply = self._session.post(self._reachable(url), form, headers=self._signed(url, form), timeout=_PATIENCE)
            self.headers = dict(reply.headers)
            reply.raise_for_status()
            self.documents.append(reply.text)
            root = ElementTree.fromstring(reply.content)  # noqa: S314 - from the line we dialled
            if root.tag != "Response":
                raise ValueError(f"<{root.tag}> is no TwiML")
            self._verbs.extend(root)
        except (requests.RequestException, ElementTree.ParseError, ValueError) as error:
            self._fail(str(error))

    def _signed(self, url: str, form: dict[str, str]) -> dict[str, str]:
        if not self.token:
            return {}
        signature = RequestValidator(self.token).compute_signature(url, form)
        return {"X-Twilio-Signature": str(signature)}

    def _reachable(self, url: str) -> str:
        beneath = self.public_url and url.startswith(self.public_url + "/")
        return self.address + url.removeprefix(self.public_url) if beneath else url

    def _fail(self, fault: str) -> None:
        self.fault = fault
        self.ending = "application error"
