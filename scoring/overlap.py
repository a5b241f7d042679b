"""Phrasings that are nearly the same: idle within a topic, harmful between two."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors

from ivr import yaml_file

_NEAR = 0.9  # cosine of letter n-grams; "does the biopsy hurt" and "will the biopsy hurt" are 0.8


@dataclass(frozen=True)
class Phrasing:
    """One line under ``examples`` of nlu/<topic>.yml."""

    topic: str
    text: str


@dataclass(frozen=True)
class Pair:
    """Two phrasings and how alike they are, 0 to 1."""

    first: Phrasing
    second: Phrasing
    likeness: float


def phrasings(folder: Path) -> Iterator[Phrasing]:
    """Yield every phrasing of the files in ``folder`` (nlu/)."""
    for path in sorted(folder.glob("[a-z]*.yml")):
        for block in yaml_file.read(path).get("nlu", ()):
            for line in block["examples"].splitlines():
                yield Phrasing(path.stem, line.removeprefix("- ").strip())


def near_pairs(phrasings: Sequence[Phrasing]) -> list[Pair]:
    """Return each pair of nearest neighbours that are nearly the same, the likest first."""
    rows = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True).fit_transform(
        phrasing.text for phrasing in phrasings
    )
    neighbours = NearestNeighbors(n_neighbors=2, metric="cosine", algorithm="brute").fit(rows)
    distances, indices = neighbours.kneighbors(rows)
    found = {}
    for here, (far, near) in enumerate(zip(distances, indices, strict=True)):
        for distance, there in zip(far, near, strict=True):
            if there != here and 1 - distance >= _NEAR:
                found[frozenset((here, int(there)))] = 1 - float(distance)
    pairs = [Pair(phrasings[min(key)], phrasings[max(key)], likeness) for key, likeness in found.items()]
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.first.topic, pair.first.text))


def as_text(pairs: Sequence[Pair]) -> str:
    """Return a report: first what stands under two topics, then what stands twice under one."""
    across = [pair for pair in pairs if pair.first.topic != pair.second.topic]
    within = [pair for pair in pairs if pair.first.topic == pair.second.topic]
    lines = [f"Nearly the same under two topics, which confuses: {len(across)} pairs"]
    lines += [f"  {p.likeness:.2f} {p.first.topic}: {p.first.text} | {p.second.topic}: {p.second.text}" for p in across]
    lines += [f"Nearly the same under one topic, which teaches little: {len(within)} pairs"]
    lines += [f"  {p.likeness:.2f} {p.first.topic}: {p.first.text} | {p.second.text}" for p in within]
    return "\n".join(lines)
