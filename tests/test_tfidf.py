"""What the featurizer of spelling keeps of a phrasing."""

from pathlib import Path

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


_KEPT = """
import sys
from pathlib import Path
import numpy as np
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from nlu.components.tfidf import TfidfFeaturizer

config = {**TfidfFeaturizer.get_default_config(), "min_df": 1}
storage, resource = LocalModelStorage(Path(sys.argv[1])), Resource("spelling")
trained = TfidfFeaturizer(config, storage, resource, "spelling")
trained.train(TrainingData([Message({"text": text}) for text in ("does it hurt", "does it scar", "it's sore")]))

class Node:
    node_name = "spelling"

def row(featurizer, text):
    return featurizer.process([Message({"text": text})])[0].features[0].features.toarray()

loaded = TfidfFeaturizer.load(config, storage, resource, Node)
print(*(np.allclose(row(trained, text), row(loaded, text)) for text in ("does it hurt", "will it scar me", "sore")))
hurt, scar, sore = (row(loaded, text) for text in ("does it hurt", "does it scar", "sore"))
print(sore.dtype, np.allclose(hurt, scar), sore.sum() > 0)
"""


def test_what_spelling_learned_is_kept_whole(tmp_path: Path) -> None:
    assert in_rasas_environment(_KEPT, str(tmp_path)).splitlines() == ["True True True", "float32 False True"]
