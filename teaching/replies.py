"""What a MiniLM of its own learns about answers to an offer (docs/decisions/0023); no row of a question set."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import yaml
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT

from nlu.components.wording import in_context, normalise

_KINDS = {
    "affirm": "yes",
    "deny": "no",
    "not_urgent": "no",
    "crisis": "danger",
    "wish_to_die": "danger",
    "emergency": "danger",
}
_EITHER = ("person", "more", "text_me")  # after an offer they take it, or ask for something else: a rule knows which
# Not thanks, a goodbye or a person: these may answer an offer.
_COMMANDS = ("repeat", "slower", "normal_speed", "go_back", "main_menu", "help", "wait")
_ABOUT_THE_LINE = ("helpline_number", "helpline_hours", "languages", "privacy", "who_are_you", "cost", "source")
# Of phrasings that are no follow-ups, the share that is read after an offer; of questions, more would only take time.
_SHARES = {
    **dict.fromkeys((*_COMMANDS, *_ABOUT_THE_LINE, "how_current"), 0.4),
    **dict.fromkeys(("affirm", "deny", "crisis", "wish_to_die", "emergency"), 1.0),
    **{"distress": 0.6, "off_topic": 0.35, "not_urgent": 0.3, "outside_leaflet": 0.1},
}
_SHARE = 0.05
_OFFERS = ("distress", "distress", "outside_leaflet", "choice")  # comfort's is the one that is answered most oddly


def replies(root: Path) -> list[tuple[str, str]]:
    """Return words after what was heard, each with ``yes``, ``no``, ``danger`` or ``neither``, in alphabetical order.

    Those of ``root``/replies were written for it; danger, feelings and questions of ``root``/nlu are put after offers.
    """
    files = RasaFileImporter(str(root / "config.yml"), training_data_paths=[str(root / "nlu")])
    examples = [
        (example.get(INTENT), example.get(METADATA, {}).get(METADATA_INTENT, {}).get("after", ""), example.get(TEXT))
        for example in files.get_nlu_data().training_examples
    ]
    # An answer of which there is more, or which may not be what was asked, can be on any topic that is followed.
    topics = sorted({after for _, after, _ in examples if after})
    return sorted({*_own(root / "replies", topics), *_others(examples, topics)})


def _own(folder: Path, topics: list[str]) -> Iterator[tuple[str, str]]:
    """Yield what is written in ``folder``: a file for each kind, and in it each offer's words."""
    for path in sorted(folder.glob("*.yml")):
        for offer, said in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for words in said:
                yield in_context(_heard(offer, topics, _chance(words)), normalise(words)), path.stem


def _others(examples: list[tuple[str, str, str]], topics: list[str]) -> Iterator[tuple[str, str]]:
    for topic, after, text in examples:
        kind = _KINDS.get(topic, "neither")
        if topic in _EITHER or after == "text_me":
            continue
        chance = _chance(text)
        if after:
            if kind != "neither" or chance.random() < 2 * _SHARE:
                yield normalise(text), kind
        elif chance.random() < _SHARES.get(topic, _SHARE):
            yield in_context(_heard(chance.choice(_OFFERS), topics, chance), normalise(text)), kind


def _heard(offer: str, topics: list[str], chance: random.Random) -> str:
    return offer if offer in topics else chance.choice(topics)


def _chance(text: str) -> random.Random:
    """Return what deals by the text, so that a new phrasing changes no other's luck."""
    return random.Random(text)  # noqa: S311 - no secret
