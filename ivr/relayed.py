"""What a caller typed, where a relay assistant reads it out: the assistant's own words around it are taken off.

Relay UK's assistants say who is speaking, read what was typed, and end with "go ahead" (written GA):
https://www.relayuk.bt.com.
"""

import re

_OPENING = re.compile(
    r"^.*?\b(?:caller|user|customer|they|he|she)(?: has| have|'s|'ve)? "
    r"(?:typed|typing|written|wrote|says?|asks?|said|asked)[,:]?\s+",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"(?<!\bto)(?<!\bi)(?<!\bjust)(?<!\bwe)(?<!\bthey)(?<!\byou)"  # "should i just go ahead" is no sign
    r"[\s,.]+(?:go ahead(?: please| caller)?|g\.? ?a\.?)[.\s]*$",
    re.IGNORECASE,
)
_LEAST_WORDS = 3  # "good morning, go ahead" asks nothing


def relayed(words: str) -> str:
    """Return what was typed of ``words``, or ``words`` as they are where no assistant reads anything out."""
    typed = _ENDING.sub("", words)
    if typed != words or "relay" in words.lower():
        typed = _OPENING.sub("", typed)
    return typed if typed != words and len(typed.split()) >= _LEAST_WORDS else words
