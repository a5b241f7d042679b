"""Dense features: one sentence vector an utterance, by MiniLM and what it was taught, without torch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components import lesson
from nlu.components.encoder import digest, shared_encoder
from nlu.components.memory import remembered
from nlu.components.rows import Row
from nlu.components.wording import normalise

DIRECTIONS = "sentence_directions"
"""Set on a caller's message: by each lesson's file name, the unit vector of 384 before its projection."""


def _texts(messages: List[Message]) -> List[Text]:
    return [normalise(message.get(TEXT) or "") for message in messages]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """Add the MiniLM vector of a message's text, times ``scale``; other MiniLMs read it at the same time."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return ``scale``, the weight of meaning beside spelling, and ``beside``: lessons read at the same time."""
        return {**DenseFeaturizer.get_default_config(), "scale": 1.0, "beside": []}

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        """Load the encoder at once: a bad file must stop the start, not a call."""
        super().__init__(name, config)
        self._encoder = shared_encoder(lesson.PATH)
        self._beside = {file: shared_encoder(lesson.PATH.with_name(file)) for file in config["beside"]}
        self._threads = ThreadPoolExecutor()  # starts none before it is given work

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Text:
        """Name the encoder: Rasa compares code and settings only, and would keep what it computed by another."""
        return digest()

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
        memory = Path("build") / f"sentences-{digest()[:8]}.npz"  # one file an encoder; `make clean` removes it
        self._add(examples, remembered(memory, _texts(examples), self._encoder.encode))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add one dense sentence vector to each message, and set all directions, for classifiers that vote by them.

        A caller waits for the slowest MiniLM, not for all of them: each reads on a core of its own, if there is one.
        """
        texts = _texts(messages)
        begun = {file: self._threads.submit(encoder.read, texts) for file, encoder in self._beside.items()}
        places, first = self._encoder.read(texts)
        found = {lesson.PATH.name: first, **{file: reading.result()[1] for file, reading in begun.items()}}
        self._add(messages, places)
        for number, message in enumerate(messages):
            message.set(DIRECTIONS, {file: directions[number] for file, directions in found.items()})
        return messages

    def _add(self, messages: List[Message], vectors: np.ndarray) -> None:
        for message, vector in zip(messages, vectors * self._config["scale"]):
            message.add_features(Row(vector[None, :], FEATURE_TYPE_SENTENCE, TEXT, self._identifier))

    @classmethod
    def required_components(cls) -> List[Type]:
        """Need nothing before: reads the message's text itself."""
        return []

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a scale that would erase or invert the features, and lessons that are no list."""
        if config.get("scale", 1.0) <= 0 or not isinstance(config.get("beside", []), list):
            raise ValueError("config.yml: SentenceFeaturizer scale must be above 0, and beside a list: [second.npz]")
