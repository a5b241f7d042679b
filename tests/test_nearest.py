"""Which phrasings are nearest in meaning is found in whole numbers."""

import json

from tests.test_privacy import in_rasas_environment

_SEARCH = """
import json
import numpy as np
from nlu.components.nearest import counted, search

chance = np.random.default_rng(0)
spread = np.geomspace(1, 0.05, 160)  # as of phrasings: most axes need few of the steps
known = chance.standard_normal((2000, 160)) * spread
known /= np.linalg.norm(known, axis=1, keepdims=True)
said = known[:50] + 0.05 * spread * chance.standard_normal((50, 160))
find = search(counted(known), 10)
found = [set(find(one).tolist()) for one in said]
exact = [set(np.argsort(known @ one)[-10:].tolist()) for one in said]
print(json.dumps({
    "itself": [number in rows for number, rows in enumerate(found)],
    "agree": [len(some & others) for some, others in zip(found, exact)],
    "few": len(search(counted(known[:3]), 10)(said[0])),
}))
"""


def test_neighbours_in_whole_numbers_are_nearly_the_exact_ones() -> None:
    told = json.loads(in_rasas_environment(_SEARCH))
    assert all(told["itself"])
    assert sum(told["agree"]) >= 0.9 * 10 * len(told["agree"]), sum(told["agree"])
    assert told["few"] == 3, "where fewer are known than may vote, all of them do"
