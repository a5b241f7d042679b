"""The log as JSON: a line a turn, and nobody's words."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from ivr import create_app
from ivr.logs import wanted_log
from ivr.rasa import Reading
from ivr.settings import Settings
from scoring.line import served
from tests.caller import Caller
from tests.conftest import ROOT
from tests.fakes import FakeRasa


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Leave the process's log as it was."""
    root = logging.getLogger()
    handlers = root.handlers
    yield
    root.handlers = handlers
    logging.getLogger("ivr.logs").setLevel(logging.NOTSET)


@pytest.fixture
def new_line(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return what serves a line that logs in a format."""

    @contextmanager
    def new_line(log_format: str, rasa: FakeRasa) -> Iterator[str]:
        monkeypatch.setenv("LOG_FORMAT", log_format)
        with served(create_app(Settings(secret_key="s", root=ROOT), rasa)) as address:
            yield address

    return new_line


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return every line of the log; each must be an object of its own."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_turn_is_one_line(
    new_line: Callable[..., Any], new_caller: Callable[..., Caller], rasa: FakeRasa, capsys: pytest.CaptureFixture[str]
) -> None:
    rasa.understands["does it hurt"] = [("biopsy", 0.8), ("tests", 0.1)]
    with new_line("json", rasa) as address:
        caller = new_caller(address)
        caller.dials()
        caller.says("does it hurt")
        caller.presses("0")
        caller.transfer_ends("busy")
        requests.post(f"{address}/calls/status", {"CallSid": caller.player.call, "CallStatus": "completed"})
    logged = lines(capsys)
    turns = [line for line in logged if line["message"] == "turn"]
    assert [(turn["how"], turn["kind"], turn.get("topic")) for turn in turns] == [
        ("start", "menu", None),
        ("speech", "answer", "biopsy"),
        ("key", "transfer", None),
        ("transfer", "transfer", None),
    ]
    assert turns[1]["sureness"] == 0.8
    assert [turn["readings"] for turn in turns] == [0, 1, 0, 0]
    assert turns[3]["outcome"] == "busy"
    assert all(turn["level"] == "info" and 0 < turn["seconds"] < 3 for turn in turns)
    assert turns[0]["time"].endswith("+00:00")
    (end,) = [line for line in logged if line["message"] == "call ended"]
    assert end["status"] == "completed"
    assert len({line["call"] for line in (*turns, end)}) == 1


def test_warnings_and_faults_are_lines_too_and_quote_nobody(
    new_line: Callable[..., Any], new_caller: Callable[..., Caller], capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(FakeRasa):
        def parse(self, words: str, patience: float = 1) -> Reading:
            raise ValueError(words)

    with new_line("json", Broken()) as address:
        caller = new_caller(address)
        caller.dials()
        caller.says("my name is wobblethwaite")
    written = capsys.readouterr().err
    logged = [json.loads(line) for line in written.splitlines()]
    assert any(line["level"] == "warning" and "leaflet" in line["message"] for line in logged)
    (fault,) = [line for line in logged if line["level"] == "error"]
    assert "was put through after ValueError" in fault["message"]
    assert "Traceback" in fault["trace"]
    for secret in ("wobblethwaite", caller.player.call, caller.player.caller[1:], "state="):
        assert secret not in written


def test_what_a_library_adds_to_a_record_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    wanted_log({"LOG_FORMAT": "JSON"})
    logging.getLogger("some.library").warning("slow", extra={"words": "my name is wobblethwaite", "call": "ab12"})
    (line,) = lines(capsys)
    assert line.keys() == {"time", "level", "logger", "message", "call"}


def test_a_log_that_is_set_up_twice_says_everything_once(capsys: pytest.CaptureFixture[str]) -> None:
    wanted_log({"LOG_FORMAT": "json"})
    wanted_log({"LOG_FORMAT": "json"})
    logging.getLogger("ivr.calls").warning("once")
    assert [line["message"] for line in lines(capsys)] == ["once"]


@pytest.mark.parametrize("log_format", ["", "plain"])
def test_a_terminals_log_has_no_line_a_turn(
    new_line: Callable[..., Any],
    new_caller: Callable[..., Caller],
    rasa: FakeRasa,
    log_format: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with new_line(log_format, rasa) as address:
        caplog.clear()
        new_caller(address).dials()
    assert not caplog.records
