"""Sets of things callers say, each row with the reply it should get."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

Fields = dict[str, str]

_RED_FLAGS = {"suicide": "crisis", "wish_to_die": "crisis"}  # every other class but "safe": emergency
_URGENT = {"S": "crisis", "D": "distress-real", "M": "emergency-real", "M?": "unclear"}
_CONTROL = {
    "yes": "nav:yes",
    "no": "nav:no",
    "repeat": "nav:repeat",
    "goodbye": "nav:goodbye",
    "cancel": "nav:stop",
    "what_can_i_ask_you": "nav:help",
    "are_you_a_bot": "meta",
    "what_is_your_name": "meta",
}


@dataclass(frozen=True)
class Row:
    """One turn of an invented or recorded caller.

    ``kind`` is the reply wanted (tests/questions/README.md lists them); ``facts`` are the ids of
    which the reply must hold one; ``context`` is what the same caller asked just before, or empty.
    ``said`` is what was said where ``text`` is only what was heard of it, else empty.
    """

    set: str
    id: str
    text: str
    kind: str
    facts: tuple[str, ...] = ()
    context: str = ""
    said: str = ""


class UnknownQuestions(Exception):
    """A file that holds no question set this can read; the text says what to do."""


def read_set(path: Path) -> list[Row]:
    """Return the rows of the tab-separated file at ``path``, or raise UnknownQuestions."""
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        rows = list(table)
        shape = _shape(path, set(table.fieldnames or ()))
    return [row for number, fields in enumerate(rows, 1) for row in shape(path.stem, f"{path.stem}-{number}", fields)]


def read_sets(folders: Iterable[Path]) -> list[Row]:
    """Return the rows of every question set in ``folders`` and below; one that stands in two of them counts once."""
    return list(dict.fromkeys(row for path in find_sets(folders) for row in read_set(path)))


def find_sets(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield every question set in ``folders`` and below; tables of recognisers' slips are none."""
    for folder in folders:
        if not folder.is_dir():
            raise UnknownQuestions(f"{folder}: is no folder; QUESTIONS names folders of .tsv files")
        yield from (path for path in sorted(folder.rglob("*.tsv")) if not path.stem.startswith("asr_"))


def _shape(path: Path, columns: set[str]) -> Callable[[str, str, Fields], Iterator[Row]]:
    if {"id", "context", "text", "kind", "facts"} <= columns:
        return _question
    if {"class", "form", "text"} <= columns:
        return _red_flag
    if {"kind", "label", "text"} <= columns:
        return _turn
    if {"text", "topic"} <= columns and path.stem in _REAL:
        return _REAL[path.stem]
    raise UnknownQuestions(
        f"{path}: its columns ({', '.join(sorted(columns))}) are no question set's; see tests/questions/README.md"
    )


def _question(name: str, _: str, fields: Fields) -> Iterator[Row]:
    facts = tuple(fact for fact in fields["facts"].split(",") if fact)
    yield Row(name, fields["id"], fields["text"], fields["kind"], facts, fields["context"])


def _red_flag(name: str, number: str, fields: Fields) -> Iterator[Row]:
    safe = "calm" if fields["form"] == "question" else "look-alike"
    kind = safe if fields["class"] == "safe" else _RED_FLAGS.get(fields["class"], "danger")
    yield Row(name, number, fields["text"], kind)


def _turn(name: str, number: str, fields: Fields) -> Iterator[Row]:
    if fields["kind"] in ("refuse", "distress"):
        kind = "distress" if fields["kind"] == "distress" else "oos-medical"
        yield Row(name, number, fields["text"], kind)


def _near_scope(name: str, _: str, fields: Fields) -> Iterator[Row]:
    yield Row(name, fields["id"], _as_spoken(fields["text"]), "oos-real")


def _urgent(name: str, _: str, fields: Fields) -> Iterator[Row]:
    kind = _URGENT[fields["topic"].split(" | ")[0]]
    yield Row(name, fields["id"], _as_spoken(fields["text"]), kind)


def _control(name: str, _: str, fields: Fields) -> Iterator[Row]:
    if kind := _CONTROL.get(fields["topic"]):
        yield Row(name, fields["id"], _as_spoken(fields["text"]), kind)


_REAL: dict[str, Callable[[str, str, Fields], Iterator[Row]]] = {
    "near_scope": _near_scope,
    "far_scope": _near_scope,
    "urgent": _urgent,
    "control": _control,
}


def _as_spoken(text: str) -> str:
    """Write typed ``text`` as a recogniser would."""
    plain = text.lower().replace("\u2019", "'")
    return " ".join(re.sub(r"[^a-z0-9' ]+", " ", plain).split())
