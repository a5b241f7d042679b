"""What the featurizer of spelling keeps of a phrasing."""

from pathlib import Path

from tests.test_privacy import in_rasas_environment

_ROWS = """
import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from nlu.components.rows import Row

def told(numbers, kind=csr_matrix):
    return Row(kind(np.array([numbers], dtype=np.float32)), "sentence", "text", "spelling").fingerprint()

first = told([0, 0.5, 0.25])
others = [0, 0.5, 0.75], [0.5, 0, 0.25], [0, 0.5, 0.25, 0]
def dense(*numbers):
    return told(numbers, lambda row: row)

print(dense(1, 2) == dense(1, 2), dense(1, 2) == dense(1, 3))
print(first == told([0, 0.5, 0.25]), first == told([0, 0.5, 0.25], coo_matrix), *(first == told(row) for row in others))
"""


def test_rasa_tells_rows_apart_by_their_numbers_places_and_width() -> None:
    assert in_rasas_environment(_ROWS).split() == ["True", "False", "True", "True", "False", "False", "False"]


_KEPT = """
import sys
from pathlib import Path
import numpy as np
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.feature_extraction.text import TfidfVectorizer
from nlu.components.tfidf import TfidfFeaturizer

config = {**TfidfFeaturizer.get_default_config(), "min_df": 1}
storage, resource = LocalModelStorage(Path(sys.argv[1])), Resource("spelling")
texts = ["does it hurt", "does it scar", "it's sore"]
training = TrainingData([Message({"text": text}) for text in texts])
TfidfFeaturizer(config, storage, resource, "spelling").train(training)
words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern="[a-z']+").fit(texts)

class Node:
    node_name = "spelling"

def row(featurizer, text):
    return featurizer.process([Message({"text": text})])[0].features[0].features.toarray()

loaded = TfidfFeaturizer.load(config, storage, resource, Node)
hurt, scar, sore = (row(loaded, text) for text in ("does it hurt", "does it scar", "sore"))
print(np.allclose(hurt[:, : len(words.idf_)], words.transform(["does it hurt"]).toarray(), atol=1e-6))
print(sore.dtype, np.allclose(hurt, scar), sore.sum() > 0)
"""


def test_what_spelling_learned_is_kept_whole(tmp_path: Path) -> None:
    assert in_rasas_environment(_KEPT, str(tmp_path)).splitlines() == ["True", "float32 False True"]


_AS_SKLEARN = """
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from nlu.components.spelling import Kind, Spelling

learned = ["does it hurt", "does it hurt does it scar", "it's sore and it's red", "will i lose my hair"]
asked = ["does it hurt does it scar does it", "sore hair", "what", "", "i"]
vectorizers = [
    TfidfVectorizer(analyzer="word", ngram_range=(1, 2), sublinear_tf=True, token_pattern="[a-z']+").fit(learned),
    TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), sublinear_tf=True).fit(learned),
]
kinds = [Kind(one.build_analyzer(), one.get_feature_names_out().tolist(), one.idf_) for one in vectorizers]
rows = Spelling(kinds).read(asked)
print(np.allclose(rows.toarray(), np.hstack([one.transform(asked).toarray() for one in vectorizers]), atol=1e-6))
print(*rows.getnnz(axis=1) > 0, rows.dtype, bool(rows.has_sorted_indices))
"""


def test_spelling_is_read_as_scikit_learn_reads_it() -> None:
    assert in_rasas_environment(_AS_SKLEARN).splitlines() == ["True", "True True False False True float32 True"]
