"""How one opinion on what is meant is mixed with another."""

from __future__ import annotations

from typing import Dict, Sequence, Text

import numpy as np


def mixed(before: Dict[Text, float], topics: Sequence[Text], shares: np.ndarray, weight: float) -> Dict[Text, float]:
    """Return the share (0 to 1) of each topic when a voter who gives ``shares`` to ``topics`` has ``weight``.

    A topic of ``before`` that the voter does not know keeps the share it had; all sum up to 1 at most.
    """
    found = {**before}
    for topic, share in zip(topics, shares):
        found[str(topic)] = (1 - weight) * before.get(str(topic), 0.0) + weight * float(share)
    whole = max(sum(found.values()), 1.0)
    return {topic: share / whole for topic, share in found.items()}
