"""Several opinions on what is meant become one ranking."""

import numpy as np
import pytest

from nlu.components.votes import mixed


def test_a_vote_counts_by_its_weight() -> None:
    found = mixed({"lumps": 0.8, "biopsy": 0.2}, ["biopsy", "lumps"], np.array([1.0, 0.0]), 0.25)
    assert found == pytest.approx({"lumps": 0.6, "biopsy": 0.4})


def test_a_topic_that_nobody_else_saw_can_be_voted_for() -> None:
    assert mixed({"lumps": 1.0}, ["biopsy"], np.array([1.0]), 0.5)["biopsy"] > 0


def test_a_topic_new_to_the_voter_is_not_voted_down() -> None:
    found = mixed({"new": 0.9, "lumps": 0.1}, ["lumps", "biopsy"], np.array([0.5, 0.5]), 0.4)
    assert found["new"] > 0.6
    assert sum(found.values()) == pytest.approx(1)


def test_shares_never_sum_to_more_than_one() -> None:
    assert sum(mixed({"new": 1.0}, ["lumps"], np.array([1.0]), 1.0).values()) == pytest.approx(1)
