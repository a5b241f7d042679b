"""The one written form of an utterance that every component sees."""

import re

_NOT_SPOKEN = re.compile(r"[^a-z0-9' ]+")


def normalise(text: str) -> str:
    """Return ``text`` in lower case without punctuation, apostrophes kept.

    Callers' words come capitalised and punctuated from one recogniser and bare from
    another; our phrasings are bare. Both must look alike to the model.
    """
    plain = text.lower().replace("\u2019", "'")
    return " ".join(_NOT_SPOKEN.sub(" ", plain).split())


def in_context(heard: str, text: str) -> str:
    """Return ``text`` as it is read after the answer on topic ``heard``; ivr/wording.py says it alike."""
    return f"{heard.replace('_', ' ')} and {text}"
