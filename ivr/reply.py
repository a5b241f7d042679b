"""The words one turn ends in, before any channel shapes them: imports nothing of ours."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "menu",
    "answer",
    "clarify",
    "rephrase",
    "silence",
    "refuse",
    "emergency",
    "crisis",
    "distress",
    "transfer",
    "about",
    "control",
    "goodbye",
    "degraded",
]
"""What a reply is, as the ``X-Reply-Kind`` header names it (design.md, section 3)."""

URGENT: tuple[Kind, ...] = ("emergency", "crisis")
"""Kinds that are repeated as themselves and never talked over."""

Patience = Literal["menu", "open", "wait"]
"""How long a caller may stay silent; the seconds stand in responses/phone.yml."""


@dataclass(frozen=True)
class Said:
    """One breath: ``text`` as written, and whether it is one item of a list."""

    text: str
    item: bool = False


@dataclass(frozen=True)
class Choice:
    """What a numbered key does: its spoken ``name`` and the place it leads to."""

    name: str
    target: str


@dataclass(frozen=True)
class Reply:
    """Everything one turn says and how it ends.

    ``first_pass`` is spoken before the caller can interrupt; ``yes`` and ``more`` are
    the places that "yes" and key 9 lead to, empty when there are none. ``keeps_keys``: a number means what it
    meant before these words.
    """

    kind: Kind
    says: tuple[Said, ...]
    topic: str = ""
    choices: tuple[Choice, ...] = ()
    yes: str = ""
    more: str = ""
    keeps_keys: bool = False
    first_pass: str = ""
    patience: Patience = "menu"
    then: Literal["listen", "dial", "hang_up"] = "listen"
