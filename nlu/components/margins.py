"""Which topic is meant: one linear margin a topic, and how far to trust the widest."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Type

import numpy as np
from joblib import Parallel, delayed
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from sklearn.svm import LinearSVC

from nlu.components.rows import rows

_FILE = "margins.npz"
_TOLERANCE = 0.01  # a hundredth of it takes twice as long, and understands nobody more
_CORES = 2  # a topic's margin does not depend on the others'


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MarginClassifier(IntentClassifier, GraphComponent):
    """Rank topics by scikit-learn's LinearSVC, one topic against all others.

    It understands more callers than Rasa's LogisticRegressionClassifier and trains in half the time
    (docs/decisions/0008). Confidence is the softmax of ``sharpness`` times the margins.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Need at least one featurizer of sentences before."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return ``C`` (how closely to fit), ``sharpness`` of confidence, and ``ranking_length``."""
        return {"C": 0.1, "sharpness": 4.0, "ranking_length": 10}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Make an untrained classifier that persists into ``resource``."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._topics = np.array([], dtype=str)
        self._weights = np.zeros((0, 0), dtype=np.float32)
        self._biases = np.zeros(0, dtype=np.float32)

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MarginClassifier:
        """Create an untrained classifier."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MarginClassifier:
        """Load the margins that training stored."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder, np.load(folder / _FILE) as stored:
            component._topics = stored["topics"]
            component._weights = stored["weights"]
            component._biases = stored["biases"]
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Find each topic's margin to all others."""
        examples = training_data.intent_examples
        numbers = rows(examples).astype(np.float64)  # as liblinear wants them, once and not once a topic
        numbers.sum_duplicates()  # in place: threads that came upon it together would break it
        topics = np.array([example.get(INTENT) for example in examples])
        self._topics = np.unique(topics)
        fitted = Parallel(n_jobs=_CORES, prefer="threads")(
            delayed(_margin)(numbers, topics == name, self._config["C"]) for name in self._topics
        )
        self._weights = np.stack([weights for weights, _ in fitted], axis=1).astype(np.float32)
        self._biases = np.array([bias for _, bias in fitted], dtype=np.float32)
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / _FILE, topics=self._topics, weights=self._weights, biases=self._biases)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the phrasings as they are: nothing after this learns from a ranking."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent and its ranking on each message."""
        for message in messages:
            margins = (rows([message]) @ self._weights)[0] + self._biases
            shares = np.exp(self._config["sharpness"] * (margins - margins.max()))
            shares /= shares.sum()
            ranking = [
                {INTENT_NAME_KEY: str(self._topics[i]), PREDICTED_CONFIDENCE_KEY: float(shares[i])}
                for i in np.argsort(-shares)[: self._config["ranking_length"]]
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse numbers that would make every topic alike, or fit nothing."""
        for name in ("C", "sharpness", "ranking_length"):
            if config.get(name, 1) <= 0:
                raise ValueError(f"config.yml: MarginClassifier {name} must be above 0")


def _margin(numbers: csr_matrix, is_topic: np.ndarray, c: float) -> tuple:
    """Return the weights and the bias that set one topic's rows apart from the rest."""
    fitted = LinearSVC(C=c, tol=_TOLERANCE, random_state=0).fit(numbers, is_topic)
    return fitted.coef_[0].astype(np.float32), float(fitted.intercept_[0])
