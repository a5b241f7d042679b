"""More opinions on what is meant: the topics that a MiniLM was taught to name by itself."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.components import lesson
from nlu.components.encoder import naming_encoder
from nlu.components.ranking import set_vote
from nlu.components.sentences import DIRECTIONS, SentenceFeaturizer
from nlu.components.wording import normalise


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class FineTunedClassifier(IntentClassifier, GraphComponent):
    """Mix the ranking of the classifiers before it with what a fine-tuned MiniLM names.

    `make lesson` taught it (docs/decisions/0017, 0024); Rasa's training changes nothing here. A topic that was not
    there then keeps the share the others give it; one that is gone since has no answer: the phone passes over it.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the ``lesson`` (a file beside this one), the ``weight`` of its vote, and ``ranking_length``."""
        return {"lesson": lesson.PATH.name, "weight": 0.35, "ranking_length": 10}

    def __init__(self, config: Dict[Text, Any]) -> None:
        """Read the head at once: a bad file must stop the start, not a call."""
        self._config = config
        self._encoder = naming_encoder(lesson.PATH.with_name(config["lesson"]))

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FineTunedClassifier:
        """Create the classifier; nothing is trained."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the mixed intent and ranking on each message."""
        for message in messages:
            shares = self._encoder.shares(self._direction(message))
            set_vote(message, self._encoder.names, shares, self._config["weight"], self._config["ranking_length"])
        return messages

    def _direction(self, message: Message) -> np.ndarray:
        """Return where its MiniLM looks for ``message``: as was read for the sentence's features, or read now."""
        found = message.get(DIRECTIONS, {}).get(self._config["lesson"])
        return self._encoder.read([normalise(message.get(TEXT) or "")])[1][0] if found is None else found

    @classmethod
    def required_components(cls) -> List[Type]:
        """Need the sentence's direction; that another classifier ranks before it cannot be asked for here."""
        return [SentenceFeaturizer]

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a weight that is no share."""
        if not 0 <= config.get("weight", 0.35) <= 1 or config.get("ranking_length", 1) < 1:
            raise ValueError("config.yml: FineTunedClassifier weight must be from 0 to 1, ranking_length 1 or more")
