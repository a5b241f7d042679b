"""A message's intent, and how sure it is beside the other topics."""

import numpy as np
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY
from rasa.shared.nlu.training_data.message import Message
from scipy.special import softmax


def set_ranking(message: Message, topics: np.ndarray, scores: np.ndarray, sharpness: float, length: int) -> None:
    """Set the ``length`` topics of the highest scores; confidence is the softmax of ``sharpness`` times scores."""
    shares = softmax(sharpness * scores)
    ranking = [
        {INTENT_NAME_KEY: str(topics[i]), PREDICTED_CONFIDENCE_KEY: float(shares[i])}
        for i in np.argsort(-shares)[:length]
    ]
    message.set(INTENT, ranking[0], add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
