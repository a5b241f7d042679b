"""What callers say right after hearing an answer: taught with the answer's topic in front."""

from __future__ import annotations

import copy
import random
from typing import Any, Dict, Iterator, List, Optional, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from nlu.components.wording import in_context

_STANDING_ALONE = 0.3  # of other phrasings show what does not lean: as many as are needed beside the follow-ups
LEANS = "leans"
"""Set on a training message: True for a follow-up without its context, False for words that stand alone."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class FollowUps(GraphComponent):
    """Multiply phrasings at training, so that both readings of an utterance are learned.

    Phrasings with ``metadata: {after: <topic>}`` are written as the phone's second reading words them
    ("ect healing and does that leave a mark"); here they come once more without that topic and without an
    intent, to learn what leaning words are like. So that a new question after an unrelated answer is still
    understood, ``unrelated`` of all others (a share) are read after a random topic too, each as often as it is
    followed: danger and grief must be told from a yes or a no after an offer.
    """

    def __init__(self, config: Dict[Text, Any]) -> None:
        """Keep ``unrelated``, and ``leaning_topics``: those whose phrasings lean, whatever was heard."""
        self._config = {"unrelated": 0.08, "leaning_topics": [], **config}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FollowUps:
        """Create the component; nothing is stored."""
        return cls(config)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Return the phrasings and copies of them as told above."""
        multiplied = copy.copy(training_data)
        multiplied.training_examples = list(self._multiplied(training_data.training_examples))
        return multiplied

    def process(self, messages: List[Message]) -> List[Message]:
        """Leave a caller's words as they are: the phone puts the topic last heard before them."""
        return messages

    def _multiplied(self, examples: List[Message]) -> Iterator[Message]:
        topics = sorted(topic for example in examples if (topic := _heard(example)))  # one as often as it is followed
        for example in examples:
            text, intent = example.get(TEXT), example.get(INTENT)
            if heard := _heard(example):
                yield example
                yield Message({TEXT: text.removeprefix(in_context(heard, "")), LEANS: True})
                continue
            yield example
            if not text or intent in self._config["leaning_topics"]:
                continue
            chance = random.Random(text)  # noqa: S311 - no secret; by the text, so that a new phrasing changes hardly another's copies
            if chance.random() < _STANDING_ALONE:
                example.set(LEANS, False)
            if topics and chance.random() < self._config["unrelated"]:
                yield Message({TEXT: in_context(chance.choice(topics), text), INTENT: intent})


def _heard(example: Message) -> Optional[Text]:
    """Return the topic after which ``example`` is said, or None."""
    return example.get(METADATA, {}).get(METADATA_INTENT, {}).get("after")
