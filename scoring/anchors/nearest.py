"""The plainest use of sentence vectors: a caller means the topic of the likest phrasing."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

_FILE = "nearest.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NearestClassifier(IntentClassifier, GraphComponent):
    """Rank topics by the cosine of their nearest phrasing; nothing is learned.

    Confidence is the softmax of ``sharpness`` times these cosines: the line's thresholds want shares of 1.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Need a featurizer of sentences before."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return ``sharpness`` of confidence, and ``ranking_length``."""
        return {"sharpness": 20.0, "ranking_length": 10}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Make a classifier that knows no phrasing yet and persists into ``resource``."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._topics = np.array([], dtype=str)
        self._starts = np.zeros(0, dtype=np.int64)
        self._vectors = np.zeros((0, 0), dtype=np.float32)

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NearestClassifier:
        """Create a classifier that knows no phrasing yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NearestClassifier:
        """Load the phrasings that training stored."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder, np.load(folder / _FILE) as stored:
            component._topics, component._starts = stored["topics"], stored["starts"]
            component._vectors = stored["vectors"]
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Keep every phrasing's vector, topic by topic."""
        examples = sorted(training_data.intent_examples, key=lambda example: example.get(INTENT))
        self._topics, self._starts = np.unique([example.get(INTENT) for example in examples], return_index=True)
        self._vectors = np.stack([_direction(example) for example in examples])
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / _FILE, topics=self._topics, starts=self._starts, vectors=self._vectors)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the phrasings as they are: nothing after this learns from a ranking."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent and its ranking on each message."""
        for message in messages:
            nearest = np.maximum.reduceat(self._vectors @ _direction(message), self._starts)
            shares = np.exp(self._config["sharpness"] * (nearest - nearest.max()))
            shares /= shares.sum()
            ranking = [
                {INTENT_NAME_KEY: str(self._topics[i]), PREDICTED_CONFIDENCE_KEY: float(shares[i])}
                for i in np.argsort(-shares)[: self._config["ranking_length"]]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages


def _direction(message: Message) -> np.ndarray:
    """Return the message's sentence vector at length 1, so that products are cosines."""
    vector = message.get_dense_features(TEXT)[1].features[0]
    return vector / np.linalg.norm(vector)
