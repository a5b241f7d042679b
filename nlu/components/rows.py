"""All of a message's sentence features as one row of numbers."""

from typing import List

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
