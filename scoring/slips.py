"""What a telephone recogniser does to words: it loses some and takes some for others, as counted on real calls."""

import csv
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from scoring.questions import Row, UnknownQuestions

_WORD_ERRORS = 0.24  # of words, measured on whole telephone calls
_LOST = 2 / 3  # of the errors are lost words


@dataclass(frozen=True)
class Slips:
    """How often each word was lost, and what was written in its place how often."""

    lost: Counter[str]
    taken_for: dict[str, Counter[str]]

    def mishear(self, text: str, chance: random.Random) -> str:
        """Return ``text`` with words lost and mistaken as often as on real calls."""
        words = text.split()
        weights = [1 + self.lost[word] for word in words]  # "um" and "the" are lost more often than names
        per_weight = _WORD_ERRORS * _LOST * len(words) / max(sum(weights), 1)
        return " ".join(
            self._mistake(word, chance)
            for word, weight in zip(words, weights, strict=True)
            if chance.random() >= weight * per_weight
        )

    def _mistake(self, word: str, chance: random.Random) -> str:
        others = self.taken_for.get(word)
        if not others or chance.random() >= _WORD_ERRORS:  # only some words have counted mistakes: those make more
            return word
        return chance.choices(list(others), list(others.values()))[0]


def read_slips(path: Path) -> Slips:
    """Read a tab-separated table of op (sub, del or ins), reference, hypothesis and count."""
    if not path.is_file():
        raise UnknownQuestions(f"{path}: is not there; SLIPS names a table of op, reference, hypothesis and count")
    lost: Counter[str] = Counter()
    taken_for: dict[str, Counter[str]] = defaultdict(Counter)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["op"] == "del":
                lost[row["reference"]] += int(row["count"])
            elif row["op"] == "sub":
                taken_for[row["reference"]][row["hypothesis"]] += int(row["count"])
    return Slips(lost, taken_for)


def with_slips(rows: Iterable[Row], slips: Slips) -> Iterator[Row]:
    """Yield each row with its slips, the same at each run; a row of which nothing is left stays as it was."""
    for row in rows:
        heard = slips.mishear(row.text, random.Random(row.id))  # noqa: S311 - no secret
        yield replace(row, text=heard or row.text)
