"""What MiniLM was taught: small changes to its weights, kept in one file.

A larger encoder taught it where to place a text (knowledge distillation, docs/decisions/0016), and our phrasings
which topic a text names (fine-tuning, docs/decisions/0017). `make lesson` teaches both, and this reads what was taught.
Changes are kept as whole numbers of a step, each column of a weight with a step of its own: a seventh of
the room, and the vectors are the same to the third digit.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Dict, NamedTuple, Text
from zipfile import BadZipFile

import numpy as np

PATH = Path(__file__).with_name("lesson.npz")
SECOND = PATH.with_name("second.npz")
"""What another MiniLM was taught: topics alone, from its published weights (docs/decisions/0024)."""
REPLIES = PATH.with_name("replies.npz")
"""What another MiniLM was taught: whether words take an offer, decline it, or tell danger (docs/decisions/0023)."""
_PROJECTION = "projection"
_STEP = "/step"
_HEAD = "head/"
_MOST_STEPS = 7  # up or down: four bits a number, before the file is packed
_WIDEST = 0.7  # of a column's largest change; the few beyond it are cut, so that the rest is kept more finely


class Lesson(NamedTuple):
    """``changes``: what to add to each weight, by its name; ``projection``: what sentence vectors are multiplied by.

    ``head``: the arrays by which topics are told from a vector before that (``topics``, ``weights``, ``biases``); none
    where only places were taught.
    """

    changes: Dict[Text, np.ndarray]
    projection: np.ndarray
    head: Dict[Text, np.ndarray] = {}


def read(path: Path = PATH) -> Lesson:
    """Return the lesson kept at ``path``, or raise ``ValueError`` that says how to come by a whole one."""
    try:
        with path.open("rb") as file, np.load(file) as kept:
            steps = {name: kept[name + _STEP] for name in kept.files if name + _STEP in kept.files}
            changes = {name: kept[name] * step for name, step in steps.items()}
            head = {name.removeprefix(_HEAD): kept[name] for name in kept.files if name.startswith(_HEAD)}
            return Lesson(changes, kept[_PROJECTION].astype(np.float32), head)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise _not_whole(path, error) from None


def write(path: Path, lesson: Lesson) -> None:
    """Keep ``lesson`` at ``path``; what is read back differs by half a step at most, but for what is cut."""
    kept = {_PROJECTION: lesson.projection.astype(np.float16)}
    kept.update({_HEAD + name: array for name, array in lesson.head.items()})
    for name, change in lesson.changes.items():
        step = _WIDEST * np.abs(change).max(axis=0, keepdims=True) / _MOST_STEPS + np.finfo(np.float32).tiny
        kept[name] = np.clip(np.round(change / step), -_MOST_STEPS, _MOST_STEPS).astype(np.int8)
        kept[name + _STEP] = step.astype(np.float32)
    np.savez_compressed(path, **kept)


def _not_whole(path: Path, error: Exception) -> ValueError:
    return ValueError(f"{path}: is not a whole lesson ({error}). Take it from git again: git checkout {path}")
