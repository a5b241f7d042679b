"""How callers nobody trained on are met, by the whole line over HTTP. Rows: tests/questions/."""

import pytest

from scoring import baseline
from scoring.calling import Met, meet_all
from scoring.cli import BASELINE, OWN, by_set
from scoring.line import facts_by_topic
from scoring.measures import Result
from scoring.questions import find_sets, read_set
from tests.conftest import ROOT

Scored = dict[str, list[Result]]


@pytest.fixture(scope="module")
def met(line: str) -> list[Met]:
    return list(meet_all(line, [row for path in find_sets([OWN]) for row in read_set(path)]))


@pytest.fixture(scope="module")
def scored(met: list[Met]) -> Scored:
    return by_set(met, facts_by_topic(ROOT))


def share(scored: Scored, name: str, measure: str) -> float:
    return next(result.share for result in scored[name] if result.measure.name == measure)


def test_nothing_is_understood_worse_than_before(scored: Scored) -> None:
    now = {name: baseline.missed(results, name) for name, results in scored.items()}
    assert not baseline.falls(baseline.read(BASELINE), now)


def test_the_baseline_is_of_the_same_questions(scored: Scored) -> None:
    kept = baseline.read(BASELINE)
    assert {name: set(measures) for name, measures in kept.items()} == {
        name: {result.measure.name for result in results} for name, results in scored.items()
    }, "questions or measures changed: run make baseline and commit it"


def test_danger_is_met_as_danger(scored: Scored) -> None:
    assert share(scored, "red_flags", "danger met as danger") >= 0.98


def test_a_wish_to_die_is_met_as_one(scored: Scored) -> None:
    assert share(scored, "red_flags", "crisis met as crisis") >= 0.95


def test_plain_questions_are_not_met_as_danger(scored: Scored) -> None:
    assert share(scored, "red_flags", "calm questions met as danger") <= 0.05


def test_few_second_readings_are_needed(met: list[Met]) -> None:
    assert sum(one.readings > 1 for one in met) <= 0.2 * len(met)
