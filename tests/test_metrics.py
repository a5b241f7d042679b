"""What Prometheus reads from the line: everything that counts, and nobody."""

import datetime
import math
from collections.abc import Callable

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from ivr.asking import ObservedDialogue
from ivr.content import Content
from ivr.hours import parse
from ivr.metrics import Metrics
from ivr.rasa import RasaUnavailable, Reading
from ivr.settings import Settings
from ivr.under_way import CallsUnderWay
from ivr.watching import CallEnded, How, TurnTaken
from tests.caller import Caller
from tests.conftest import ROOT, served, visitors
from tests.fakes import FakeRasa

UNSURE = [("nlu_fallback", 0.5), ("biopsy", 0.4), ("ct_scan", 0.3)]
"""What Rasa answers when the line asks back."""


def samples(address: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return all of /metrics by name and labels."""
    families = text_string_to_metric_families(requests.get(f"{address}/metrics").text)
    return {(s.name, frozenset(s.labels.items())): s.value for family in families for s in family.samples}


def value(address: str, name: str, **labels: str) -> float:
    return samples(address)[name, frozenset(labels.items())]


def counted(address: str, name: str) -> dict[str, float]:
    """Return what is not zero of a counter with one label, by that label's value."""
    found = {labels: value for (family, labels), value in samples(address).items() if family == name and value}
    return {label: value for labels, value in found.items() for _, label in labels}


def ends(caller: Caller, status: str = "completed", seconds: int = 61) -> None:
    form = {"CallSid": caller.player.call, "CallStatus": status, "CallDuration": str(seconds)}
    assert requests.post(f"{caller.player.address}/calls/status", form).status_code == 204


def taken(call: str = "a", how: How = "key", **rest: object) -> TurnTaken:
    known: dict[str, object] = {"kind": "menu", "topic": "", "then": "listen", "sureness": None, "readings": 0}
    return TurnTaken(call=call, how=how, seconds=0.01, **{**known, **rest})  # type: ignore[arg-type]


# Turns.


def test_turns_are_counted_by_how_kind_and_topic(caller: Caller, local_line: str, rasa: FakeRasa) -> None:
    rasa.understands["does it hurt"] = "biopsy"
    caller.presses("2")
    caller.says("does it hurt")
    caller.says("does it hurt")
    assert value(local_line, "ivr_turns_total", how="start", kind="menu", topic="") == 1
    assert value(local_line, "ivr_turns_total", how="key", kind="answer", topic="symptoms") == 1
    assert value(local_line, "ivr_turns_total", how="speech", kind="answer", topic="biopsy") == 2
    assert value(local_line, "ivr_turn_duration_seconds_count", how="speech") == 2
    assert 0 < value(local_line, "ivr_turn_duration_seconds_sum", how="speech") < 2


def test_silence_and_what_nobody_could_place_are_counted(caller: Caller, local_line: str) -> None:
    caller.stays_silent()
    caller.says("wobble wobble")
    caller.presses("2")
    caller.presses("5")  # where there are three choices
    assert value(local_line, "ivr_no_input_total") == 1
    assert counted(local_line, "ivr_no_match_total") == {"speech": 1, "key": 1}


def test_every_series_begins_at_zero_so_that_the_first_event_is_an_increase(local_line: str, content: Content) -> None:
    shown = samples(local_line)
    topics = {topic for topic, answer in content.answers.items() if answer.kind == "answer"}
    assert topics <= {dict(labels).get("topic") for name, labels in shown if name == "ivr_turns_total"}
    for name, labels in (
        ("ivr_red_flags_total", {"kind": "crisis", "topic": "wish_to_die"}),
        ("ivr_turns_total", {"how": "speech", "kind": "degraded", "topic": ""}),
        ("ivr_rasa_request_duration_seconds_count", {"request": "parse", "outcome": "failed"}),
        ("ivr_transfers_total", {"outcome": "failed"}),
    ):
        assert shown[name, frozenset(labels.items())] == 0


# Questions back, and how they ended.


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        (lambda caller: caller.presses("2"), "chosen"),
        (lambda caller: (caller.presses("#"), caller.presses("7"), caller.presses("1")), "chosen"),
        (lambda caller: caller.says("I meant the biopsy"), "answered"),
        (lambda caller: caller.says("neither"), "declined"),
        (lambda caller: caller.presses("*"), "declined"),
        (lambda caller: caller.says("something else again"), "asked_again"),
        (lambda caller: caller.says("how long have I got"), "refused"),
        (lambda caller: caller.says("wobble wobble"), "not_understood"),
        (lambda caller: caller.stays_silent(), "silent"),
        (lambda caller: caller.says("she can't breathe"), "urgent"),
        (lambda caller: caller.presses("0"), "person"),
        (lambda caller: caller.says("who is this"), "other"),
        (lambda caller: ends(caller), "hung_up"),
    ],
)
def test_a_question_back_is_counted_by_how_it_ended(
    caller: Caller, local_line: str, rasa: FakeRasa, act: Callable[[Caller], object], outcome: str
) -> None:
    rasa.understands |= {"um the test": UNSURE, "I meant the biopsy": "biopsy", "something else again": UNSURE}
    rasa.understands |= {"who is this": "who_are_you"}
    caller.says("um the test")
    assert caller.kind == "clarify"
    assert counted(local_line, "ivr_clarifications_total") == {}
    act(caller)
    assert counted(local_line, "ivr_clarifications_total") == {outcome: 1}


