"""Whether words take what was offered before them: for the second reading, after what was heard."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from nlu.components import lesson
from nlu.components.encoder import naming_encoder
from nlu.components.sentences import SentenceFeaturizer
from nlu.components.wording import in_context, normalise

_OUTPUT = "reply"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ReplyClassifier(IntentClassifier, GraphComponent):
    """Add ``reply`` to what /model/parse returns of words after what was heard: the shares of yes, no, danger, neither.

    Words that begin with no topic and "and" have none. A MiniLM of its own names them (docs/decisions/0023), so that
    "i'd only cry" need not be told from a hundred topics; `make lesson` taught it, and Rasa's training changes nothing
    here. After a topic that is newer than the lesson there is none either.
    """

    def __init__(self) -> None:
        """Read what was taught at once: a bad file must stop the start, not a call."""
        self._encoder = naming_encoder(lesson.REPLIES)
        self._heard = tuple(in_context(topic, "") for topic in naming_encoder(lesson.PATH).names)

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ReplyClassifier:
        """Create the classifier; nothing is trained."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """Set ``reply`` on each message that has what was heard in front."""
        for message in messages:
            text = normalise(message.get(TEXT) or "")
            if text.startswith(self._heard):
                message.set(_OUTPUT, self._shares(text), add_to_output=True)
        return messages

    def _shares(self, text: Text) -> Dict[Text, float]:
        shares = self._encoder.shares(self._encoder.read([text])[1][0])
        return dict(zip(self._encoder.names, map(float, shares)))

    @classmethod
    def required_components(cls) -> List[Type]:
        """Need the encoder whose head knows the topics."""
        return [SentenceFeaturizer]
