"""What the featurizer of spelling keeps of a phrasing."""

from tests.test_privacy import in_rasas_environment

_ROWS = """
import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from nlu.components.tfidf import Row

def told(numbers, kind=csr_matrix):
    return Row(kind(np.array([numbers], dtype=np.float32)), "sentence", "text", "spelling").fingerprint()

first = told([0, 0.5, 0.25])
others = [0, 0.5, 0.75], [0.5, 0, 0.25], [0, 0.5, 0.25, 0]
print(first == told([0, 0.5, 0.25]), first == told([0, 0.5, 0.25], coo_matrix), *(first == told(row) for row in others))
"""


def test_rasa_tells_rows_apart_by_their_numbers_places_and_width() -> None:
    assert in_rasas_environment(_ROWS).split() == ["True", "True", "False", "False", "False"]
