"""The first lesson: to place a text where the teacher does (knowledge distillation, docs/decisions/0016)."""

from __future__ import annotations

from time import monotonic

import numpy as np
import tensorflow as tf

from nlu.components.encoder import padded
from teaching.student import BATCH, TOKENS, VECTORS, Student, batches, optimizer

_EPOCHS = 5
_RATE = 2e-4
_RIDGE = 20.0  # without it the first projection has numbers so large that the gradients explode


def teach_places(
    student: Student, texts: list[str], wanted: np.ndarray, unseen: list[str], unseen_wanted: np.ndarray
) -> None:
    """Teach ``student`` to make of ``texts`` the unit vectors ``wanted``; print how it does on ``unseen`` ones."""
    ids = student.ids(texts)
    student.projection.assign(_best_projection(student.vectors(texts)[0], wanted))
    _tell("before", student, unseen, unseen_wanted)
    step = _step(student, _EPOCHS * -(-len(texts) // BATCH))
    chance = np.random.default_rng(0)
    for epoch in range(1, _EPOCHS + 1):
        started = monotonic()
        for rows in batches(ids, chance):
            step(*padded([ids[row] for row in rows]), wanted[rows])
        _tell(f"epoch {epoch}, {monotonic() - started:.0f} s", student, unseen, unseen_wanted)


def likeness(made: np.ndarray, wanted: np.ndarray) -> float:
    """Return the mean cosine of two arrays of vectors, row by row; ``wanted`` are unit vectors."""
    return float(np.mean(np.sum(made * wanted, axis=1) / np.linalg.norm(made, axis=1)))


def distance(made: tf.Tensor, wanted: tf.Tensor) -> tf.Tensor:
    """Return one minus the cosine of unit vectors, row by row."""
    return 1 - tf.reduce_sum(made * wanted, axis=1)


def _step(student: Student, steps: int):
    """Return what learns from one batch."""
    adam = optimizer(_RATE, steps)

    @tf.function(input_signature=[TOKENS, TOKENS, VECTORS])
    def step(ids: tf.Tensor, mask: tf.Tensor, wanted: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(distance(student.read(ids, mask)[0], wanted))
        adam.minimize(loss, student.learns, tape=tape)

    return step


def _best_projection(vectors: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the matrix that brings ``vectors`` nearest to ``wanted`` (ridge regression)."""
    square = vectors.T @ vectors + _RIDGE * np.eye(vectors.shape[1], dtype=np.float32)
    return np.linalg.solve(square, vectors.T @ wanted)


def _tell(when: str, student: Student, texts: list[str], wanted: np.ndarray) -> None:
    told = likeness(student.vectors(texts)[0], wanted)
    print(f"  {when}: likeness {told:.3f} on {len(texts)} untaught phrasings", flush=True)
