"""Vectors of texts, kept in a file from one training to the next: encoding is a third of a training's time."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Dict, List, Text
from zipfile import BadZipFile

import numpy as np


def remembered(path: Path, texts: List[Text], encode: Callable[[List[Text]], np.ndarray]) -> np.ndarray:
    """Return a vector for each of ``texts``: those kept at ``path``, and what ``encode`` makes of the rest.

    All of them, and no others, are then kept at ``path``.
    """
    known = _read(path)
    new = sorted(set(texts) - known.keys())
    known.update(zip(new, encode(new)))
    kept = {text: known[text] for text in texts}
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez(path, texts=np.array("\n".join(kept)), vectors=np.stack(list(kept.values())))
    return np.stack([known[text] for text in texts])


def _read(path: Path) -> Dict[Text, np.ndarray]:
    """Return the vectors kept at ``path``; none where there is no file, or one cut short."""
    try:
        with path.open("rb") as file, np.load(file) as kept:
            return dict(zip(str(kept["texts"]).split("\n"), kept["vectors"]))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
