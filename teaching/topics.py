"""The second lesson: to name the topic of a text, and to forget no place (fine-tuning, docs/decisions/0017)."""

from __future__ import annotations

from time import monotonic

import numpy as np
import tensorflow as tf

from nlu.components.encoder import STEEPNESS, padded
from teaching.places import distance, likeness
from teaching.student import BATCH, TOKENS, VECTORS, Student, batches, optimizer

EPOCHS = 3
_RATE = 2e-4
_HEAD_RATE = 1e-3  # the head starts from next to nothing, the layers from what they know
FAITH = 2.0
_SMOOTHING = 0.1  # of the certainty in each label is spread over all topics: some labels are wrong, some words mean two


def teach_topics(
    student: Student,
    texts: list[str],
    topics: list[str],
    unseen: list[str],
    unseen_topics: list[str],
    epochs: int,
    faith: float = FAITH,
) -> dict[str, np.ndarray]:
    """Teach ``student`` the topic of each of ``texts``, and return the head that names it.

    ``faith`` is how much a place lost weighs beside a topic missed.
    It goes through them ``epochs`` times, and prints each time how it does on ``unseen`` ones.
    Shares of ``topics`` are the softmax of ``STEEPNESS`` x direction x ``weights`` + ``biases``.
    """
    names, labels = np.unique(topics, return_inverse=True)
    places, directions = student.vectors(texts)
    unseen_places, _ = student.vectors(unseen)
    weights = tf.Variable(_first_weights(directions, labels, len(names)))
    biases = tf.Variable(np.zeros(len(names), dtype=np.float32))
    ids, chance = student.ids(texts), np.random.default_rng(0)
    step = _step(student, [weights, biases], faith, epochs * -(-len(texts) // BATCH))
    for epoch in range(1, epochs + 1):
        started = monotonic()
        for rows in batches(ids, chance):
            step(*padded([ids[row] for row in rows]), places[rows], labels[rows].astype(np.int32))
        made, directions = student.vectors(unseen)
        named = names[(STEEPNESS * directions @ weights.numpy() + biases.numpy()).argmax(axis=1)]
        right, kept = np.mean(named == np.array(unseen_topics)), likeness(made, unseen_places)
        print(f"  epoch {epoch}, {monotonic() - started:.0f} s, of {len(unseen)} untaught ones:", end=" ")
        print(f"{right:.1%} named, likeness {kept:.3f} to where they lay", flush=True)
    return {"topics": names, "weights": weights.numpy(), "biases": biases.numpy()}


def _step(student: Student, head: list[tf.Variable], faith: float, steps: int):
    """Return what learns from one batch."""
    adam, head_adam = optimizer(_RATE, steps), optimizer(_HEAD_RATE, steps)
    weights, biases = head
    count, learns = weights.shape[1], len(student.learns)

    @tf.function(input_signature=[TOKENS, TOKENS, VECTORS, tf.TensorSpec([None], tf.int32)])
    def step(ids: tf.Tensor, mask: tf.Tensor, wanted: tf.Tensor, labels: tf.Tensor) -> None:
        named = tf.one_hot(labels, count) * (1 - _SMOOTHING) + _SMOOTHING / count
        with tf.GradientTape() as tape:
            places, directions = student.read(ids, mask, training=True)
            margins = STEEPNESS * tf.matmul(directions, weights) + biases
            missed = tf.nn.softmax_cross_entropy_with_logits(named, margins)
            loss = tf.reduce_mean(missed + faith * distance(places, wanted))
        changes = tape.gradient(loss, [*student.learns, *head])
        adam.apply_gradients(zip(changes[:learns], student.learns))
        head_adam.apply_gradients(zip(changes[learns:], head))

    return step


def _first_weights(vectors: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Return the mean direction of each topic's texts, without what is common to all topics."""
    means = np.stack([vectors[labels == topic].mean(axis=0) for topic in range(count)])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    return (means - means.mean(axis=0)).T.astype(np.float32)
