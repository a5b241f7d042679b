"""A message's sentence features as numbers to learn from."""

from typing import List

import numpy as np
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, hstack, vstack


def rows(messages: List[Message]) -> csr_matrix:
    """Return an array of shape ``(len(messages), features)``: sparse features, then dense ones."""
    found = []
    for message in messages:
        sparse, dense = message.get_sparse_features(TEXT)[1], message.get_dense_features(TEXT)[1]
        found.append(hstack([features.features for features in (sparse, dense) if features]))
    return vstack(found).tocsr()


def direction(message: Message) -> np.ndarray:
    """Return the message's sentence vector at length 1, so that products are cosines."""
    vector = message.get_dense_features(TEXT)[1].features[0]
    return vector / np.linalg.norm(vector)