# Danger and people.


def flags(address: str) -> dict[tuple[str, str], float]:
    """Return what is not zero of the red flags, by kind and topic."""
    found = {
        frozenset(labels): value for (name, labels), value in samples(address).items() if "red_flags_total" in name
    }
    return {(dict(labels)["kind"], dict(labels)["topic"]): value for labels, value in found.items() if value}


def test_danger_is_counted_once_however_often_it_is_said_again(caller: Caller, local_line: str, rasa: FakeRasa) -> None:
    caller.says("she can't breathe")
    caller.presses("#")
    caller.stays_silent()
    assert flags(local_line) == {("emergency", "emergency"): 1}
    caller.presses("*")
    caller.says("she can't breathe")
    caller.says("I want to die")
    caller.presses("*")
    rasa.understands["I feel hot and shivery since the drip"] = "unwell_now"
    caller.says("I feel hot and shivery since the drip")
    caller.presses("#")
    assert flags(local_line) == {
        ("emergency", "emergency"): 2,
        ("crisis", "crisis"): 1,
        ("emergency", "unwell_now"): 1,
    }


def test_transfers_are_counted_by_how_they_ended(caller: Caller, local_line: str) -> None:
    for outcome in ("busy", "completed", "busy"):
        caller.presses("0")
        caller.transfer_ends(outcome)  # type: ignore[arg-type]
    caller.presses("0")
    assert value(local_line, "ivr_transfers_begun_total") == 4
    assert counted(local_line, "ivr_transfers_total") == {"busy": 2, "completed": 1}


def test_a_helpline_that_is_closed_is_not_rung_and_no_failure(new_caller: Callable[..., Caller]) -> None:
    settings = Settings(secret_key="s", openings=tuple(parse("Mon-Fri 09:00-16:00")), root=ROOT)
    now = [datetime.datetime(2026, 3, 2, 20, tzinfo=datetime.UTC)]  # a Monday
    with served(settings, FakeRasa(), lambda: now[0]) as address:
        caller = new_caller(address)
        caller.dials()
        caller.presses("0")
        assert counted(address, "ivr_transfers_total") == {"closed": 1}
        assert value(address, "ivr_helpline_open") == 0
        now[0] = datetime.datetime(2026, 3, 3, 10, tzinfo=datetime.UTC)
        assert value(address, "ivr_helpline_open") == 1


def test_without_hours_nobody_claims_that_the_helpline_is_open(local_line: str) -> None:
    assert math.isnan(value(local_line, "ivr_helpline_open"))


# Calls.


def test_calls_are_under_way_until_they_end(local_line: str, new_caller: Callable[..., Caller]) -> None:
    first, second, third = (new_caller(local_line) for _ in range(3))
    for caller in (first, second, third):
        caller.dials()
    first.dials()  # Twilio asks again where it did not get its answer
    assert value(local_line, "ivr_calls_active") == 3
    assert value(local_line, "ivr_calls_total") == 3
    third.says("goodbye")
    assert value(local_line, "ivr_calls_active") == 2
    second.presses("0")
    ends(second, seconds=125)
    second.transfer_ends("completed")  # Twilio tells of it after the caller has hung up
    ends(first, status="in-progress")
    assert value(local_line, "ivr_calls_active") == 1
    assert counted(local_line, "ivr_calls_ended_total") == {"completed": 1}
    assert value(local_line, "ivr_call_duration_seconds_sum") == 125


def test_a_call_is_over_after_an_hour_of_silence() -> None:
    now = [0.0]
    metrics = Metrics(CallsUnderWay(lambda: now[0]))
    metrics.turn(taken("a", "speech", kind="clarify", topic="biopsy"))
    metrics.turn(taken("b", "start"))
    now[0] = 3000
    metrics.turn(taken("b"))
    now[0] = 3601
    metrics.look(is_open=None)
    registry = metrics.series.registry
    assert registry.get_sample_value("ivr_calls_active") == 1
    assert registry.get_sample_value("ivr_clarifications_total", {"outcome": "hung_up"}) == 1


