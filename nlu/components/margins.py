"""Which topic is meant: one linear margin a topic, and how far to trust the widest."""

from __future__ import annotations

from typing import Any, Dict, List, Text

import numpy as np
from joblib import Parallel, delayed
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from scipy.special import softmax
from sklearn.svm import LinearSVC

from nlu.components.learned import LearnedClassifier
from nlu.components.ranking import set_ranking
from nlu.components.rows import axes, direction, product, rows

_TOLERANCE = 0.01  # a hundredth of it takes twice as long, and understands nobody more
_REST = "~"  # stands after every topic's name
_CORES = 2  # a topic's margin does not depend on the others'


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MarginClassifier(LearnedClassifier):
    """Rank topics by scikit-learn's LinearSVC, one topic against all others.

    It understands more callers than Rasa's LogisticRegressionClassifier and trains in half the time
    (docs/decisions/0008). Confidence is the softmax of ``sharpness`` times the margins.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return ``C`` (how closely to fit), ``sharpness`` of confidence, ``axes`` and ``ranking_length``.

        Margins are found along so many axes of meaning, those on which phrasings differ most: in two thirds of the time
        that all 384 take, and with no caller understood the worse.
        """
        return {"C": 0.1, "sharpness": 4.0, "axes": 160, "ranking_length": 10}

    def train(self, training_data: TrainingData) -> Resource:
        """Find each topic's margin to all others."""
        examples = training_data.intent_examples
        along = axes(np.stack([direction(example) for example in examples]), self._config["axes"])
        numbers = rows(examples, along).astype(np.float64)  # as liblinear wants them, once and not once a topic
        numbers.sum_duplicates()  # in place: threads that came upon it together would break it
        intents = np.array([example.get(INTENT) for example in examples])
        topics = np.unique(intents)
        fitted = Parallel(n_jobs=_CORES, prefer="threads")(
            delayed(_margins)(numbers, intents, some, self._config["C"]) for some in np.array_split(topics, _CORES)
        )
        weights, biases = (np.concatenate(parts) for parts in zip(*fitted))
        spelling, meaning = np.split(weights.T, [-along.shape[1]])
        return self._keep(topics=topics, weights=np.concatenate([spelling, along @ meaning]), biases=biases)

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent and its ranking on each message."""
        topics, weights, biases = (self._learned[name] for name in ("topics", "weights", "biases"))
        for message in messages:
            margins = product(message, weights) + biases
            set_ranking(message, topics, softmax(self._config["sharpness"] * margins), self._config["ranking_length"])
        return messages

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse numbers that would make every topic alike, or fit nothing."""
        for name in ("C", "sharpness", "axes", "ranking_length"):
            if config.get(name, 1) <= 0:
                raise ValueError(f"config.yml: MarginClassifier {name} must be above 0")


def _margins(numbers: csr_matrix, intents: np.ndarray, topics: np.ndarray, c: float) -> tuple:
    """Return the weights and the biases that set each of ``topics`` apart from all the rest.

    In one fit, as liblinear copies all numbers first: a fit for each topic would copy them a hundred times.
    """
    labels = np.where(np.isin(intents, topics), intents, _REST)
    fitted = LinearSVC(C=c, tol=_TOLERANCE, random_state=0).fit(numbers, labels)
    found = np.searchsorted(fitted.classes_, topics)
    return fitted.coef_[found].astype(np.float32), fitted.intercept_[found].astype(np.float32)
