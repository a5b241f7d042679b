"""A message's sentence features as numbers to learn from."""

from typing import Any, List, Sequence

import numpy as np
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, hstack, vstack


def rows(messages: List[Message]) -> csr_matrix:
    """Return an array of shape ``(len(messages), features)``: sparse features, then dense ones."""
    return hstack([_stacked(parts) for parts in zip(*map(_parts, messages))]).tocsr()


def product(message: Message, weights: np.ndarray) -> np.ndarray:
    """Return the message's features times ``weights``: ``rows([message]) @ weights``, in less than half the time."""
    parts = _parts(message)
    ends = np.cumsum([part.shape[1] for part in parts])
    return sum((part @ some)[0] for part, some in zip(parts, np.split(weights, ends[:-1])))


def direction(message: Message) -> np.ndarray:
    """Return the message's sentence vector at length 1, so that products are cosines."""
    vector = message.get_dense_features(TEXT)[1].features[0]
    return vector / np.linalg.norm(vector)


def _stacked(parts: Sequence[Any]) -> Any:
    return np.concatenate(parts) if isinstance(parts[0], np.ndarray) else vstack(parts)


def _parts(message: Message) -> List[Any]:
    """Return its sparse features, if there are any, and its dense ones, each of shape ``(1, count)``."""
    sparse, dense = message.get_sparse_features(TEXT)[1], message.get_dense_features(TEXT)[1]
    parts = [sparse.features.tocsr()] if sparse else []
    return [*parts, dense.features] if dense else parts
