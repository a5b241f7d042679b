"""The plain form in which spoken words are compared with phrases in YAML."""

import re

_NOT_SPOKEN = re.compile(r"[^a-z0-9' ]+")


def normalise(text: str) -> str:
    """Return ``text`` in lower case, without punctuation but apostrophes.

    Recognisers write "Sorry, what was that?"; editors write sorry what was that.
    """
    plain = text.lower().replace("\u2019", "'")
    return " ".join(_NOT_SPOKEN.sub(" ", plain).split())


def in_context(heard: str, words: str) -> str:
    """Return ``words`` as Rasa reads them after the answer on topic ``heard``.

    Its follow-ups are trained in the same form: nlu/components/wording.py.
    """
    return f"{heard.replace('_', ' ')} and {words}"
