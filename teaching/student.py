"""The student: MiniLM, whose layers and projection learn; its word pieces stay as published."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tensorflow as tf

from nlu.components.encoder import padded, tokenizer
from nlu.components.lesson import PATH, Lesson
from teaching.pooling import mean_direction

BATCH = 64
_WARM_UP = 200  # steps, until the learning rate is at its height; then it falls to nothing in a straight line
_STEEPEST = 1.0  # a gradient longer than this is shortened to it
TOKENS = tf.TensorSpec([None, None], tf.int32)
"""Token ids, or their mask: a row for each text, filled up to the longest."""
VECTORS = tf.TensorSpec([None, None], tf.float32)


class Student:
    """MiniLM as it was taught so far; ``learns`` are the weights that a teacher changes."""

    def __init__(self, folder: Path, taught: Lesson | None = None) -> None:
        """Load the published weights in ``folder``, and what was ``taught`` before."""
        from transformers import TFAutoModel

        self._tokenizer = tokenizer(folder)
        self._model = TFAutoModel.from_pretrained(folder)
        self._layers = [weight for weight in self._model.trainable_weights if "/encoder/" in weight.name]
        self._published = [weight.numpy() for weight in self._layers]
        start = np.eye(self._model.config.hidden_size, dtype=np.float32)
        self.projection = tf.Variable(_teach(self._model, taught) if taught else start)
        self.learns = [*self._layers, self.projection]
        self._read = tf.function(self.read, input_signature=[TOKENS, TOKENS])

    def ids(self, texts: list[str]) -> list[list[int]]:
        """Return the word pieces of each text."""
        return [read.ids for read in self._tokenizer.encode_batch(texts)]

    def read(self, ids: tf.Tensor, mask: tf.Tensor, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the place and the direction of each text: unit vectors, as nlu/components/encoder.py tells them."""
        directions = mean_direction(self._model, ids, mask, training)
        return tf.math.l2_normalize(tf.matmul(directions, self.projection), axis=1), directions

    def vectors(self, texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return places and directions of ``texts``, as two arrays of shape ``(len(texts), 384)``."""
        ids = self.ids(texts)
        found = np.zeros((2, len(texts), self.projection.shape[1]), dtype=np.float32)
        for rows in batches(ids, np.random.default_rng(0)):
            found[:, rows] = self._read(*padded([ids[row] for row in rows]))
        return found[0], found[1]

    def lesson(self, head: dict[str, np.ndarray] | None = None) -> Lesson:
        """Return what was learned, with the ``head`` that tells topics, if one was taught."""
        learned = zip(self._layers, self._published, strict=True)
        changes = {_name(weight): weight.numpy() - before for weight, before in learned}
        return Lesson(changes, self.projection.numpy(), head or {})


def optimizer(rate: float, steps: int):
    """Return what changes weights, at most at ``rate``, over so many ``steps``."""
    from transformers import create_optimizer

    return create_optimizer(rate, steps, _WARM_UP, adam_global_clipnorm=_STEEPEST)[0]


def batches(ids: list[list[int]], chance: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield the rows of each batch, in random order; a batch's texts are about as long as each other."""
    order = np.lexsort((chance.random(len(ids)), [len(one) for one in ids]))
    found = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    chance.shuffle(found)
    yield from found


def _teach(model, taught: Lesson) -> np.ndarray:
    """Add what was taught to the weights of ``model``, and return what its vectors are multiplied by."""
    weights = {_name(weight): weight for weight in model.weights}
    if strange := sorted(taught.changes.keys() - weights.keys()):
        raise ValueError(f"{PATH}: teaches another model ({strange[0]}). Run: make lesson")
    for name, change in taught.changes.items():
        weights[name].assign_add(change)
    return taught.projection


def _name(weight) -> str:
    """Return a weight's name without what depends on how the model was built."""
    return weight.name.split("bert/", 1)[-1].split(":")[0]