def test_however_many_call_few_are_remembered() -> None:
    calls = CallsUnderWay(most=3)
    metrics = Metrics(calls)
    for call in range(10):
        metrics.turn(taken(str(call), "start"))
    metrics.look(is_open=None)
    assert len(calls) == 3
    assert metrics.series.registry.get_sample_value("ivr_calls_total") == 10


def test_what_twilio_never_says_makes_no_series() -> None:
    metrics = Metrics()
    metrics.turn(taken(how="transfer", kind="transfer", outcome="'; drop table"))
    metrics.ended(CallEnded("a", "'; drop table", 5))
    assert metrics.series.registry.get_sample_value("ivr_transfers_total", {"outcome": "other"}) == 1
    assert metrics.series.registry.get_sample_value("ivr_call_duration_seconds_count") == 0


# Rasa.


def test_rasas_answers_are_timed_and_its_silences_counted(caller: Caller, local_line: str, rasa: FakeRasa) -> None:
    def asked(request: str, outcome: str) -> float:
        return value(local_line, "ivr_rasa_request_duration_seconds_count", request=request, outcome=outcome)

    assert math.isnan(value(local_line, "ivr_rasa_up")), "nobody has asked it yet"
    rasa.understands["does it hurt"] = "biopsy"
    caller.says("does it hurt")
    assert (asked("parse", "ok"), asked("lead", "ok")) == (1, 1)
    assert value(local_line, "ivr_rasa_up") == 1
    rasa.is_down = True
    caller.says("does it hurt")
    caller.presses("1")
    assert (asked("parse", "failed"), asked("lead", "failed")) == (1, 1)
    assert value(local_line, "ivr_rasa_up") == 0
    rasa.is_down = False
    caller.presses("2")
    assert value(local_line, "ivr_rasa_up") == 0, "a lead alone says nothing of reading"
    requests.get(f"{local_line}/health/ready")
    assert value(local_line, "ivr_rasa_up") == 1


def test_whoever_is_observed_is_asked_the_same() -> None:
    class Patient(FakeRasa):
        def parse(self, words: str, patience: float = 7) -> Reading:
            if words == "fail":
                raise RasaUnavailable
            return Reading(words, ((words, patience),))

    metrics = Metrics()
    observed = ObservedDialogue(Patient(), metrics.asking)
    assert observed.parse("a") == Reading("a", (("a", 7),))
    assert observed.parse("a", 0.4) == Reading("a", (("a", 0.4),))
    assert observed.lead("call", "intent", "about") == "intent"
    with pytest.raises(RasaUnavailable):
        observed.parse("fail")


def test_a_fault_of_our_own_is_counted(new_caller: Callable[..., Caller]) -> None:
    class Broken(FakeRasa):
        def parse(self, words: str, patience: float = 1) -> Reading:
            raise ValueError(words)

    with served(Settings(secret_key="s", root=ROOT), Broken()) as address:
        caller = new_caller(address)
        caller.dials()
        before = value(address, "ivr_faults_total")  # one count for the process, and others have had theirs
        caller.says("does it hurt")
        assert caller.kind == "transfer"
        assert value(address, "ivr_faults_total") == before + 1


# Who may read it, and what it never says.


@visitors
def test_metrics_are_for_the_operator_alone(watched_line: str, headers: dict[str, str], is_operator: bool) -> None:
    reply = requests.get(f"{watched_line}/metrics", headers=headers)
    assert reply.status_code == (200 if is_operator else 403)
    assert (b"ivr_turns_total" in reply.content) == is_operator
    assert is_operator or not reply.content


def test_metrics_name_nobody_and_do_not_grow_with_callers(
    local_line: str, new_caller: Callable[..., Caller], rasa: FakeRasa
) -> None:
    rasa.understands["my name is wobblethwaite"] = UNSURE
    callers = []
    sizes = []
    for _ in range(3):
        callers.append(new_caller(local_line))
        callers[-1].dials()
        callers[-1].says("my name is wobblethwaite")
        callers[-1].presses("0")
        sizes.append(len(samples(local_line)))
    assert sizes[0] == sizes[1] == sizes[2]
    shown = requests.get(f"{local_line}/metrics").text
    for secret in ("wobblethwaite", callers[0].player.caller[1:], *(caller.player.call for caller in callers)):
        assert secret not in shown
