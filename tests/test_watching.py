"""Those who count are told of every turn, and learn neither words nor numbers."""

from collections.abc import Callable, Iterator

import pytest
import requests

from ivr import create_app
from ivr.settings import Settings
from ivr.watching import CHECKS_CALL, CallEnded, TurnTaken
from scoring.line import served as served_app
from tests.caller import Caller
from tests.conftest import ROOT
from tests.fakes import FakeRasa


class Notebook:
    """Keeps everything it is told."""

    def __init__(self) -> None:
        self.turns: list[TurnTaken] = []
        self.ends: list[CallEnded] = []

    def turn(self, taken: TurnTaken) -> None:
        self.turns.append(taken)

    def ended(self, ended: CallEnded) -> None:
        self.ends.append(ended)


class Broken(Notebook):
    """Fails at everything it is told."""

    def turn(self, taken: TurnTaken) -> None:
        raise OSError("the disk is full")


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def caller(notebook: Notebook, rasa: FakeRasa, new_caller: Callable[..., Caller]) -> Iterator[Caller]:
    with served_app(create_app(Settings(secret_key="s", root=ROOT), rasa, watchers=[Broken(), notebook])) as address:
        caller = new_caller(address)
        caller.dials()
        yield caller


def test_every_turn_is_told_with_its_kind_and_how_it_began(caller: Caller, notebook: Notebook, rasa: FakeRasa) -> None:
    rasa.understands["does it hurt"] = [("biopsy", 0.8), ("tests", 0.1)]
    caller.presses("2")
    caller.says("does it hurt")
    caller.stays_silent()
    caller.presses("0")
    caller.transfer_ends("busy")
    assert [(taken.how, taken.kind, taken.topic) for taken in notebook.turns] == [
        ("start", "menu", ""),
        ("key", "answer", "symptoms"),
        ("speech", "answer", "biopsy"),
        ("silence", "silence", ""),
        ("key", "transfer", ""),
        ("transfer", "transfer", ""),
    ]
    assert [taken.sureness for taken in notebook.turns] == [None, None, 0.8, None, None, None]
    assert [taken.readings for taken in notebook.turns] == [0, 0, 1, 0, 0, 0]
    assert [taken.then for taken in notebook.turns][-2:] == ["dial", "listen"]
    assert [taken.outcome for taken in notebook.turns] == ["", "", "", "", "", "busy"]
    assert all(0 < taken.seconds < 3 for taken in notebook.turns)


def test_a_call_has_one_name_to_its_end_and_it_is_not_its_own(caller: Caller, notebook: Notebook) -> None:
    caller.presses("2")
    form = {"CallSid": caller.player.call, "CallStatus": "completed", "CallDuration": "61", "From": "+447700900123"}
    assert requests.post(f"{caller.player.address}/calls/status", form).status_code == 204
    assert [(end.status, end.seconds) for end in notebook.ends] == [("completed", 61)]
    names = {taken.call for taken in notebook.turns} | {end.call for end in notebook.ends}
    assert len(names) == 1
    assert caller.player.call not in names


def test_a_check_of_the_line_is_no_call(caller: Caller, notebook: Notebook) -> None:
    told = len(notebook.turns)
    assert requests.post(f"{caller.player.address}/calls/start", {"CallSid": CHECKS_CALL}).status_code == 200
    assert len(notebook.turns) == told


def test_nothing_of_what_was_said_is_told(caller: Caller, notebook: Notebook) -> None:
    caller.says("my name is wobblethwaite")
    told = repr(notebook.turns)
    assert "wobblethwaite" not in told
    assert caller.player.caller[1:] not in told


def test_who_cannot_take_note_harms_no_call_and_is_named(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    caller.presses("2")
    caller.hears_answer("symptoms")
    assert "Broken could not take note" in caplog.text
