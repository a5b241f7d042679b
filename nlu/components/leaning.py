"""Whether words lean on what was heard before: decides if a caller is read twice."""

from __future__ import annotations

from typing import Any, Dict, List, Text

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from nlu.components.followups import LEANS
from nlu.components.learned import LearnedClassifier
from nlu.components.rows import product, rows

_OUTPUT = "leaning"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LeaningClassifier(LearnedClassifier):
    """Add ``leaning`` (0 to 1) to what /model/parse returns: scikit-learn's LogisticRegression.

    "And does that leave a mark" leans; "does electrochemotherapy scar" stands alone. Leaning words are
    rare, so both kinds weigh alike (``class_weight="balanced"``).
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return ``C``: how closely to fit."""
        return {"C": 0.1}

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from follow-ups alone against phrasings that need nothing before them."""
        examples = [example for example in training_data.training_examples if example.get(LEANS) is not None]
        leans = [example.get(LEANS) for example in examples]
        if len(set(leans)) < 2:  # data without follow-ups teaches nothing about them
            return self._keep()
        model = LogisticRegression(C=self._config["C"], class_weight="balanced", solver="liblinear")
        model.fit(rows(examples), leans)
        return self._keep(weights=model.coef_[0].astype(np.float32), bias=model.intercept_)

    def process(self, messages: List[Message]) -> List[Message]:
        """Set ``leaning`` on each message."""
        for message in messages:
            message.set(_OUTPUT, self._leaning(message), add_to_output=True)
        return messages

    def _leaning(self, message: Message) -> float:
        if not self._learned:
            return 0.0
        return float(expit(product(message, self._learned["weights"]) + self._learned["bias"])[0])

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a C that fits nothing."""
        if config.get("C", 1) <= 0:
            raise ValueError("config.yml: LeaningClassifier C must be above 0")
