"""What spelling tells of texts: which words and which parts of words are in them, and what each is worth."""

from __future__ import annotations

from array import array
from collections import Counter
from itertools import count
from typing import Callable, List, NamedTuple, Text

import numpy as np
from scipy.sparse import csr_matrix


class Kind(NamedTuple):
    """Parts of one kind, words or letters: how to ``cut`` a text, and which parts are ``known`` and their weights."""

    cut: Callable[[Text], List[Text]]
    known: List[Text]
    weights: np.ndarray


class Spelling:
    """Texts as tf-idf over parts of several kinds, each kind of length 1.

    The numbers are those of scikit-learn's TfidfVectorizer with ``sublinear_tf``, which takes five times as long for a
    caller's one text.
    """

    def __init__(self, kinds: List[Kind]) -> None:
        """Give each known part a column, one kind after another."""
        columns = count()
        self._kinds = [(kind.cut, dict(zip(kind.known, columns))) for kind in kinds]
        self._weights = np.concatenate([kind.weights for kind in kinds])

    def read(self, texts: List[Text]) -> csr_matrix:
        """Return an array of shape ``(len(texts), known parts)``, in float32."""
        counts, columns, times = array("i"), array("i"), array("i")
        for text in texts:
            for cut, known in self._kinds:
                found = Counter(known[part] for part in cut(text) if part in known)
                counts.append(len(found))
                columns.extend(found)
                times.extend(found.values())
        worth = (1 + np.log(times)) * self._weights[columns]
        owners = np.repeat(np.arange(len(counts)), counts)
        worth /= np.sqrt(np.bincount(owners, worth**2, len(counts)))[owners]
        ends = np.cumsum([0, *counts])[:: len(self._kinds)]
        rows = csr_matrix((worth.astype(np.float32), columns, ends), shape=(len(texts), len(self._weights)))
        rows.sort_indices()
        return rows
