"""A second opinion on what is meant: the topics of the phrasings nearest in meaning."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Text

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components import nearest
from nlu.components.learned import LearnedClassifier
from nlu.components.nearest import counted, search
from nlu.components.ranking import set_vote
from nlu.components.rows import axes, direction


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NeighbourClassifier(LearnedClassifier):
    """Mix the ranking of the classifier before it with the votes of the nearest phrasings.

    A margin can be wide where nothing was ever learned; there the neighbours are of many topics, and the
    mixed share is low. Measured in docs/decisions/0016.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return how many ``neighbours`` vote, the ``weight`` of their votes, ``axes`` and ``ranking_length``.

        Directions are compared along so many axes, those on which phrasings differ most: fewer numbers to read
        for each caller, and nearly the same neighbours.
        """
        return {"neighbours": 10, "weight": 0.3, "axes": 160, "ranking_length": 10}

    def train(self, training_data: TrainingData) -> Resource:
        """Keep the direction of every phrasing, in whole numbers, and whose it is."""
        examples = training_data.intent_examples
        topics, owners = np.unique([example.get(INTENT) for example in examples], return_inverse=True)
        whole = np.stack([direction(example) for example in examples])
        along = axes(whole, self._config["axes"])
        return self._keep(topics=topics, owners=owners, axes=along, directions=counted(_unit(whole @ along)))

    @classmethod
    def fingerprint_addon(cls, config: Dict[Text, Any]) -> Text:
        """Name the steps that directions are counted in, too: Rasa looks at this class alone."""
        return f"{super().fingerprint_addon(config)} {Path(nearest.__file__).read_text(encoding='utf-8')}"

    def _prepare(self) -> None:
        self._search = search(self._learned.pop("directions"), self._config["neighbours"])

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the mixed intent and ranking on each message."""
        topics, owners, along = (self._learned[name] for name in ("topics", "owners", "axes"))
        for message in messages:
            found = self._search(direction(message) @ along)
            votes = np.bincount(owners[found], minlength=len(topics)) / len(found)
            set_vote(message, topics, votes, self._config["weight"], self._config["ranking_length"])
        return messages

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a vote of nobody, and a weight that is no share."""
        if min(config.get(name, 1) for name in ("neighbours", "axes", "ranking_length")) < 1:
            raise ValueError("config.yml: NeighbourClassifier neighbours, axes and ranking_length must be 1 or more")
        if not 0 <= config.get("weight", 0.3) <= 1:
            raise ValueError("config.yml: NeighbourClassifier weight must be from 0 to 1")


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
