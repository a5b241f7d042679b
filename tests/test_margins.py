"""Margins between topics: found along the axes that tell phrasings apart, kept for whole vectors."""

from pathlib import Path

from tests.test_privacy import in_rasas_environment

_MARGINS = """
import sys
from pathlib import Path
import numpy as np
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from nlu.components.margins import MarginClassifier

chance = np.random.default_rng(1)
TOPICS = ["biopsy", "hair", "lungs", "tests"]

def message(number, intent):
    meaning = chance.normal(0, 0.1, (1, 12))
    meaning[0, number % 4] += 1
    spelling = csr_matrix(np.eye(5)[[number % 5]] / 9)
    parts = [Features(part, "sentence", "text", "x") for part in (spelling, meaning)]
    return Message({"text": f"say {number}", **({"intent": intent} if intent else {})}, features=parts)

learned = TrainingData([message(number, TOPICS[number % 4]) for number in range(60)])
for axes in (1, 4):
    config = {**MarginClassifier.get_default_config(), "axes": axes}
    storage, resource = LocalModelStorage(Path(sys.argv[1]) / str(axes)), Resource("margins")
    (Path(sys.argv[1]) / str(axes)).mkdir()
    MarginClassifier(config, storage, resource).train(learned)
    loaded = MarginClassifier.load(config, storage, resource, None)
    said = loaded.process([message(number, None) for number in range(60)])
    right = sum(message.get("intent")["name"] == TOPICS[number % 4] for number, message in enumerate(said))
    print(*loaded._learned["weights"].shape, right)
"""


def test_margins_along_a_few_axes_tell_topics_apart_and_along_too_few_they_do_not(tmp_path: Path) -> None:
    too_few, enough = (line.split() for line in in_rasas_environment(_MARGINS, str(tmp_path)).splitlines())
    assert too_few[:2] == enough[:2] == ["17", "4"]  # five of spelling and all twelve of meaning, for four topics
    assert int(enough[2]) == 60
    assert int(too_few[2]) < 50
