"""A message's sentence features as numbers to learn from."""

import hashlib
from typing import Any, List, Optional, Sequence, Text

import numpy as np
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, hstack, vstack


class Row(Features):
    """Features of one sentence, told apart by bytes: Rasa writes all their numbers out (docs/decisions/0020)."""

    def fingerprint(self) -> Text:
        """Return a text that two rows share only if their numbers are the same."""
        if self._cached_fingerprint is None:
            row = self.features.tocsr() if self.is_sparse() else self.features
            parts = (row.indices, row.data) if self.is_sparse() else (row,)
            numbers = b"".join(part.tobytes() for part in parts)
            digest = hashlib.md5(numbers, usedforsecurity=False).hexdigest()
            self._cached_fingerprint = f"{self.type} {self.origin} {self.attribute} {row.shape} {digest}"
        return self._cached_fingerprint


def rows(messages: List[Message], along: Optional[np.ndarray] = None) -> csr_matrix:
    """Return an array of shape ``(len(messages), features)``: sparse features, then dense ones, ``along`` axes."""
    stacked = [_stacked(parts) for parts in zip(*map(_parts, messages))]
    if along is not None:
        stacked[-1] = stacked[-1] @ along
    return hstack(stacked).tocsr()


def product(message: Message, weights: np.ndarray) -> np.ndarray:
    """Return the message's features times ``weights``: ``rows([message]) @ weights``, in less than half the time."""
    parts = _parts(message)
    ends = np.cumsum([part.shape[1] for part in parts])
    return sum((part @ some)[0] for part, some in zip(parts, np.split(weights, ends[:-1])))


def axes(directions: np.ndarray, count: int) -> np.ndarray:
    """Return the ``count`` axes on which ``directions`` differ most, as an array of shape ``(384, count)``."""
    return np.linalg.eigh(directions.T @ directions)[1][:, -count:]  # the greatest stand last


def direction(message: Message) -> np.ndarray:
    """Return the message's sentence vector at length 1, so that products are cosines."""
    vector = _parts(message)[-1][0]
    return vector / np.linalg.norm(vector)


def _stacked(parts: Sequence[Any]) -> Any:
    return np.concatenate(parts) if isinstance(parts[0], np.ndarray) else vstack(parts)


def _parts(message: Message) -> List[Any]:
    """Return its sparse features, if there are any, and its dense ones, each of shape ``(1, count)``."""
    sparse = [part.features.tocsr() for part in message.features if part.is_sparse()]
    return sparse + [part.features for part in message.features if part.is_dense()]
