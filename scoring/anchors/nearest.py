"""The plainest use of sentence vectors: a caller means the topic of the likest phrasing."""

from __future__ import annotations

from typing import Any, Dict, List, Text

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.special import softmax

from nlu.components.learned import LearnedClassifier
from nlu.components.ranking import set_ranking
from nlu.components.rows import direction


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NearestClassifier(LearnedClassifier):
    """Rank topics by the cosine of their nearest phrasing; all it learns is the phrasings.

    Confidence is the softmax of ``sharpness`` times these cosines: the line's thresholds want shares of 1.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return ``sharpness`` of confidence, and ``ranking_length``."""
        return {"sharpness": 20.0, "ranking_length": 10}

    def train(self, training_data: TrainingData) -> Resource:
        """Keep every phrasing's vector, topic by topic."""
        examples = sorted(training_data.intent_examples, key=lambda example: example.get(INTENT))
        topics, starts = np.unique([example.get(INTENT) for example in examples], return_index=True)
        return self._keep(topics=topics, starts=starts, vectors=np.stack([direction(example) for example in examples]))

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent and its ranking on each message."""
        topics, starts, vectors = (self._learned[name] for name in ("topics", "starts", "vectors"))
        for message in messages:
            nearest = np.maximum.reduceat(vectors @ direction(message), starts)
            set_ranking(message, topics, softmax(self._config["sharpness"] * nearest), self._config["ranking_length"])
        return messages
