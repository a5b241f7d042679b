"""A message's intent, and how sure it is beside the other topics."""

from typing import Dict, Sequence, Text

import numpy as np
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message

from nlu.components.votes import mixed


def set_ranking(message: Message, topics: np.ndarray, shares: np.ndarray, length: int) -> None:
    """Set the ``length`` topics of the highest ``shares`` (0 to 1), which are the confidence in them."""
    ranking = [
        {INTENT_NAME_KEY: str(topics[i]), PREDICTED_CONFIDENCE_KEY: float(shares[i])}
        for i in np.argsort(-shares)[:length]
    ]
    message.set(INTENT, ranking[0], add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)


def ranked(message: Message) -> Dict[Text, float]:
    """Return the share of each topic in the ranking that ``message`` has; none where no classifier made one."""
    return {topic[INTENT_NAME_KEY]: topic[PREDICTED_CONFIDENCE_KEY] for topic in message.get(INTENT_RANKING_KEY, [])}


def set_vote(message: Message, topics: Sequence[Text], shares: np.ndarray, weight: float, length: int) -> None:
    """Mix the ranking that ``message`` has with a voter's ``shares`` of ``topics``; see ``votes.mixed``."""
    found = mixed(ranked(message), topics, shares, weight)
    set_ranking(message, np.array(list(found)), np.array(list(found.values())), length)
