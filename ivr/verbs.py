"""TwiML's verbs as a telephone reads them, with Twilio's defaults where a document is silent.

Source: https://www.twilio.com/docs/voice/twiml
"""

from dataclasses import dataclass
from xml.etree.ElementTree import Element


@dataclass(frozen=True)
class Ringing:
    """A transfer that waits for its outcome, for ``timeout`` seconds at most."""

    number: str
    caller_id: str
    action: str
    timeout: int


@dataclass(frozen=True)
class Waiting:
    """A Gather that listens. ``timeout`` is in seconds."""

    action: str
    accepts_keys: bool
    accepts_words: bool
    digits: int | None
    finish_key: str
    timeout: int
    posts_silence: bool


def ringing(dial: Element, caller: str) -> Ringing:
    """Return the transfer that ``dial`` begins for ``caller``, whose number is shown unless it says another."""
    return Ringing(
        number=(dial.findtext("Number") or dial.text or "").strip(),
        caller_id=dial.get("callerId", caller),
        action=dial.get("action", ""),
        timeout=_seconds(dial, 30),
    )


def waiting(gather: Element, document: str) -> Waiting:
    """Return what ``gather`` listens for; without an address of its own it asks ``document``'s again."""
    inputs = gather.get("input", "dtmf").split()
    digits = gather.get("numDigits")
    return Waiting(
        action=gather.get("action") or document,
        accepts_keys="dtmf" in inputs,
        accepts_words="speech" in inputs,
        digits=int(digits) if digits else None,
        finish_key=gather.get("finishOnKey", "#"),
        timeout=_seconds(gather, 5),
        posts_silence=gather.get("actionOnEmptyResult") == "true",
    )


def text_of(say: Element) -> str:
    """Return the words in a Say as written, a space for each pause between them."""
    return " ".join("".join(_in_order(say)).split())


def _seconds(verb: Element, usual: int) -> int:
    timeout = verb.get("timeout", "")
    return int(timeout) if timeout.isascii() and timeout.isdigit() else usual  # "auto" is none


def _in_order(element: Element) -> list[str]:
    pieces = [element.text or ""]
    for child in element:
        pieces += [" "] if child.tag == "break" else []
        pieces += [*_in_order(child), child.tail or ""]
    return pieces
