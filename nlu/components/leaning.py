"""Whether words lean on what was heard before: decides if a caller is read twice."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from nlu.components.followups import LEANS
from nlu.components.rows import rows

_FILE = "leaning.npz"
_OUTPUT = "leaning"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LeaningClassifier(IntentClassifier, GraphComponent):
    """Add ``leaning`` (0 to 1) to what /model/parse returns: scikit-learn's LogisticRegression.

    "And does that leave a mark" leans; "does electrochemotherapy scar" stands alone. Leaning words are
    rare, so both kinds weigh alike (``class_weight="balanced"``).
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        """Need at least one featurizer of sentences before."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return ``C``: how closely to fit."""
        return {"C": 0.1}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        """Make an untrained classifier, to which nothing leans."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._weights = np.zeros(0, dtype=np.float32)
        self._bias = -np.inf

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LeaningClassifier:
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
    ) -> LeaningClassifier:
        """Load the weights that training stored."""
        component = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder, np.load(folder / _FILE) as stored:
            component._weights, component._bias = stored["weights"], float(stored["bias"])
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from follow-ups alone against phrasings that need nothing before them."""
        examples = [example for example in training_data.training_examples if example.get(LEANS) is not None]
        leans = [example.get(LEANS) for example in examples]
        if len(set(leans)) == 2:  # data without follow-ups teaches nothing about them
            model = LogisticRegression(C=self._config["C"], class_weight="balanced", solver="liblinear")
            model.fit(rows(examples), leans)
            self._weights, self._bias = model.coef_[0].astype(np.float32), float(model.intercept_[0])
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / _FILE, weights=self._weights, bias=self._bias)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Leave the phrasings as they are."""
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Set ``leaning`` on each message."""
        for message in messages:
            margin = (rows([message]) @ self._weights)[0] + self._bias if len(self._weights) else self._bias
            message.set(_OUTPUT, float(expit(margin)), add_to_output=True)
        return messages

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a C that fits nothing."""
        if config.get("C", 1) <= 0:
            raise ValueError("config.yml: LeaningClassifier C must be above 0")
