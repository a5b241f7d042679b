"""The teacher: all-mpnet-base-v2, which tells meanings apart better than MiniLM and is five times its size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf

from nlu.components.encoder import check_weights, padded, tokenizer
from teaching.pooling import mean_direction

# Published by the model's authors (sentence-transformers/all-mpnet-base-v2).
WEIGHTS_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
_BATCH = 64
_PAD = 1  # MPNet counts positions from the first token that is not 1
_WIDTH = 384  # of the student's vectors


class Teacher:
    """MPNet with mean pooling: texts -> unit vectors of 768."""

    def __init__(self, folder: Path) -> None:
        """Load the weights in ``folder``; ``ValueError`` if they are not the published ones."""
        from transformers import TFAutoModel

        check_weights(folder / "model.safetensors", WEIGHTS_SHA256)
        self._tokenizer = tokenizer(folder)
        model = TFAutoModel.from_pretrained(folder)
        whole = tf.TensorSpec([None, None], tf.int32)

        @tf.function(input_signature=[whole, whole])
        def pooled(ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
            return mean_direction(model, ids, mask)

        self._pooled = pooled

    def encode(self, texts: list[str]) -> np.ndarray:
        """Return an array of shape ``(len(texts), 768)``."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.zeros((len(texts), 2 * _WIDTH), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            tokens = [read.ids for read in self._tokenizer.encode_batch([texts[i] for i in rows])]
            vectors[rows] = self._pooled(*padded(tokens, _PAD)).numpy()
        return vectors


def narrowed(vectors: np.ndarray) -> np.ndarray:
    """Return unit vectors of 384: ``vectors`` seen along the directions in which they differ most."""
    _, directions = np.linalg.eigh(vectors.T @ vectors)  # the smallest first
    narrow = vectors @ directions[:, -_WIDTH:]
    return narrow / np.linalg.norm(narrow, axis=1, keepdims=True)
