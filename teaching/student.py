"""The student: MiniLM, which learns to place a text where its teacher does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import numpy as np
import tensorflow as tf

from nlu.components.lesson import Lesson
from nlu.components.sentences import MOST_TOKENS, mean_direction, padded, weight_name

_EPOCHS = 5
_BATCH = 64
_RATE = 2e-4  # at its height, after _WARM_UP steps; then it falls to nothing in a straight line
_WARM_UP = 200
_STEEPEST = 1.0  # a gradient longer than this is shortened to it
_RIDGE = 20.0  # without it the first projection has numbers so large that the gradients explode


class Student:
    """MiniLM's layers, and a projection of its vectors, that learn; its word pieces stay as published."""

    def __init__(self, folder: Path) -> None:
        """Load the published weights in ``folder``."""
        from tokenizers import Tokenizer
        from transformers import TFAutoModel

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(max_length=MOST_TOKENS)
        self._tokenizer.no_padding()
        self._model = TFAutoModel.from_pretrained(folder)
        self._weights = [weight for weight in self._model.trainable_weights if "/encoder/" in weight.name]
        self._before = [weight.numpy() for weight in self._weights]
        self._projection = tf.Variable(np.eye(self._model.config.hidden_size, dtype=np.float32))

    def learn(self, texts: list[str], wanted: np.ndarray, unseen: list[str], unseen_wanted: np.ndarray) -> None:
        """Learn to make of ``texts`` the unit vectors ``wanted``; print how it does on ``unseen`` ones."""
        ids = self._ids(texts)
        self._projection.assign(_best_projection(self._vectors(texts), wanted))
        self._tell("before", unseen, unseen_wanted)
        step = self._step(_EPOCHS * -(-len(texts) // _BATCH))
        chance = np.random.default_rng(0)
        for epoch in range(1, _EPOCHS + 1):
            started = monotonic()
            for rows in _batches(ids, chance):
                step(*padded([ids[row] for row in rows]), wanted[rows])
            self._tell(f"epoch {epoch}, {monotonic() - started:.0f} s", unseen, unseen_wanted)

    def lesson(self) -> Lesson:
        """Return what was learned."""
        learned = zip(self._weights, self._before, strict=True)
        changes = {weight_name(weight): weight.numpy() - before for weight, before in learned}
        return Lesson(changes, self._projection.numpy())

    def _step(self, steps: int):
        """Return what learns from one batch, the learning rate falling over so many ``steps``."""
        from transformers import create_optimizer

        optimizer, _ = create_optimizer(_RATE, steps, _WARM_UP, adam_global_clipnorm=_STEEPEST)
        learning = [*self._weights, self._projection]
        whole = tf.TensorSpec([None, None], tf.int32)

        @tf.function(input_signature=[whole, whole, tf.TensorSpec([None, None], tf.float32)])
        def step(ids: tf.Tensor, mask: tf.Tensor, wanted: tf.Tensor) -> None:
            with tf.GradientTape() as tape:
                made = tf.math.l2_normalize(tf.matmul(self._pooled(ids, mask), self._projection), axis=1)
                loss = 1 - tf.reduce_mean(tf.reduce_sum(made * wanted, axis=1))
            optimizer.minimize(loss, learning, tape=tape)

        return step

    def _pooled(self, ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        return mean_direction(self._model, ids, mask)

    def _ids(self, texts: list[str]) -> list[list[int]]:
        return [read.ids for read in self._tokenizer.encode_batch(texts)]

    def _vectors(self, texts: list[str]) -> np.ndarray:
        """Return MiniLM's own vectors of ``texts``, before the projection."""
        ids = self._ids(texts)
        vectors = np.zeros((len(texts), self._projection.shape[0]), dtype=np.float32)
        pooled = tf.function(self._pooled, input_signature=[tf.TensorSpec([None, None], tf.int32)] * 2)
        for rows in _batches(ids, np.random.default_rng(0)):
            vectors[rows] = pooled(*padded([ids[row] for row in rows])).numpy()
        return vectors

    def _tell(self, when: str, texts: list[str], wanted: np.ndarray) -> None:
        made = self._vectors(texts) @ self._projection.numpy()
        print(f"  {when}: likeness {likeness(made, wanted):.3f} on {len(texts)} untaught phrasings", flush=True)


def likeness(made: np.ndarray, wanted: np.ndarray) -> float:
    """Return the mean cosine of two arrays of vectors, row by row; ``wanted`` are unit vectors."""
    return float(np.mean(np.sum(made * wanted, axis=1) / np.linalg.norm(made, axis=1)))


def _best_projection(vectors: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the matrix that brings ``vectors`` nearest to ``wanted`` (ridge regression)."""
    square = vectors.T @ vectors + _RIDGE * np.eye(vectors.shape[1], dtype=np.float32)
    return np.linalg.solve(square, vectors.T @ wanted)


def _batches(ids: list[list[int]], chance: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield the rows of each batch, in random order; a batch's texts are about as long as each other."""
    order = np.lexsort((chance.random(len(ids)), [len(one) for one in ids]))
    batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    chance.shuffle(batches)
    yield from batches
