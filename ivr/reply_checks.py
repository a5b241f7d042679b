"""The folder replies/: what callers say to an offer, as `make lesson` teaches it (docs/decisions/0023)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import StrictStr, TypeAdapter

from ivr import yaml_file
from ivr.wording import normalise
from ivr.yaml_file import collecting

_KINDS = ("danger", "neither", "no", "yes")
_FILE = TypeAdapter(dict[Literal["choice", "distress", "more", "outside_leaflet"], list[StrictStr]])


def reply_problems(root: Path) -> list[str]:
    """Return every problem of ``root``/replies as ``file: problem and cure``."""
    folder = root / "replies"
    problems = [
        f"replies/{kind}.yml: is missing; write it" for kind in _KINDS if not (folder / f"{kind}.yml").is_file()
    ]
    said: dict[tuple[str, str], Path] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.stem not in _KINDS:
            problems.append(f"{yaml_file.name(path)}: is none of {', '.join(_KINDS)}; move its words to one of these")
            continue
        with collecting(problems):
            for offer, words in _said(path):
                if not words:
                    problems.append(f"{yaml_file.name(path)}: has a line without words under {offer}; take it out")
                elif other := said.get((offer, words)):
                    problems.append(f"{yaml_file.name(path)}: {words!r} stands in {other.name} already; keep one")
                said[offer, words] = path
    return problems


def _said(path: Path) -> Iterator[tuple[str, str]]:
    for offer, lines in yaml_file.parse(path, _FILE, yaml_file.read(path)).items():
        yield from ((offer, normalise(words)) for words in lines)
