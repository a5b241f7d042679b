"""What came from the caller in one turn: a key, words, or silence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ivr.wording import normalise

LONGEST = 3_000  # characters: Twilio listens for a minute at most, and danger may be said last
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_KEY_WORDS = {word: str(digit) for digit, word in enumerate(_DIGITS)} | {
    "star": "*",
    "hash": "#",
    "the first one": "1",
    "the second one": "2",
    "the third one": "3",
}
_PRESSING = re.compile(r"^(?:i )?(?:press|option|number|choice|key|pressed|choose) ")


@dataclass(frozen=True)
class Heard:
    """One turn of the caller's. ``key`` and ``words`` empty: silence.

    ``clarity``, above 0 to 1, is how sure the recogniser was of ``words``; None if it did not say.
    """

    key: str = ""
    words: str = ""
    clarity: float | None = None


def heard(form: Mapping[str, str]) -> Heard:
    """Read a Gather's result from Twilio's ``form`` fields.

    A missing and an empty ``Digits`` or ``SpeechResult`` both mean silence, as Gather
    sends either (https://www.twilio.com/docs/voice/twiml/gather).
    """
    digits = form.get("Digits", "").strip()
    if digits:
        return Heard(key=digits[0])
    words = _CONTROL.sub(" ", form.get("SpeechResult", ""))[:LONGEST].strip()
    return Heard(words=words, clarity=_clarity(form.get("Confidence", "")))


def _clarity(confidence: str) -> float | None:
    """Read Twilio's ``Confidence``: may be missing, and 0 is Google's way of not saying.

    https://www.twilio.com/docs/voice/twiml/gather, and Google's SpeechRecognitionAlternative.
    """
    try:
        clarity = float(confidence)
    except ValueError:
        return None
    return clarity if 0 < clarity <= 1 else None


def spoken_key(words: str) -> str:
    """Return the key that ``words`` name ("press two", "option 2"), or an empty string."""
    plain = _PRESSING.sub("", normalise(words)).removesuffix(" please")
    if len(plain) == 1 and plain.isdigit():
        return plain
    return _KEY_WORDS.get(plain, "")
