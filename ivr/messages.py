"""Text messages: to whom one can be sent, what it may say, and the sending, once a call."""

import logging
import re
from collections.abc import Iterator
from concurrent.futures import Future
from threading import Lock
from typing import Protocol

import phonenumbers
from cachetools import TTLCache

from ivr.content import Content
from ivr.settings import Settings
from ivr.state import LIFETIME, Texting
from ivr.texts import Outcome

_UK = "GB"
_MOST_CALLS = 20_000  # remembered at once
_LONGEST = 160  # characters of one text: https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding
_NOT_GSM_7 = re.compile(r"[^A-Za-z0-9 \n@£$!\"#%&'()*+,\-./:;<=>?_]")
_ABOUT_HEALTH = re.compile(
    r"cancer|breast|mastect|\bskin|tumou?r|\blump|lymph|metasta|\bmets\b|secondar|oncolog|biops|chemo|radiother|electro"
    r"|\bect\b|treatment|palliat|hospital|hospice|nurse|clinic|health|medic|nhs|illness|disease|patient|symptom"
    r"|macmillan|marie.?curie|maggie",
    re.IGNORECASE,
)
_log = logging.getLogger(__name__)


class Sender(Protocol):
    """Sends one text; whatever it raises means that it was not sent."""

    def send_text(self, to: str, body: str) -> None:
        """Send ``body`` to the number ``to``, within seconds."""


class Messenger:
    """Sends each call one text at most, also where Twilio asks twice. Keeps call ids for as long as a call can last."""

    def __init__(self, sender: Sender) -> None:
        """Send by way of ``sender``."""
        self._sender = sender
        self._sent: TTLCache[str, Future[Outcome]] = TTLCache(_MOST_CALLS, LIFETIME)
        self._lock = Lock()

    def send(self, call: str, to: str, body: str) -> Outcome:
        """Send ``body`` to the number ``to`` for ``call``; a second time only tell how the first went."""
        with self._lock:
            is_first = call not in self._sent
            outcome = self._sent.setdefault(call, Future())
        if is_first:
            outcome.set_result(self._try_to_send(to, body))
        return outcome.result()

    def _try_to_send(self, to: str, body: str) -> Outcome:
        if texting(to) != "offered":
            return "failed"
        try:
            self._sender.send_text(to, body)
        except Exception as error:  # its message may hold the caller's number
            _log.error("a text could not be sent: %s", getattr(error, "means", type(error).__name__))
            return "failed"
        return "sent"


def texting(number: str) -> Texting:
    """Tell whether the caller with ``number``, as Twilio gives it, can be sent a text.

    A hidden number comes as a word, or as one that nobody can have, such as +266696687:
    https://www.twilio.com/docs/voice/twiml and phonenumbers' own plan of numbers.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "hidden"
    if not phonenumbers.is_valid_number(parsed):
        return "hidden"
    is_mobile = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
    return "offered" if is_mobile and phonenumbers.region_code_for_number(parsed) == _UK else "no_mobile"


def message(content: Content, settings: Settings) -> str:
    """Return the text that ``settings`` make of the words of ``content``."""
    return content.phone.texts.message.format(number=settings.spoken_number, link=settings.text_link)


def faults(text: str, sender: str = "") -> Iterator[str]:
    """Yield why ``text`` must not be sent as from ``sender``: each with its cure, after "texts.message:"."""
    if len(text) > _LONGEST:
        yield f"is {len(text)} characters long; {_LONGEST} at most, link included: shorten the words or TEXT_LINK"
    for sign in sorted(set(_NOT_GSM_7.findall(text))):
        yield f"has {sign!r}, which makes it longer than one text; write it another way"
    for word in sorted({word.lower() for word in _ABOUT_HEALTH.findall(f"{sender} {text}")}):
        cure = "change the words, or give TEXT_LINK and TEXT_SENDER neutral ones"
        yield f"says {word!r}, and others may read the phone; {cure}"
