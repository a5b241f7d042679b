"""The bench counts what callers meet: right figures, and every fault an error."""

from collections import Counter
from itertools import repeat
from statistics import quantiles

import pytest

from bench.caller import OURS, Caller, said_by_callers
from bench.figures import Figures, counted, figures
from tests.conftest import ROOT
from tests.fakes import FakeRasa
from tests.servers import answering


def test_figures_are_the_percentiles_of_their_times() -> None:
    times = [float(n) for n in range(1, 1001)]
    found = figures(times, errors=3)
    cuts = quantiles(times, n=100, method="inclusive")
    assert (found.turns, found.errors, found.longest) == (1000, 3, 1000)
    for share, time in ((50, found.p50), (95, found.p95), (99, found.p99)):
        assert time == pytest.approx(cuts[share - 1], abs=1)
    assert counted(Counter(times), 3) == found
    assert figures([]) == Figures(0, 0, 0, 0, 0, 0)


def test_callers_press_and_say_and_call_again(local_line: str) -> None:
    caller = Caller(local_line, OURS, said_by_callers(ROOT), seed=1)
    turns = [caller.act() for _ in range(120)]
    assert {turn.problem for turn in turns} == {""}
    sorts = Counter(turn.sort for turn in turns)
    assert sorts["call start"] > 5
    assert 0.7 < sorts["key turn"] / sorts["spoken turn"] < 1.4
    assert sorts["after a transfer"] > 0


def test_words_that_could_not_be_read_are_an_error(local_line: str, rasa: FakeRasa) -> None:
    caller = Caller(local_line, OURS, ["what is that"], seed=1)
    rasa.is_down = True
    problems = {turn.problem for turn in (caller.act() for _ in range(30)) if turn.sort == "spoken turn"}
    assert problems == {"words could not be read"}


@pytest.mark.parametrize(("status", "body"), [(500, b"oh no"), (200, b"<html>hello</html>"), (200, b"")])
def test_what_is_no_twiml_is_an_error(status: int, body: bytes) -> None:
    with answering(status, body) as address:
        caller = Caller(address, OURS, ["what is that"])
        assert all(turn.problem for turn in (act() for act in repeat(caller.act, 3)))
