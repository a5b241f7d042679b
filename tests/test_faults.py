"""Faults with real processes: whatever breaks, the caller has words, keys and a person."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask

from ivr.calls import calls_blueprint
from ivr.line import ask_reload, build
from ivr.player import Player
from ivr.processes import phone_line
from ivr.settings import Settings
from ivr.yaml_file import ContentError
from scoring.line import served as served_app
from tests.caller import Caller
from tests.conftest import ROOT, free_port, served
from tests.fakes import FakeRasa
from tests.servers import absent, answering, as_json
from tests.test_processes import rasa_process

needs_proc = pytest.mark.skipif(not Path("/proc").exists(), reason="needs Linux's list of processes")
QUESTION = "does the biopsy hurt"


@contextmanager
def stopped(process: int) -> Iterator[None]:
    """Hang a process: it accepts connections and answers none."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process, signal.SIGCONT)


def line_settings(rasa_url: str) -> Settings:
    return Settings(port=free_port(), rasa_url=rasa_url)


def seconds(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return time.monotonic() - started


@needs_proc
def test_while_rasa_hangs_nobody_waits_long_and_then_nobody_at_all(
    rasa_url: str, new_caller: Callable[..., Caller]
) -> None:
    settings = line_settings(rasa_url)
    with phone_line(settings, ROOT, "line-hang"):
        callers = [new_caller(settings.local_address) for _ in range(40)]
        for caller in callers:
            caller.dials()
        with stopped(rasa_process(urlsplit(rasa_url).port or 0)):
            with ThreadPoolExecutor(len(callers)) as pool:  # more at once than the line has threads
                waits = list(pool.map(lambda caller: seconds(lambda: caller.says(QUESTION)), callers))
            assert max(waits) < 3, waits
            assert {caller.kind for caller in callers} == {"degraded"}
            assert seconds(lambda: callers[0].says(QUESTION)) < 1.4, "the circuit is not open: Rasa was waited for"
            assert seconds(lambda: callers[0].presses("3")) < 1
            callers[0].hears_answer("tests")
            callers[0].presses("0")
            assert callers[0].player.ringing
        is_understood_again(callers[1])


def is_understood_again(caller: Caller, within: float = 20) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        caller.says(QUESTION)
        if caller.kind == "answer":
            caller.hears_answer("biopsy")
            return
        time.sleep(0.5)
    raise AssertionError(f"not understood within {within} s of Rasa's return")


def test_a_call_outlives_the_process_that_answered_it(new_caller: Callable[..., Caller]) -> None:
    with absent() as nowhere:
        settings = line_settings(nowhere)
        with phone_line(settings, ROOT, "line-killed") as process:
            caller = new_caller(settings.local_address)
            caller.dials()
            caller.presses("5")
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        with phone_line(settings, ROOT, "line-again"):
            caller.presses("4")
            caller.hears_answer("ect_healing")


def test_a_turn_in_flight_is_finished_when_the_line_is_told_to_stop() -> None:
    sure = {"name": "cure", "confidence": 1.0}
    slow = as_json({"intent": sure, "intent_ranking": [sure]})
    with answering(200, slow, delay=1.2) as rasa:
        settings = line_settings(rasa)
        with phone_line(settings, ROOT, "line-stopped") as process:
            player = Player(settings.local_address)
            player.dial()
            turn = threading.Thread(target=player.say, args=["can it be cured"])
            turn.start()
            time.sleep(0.4)
            process.terminate()
            turn.join()
            assert not player.fault
            assert player.headers["X-Reply-Topic"] == "cure"
            assert process.wait(10) == 0


class TestOddWebhooks:
    """Twilio may ask twice, late, out of order, or after the caller has gone."""

    def ask(self, caller: Caller, url: str, **fields: str) -> requests.Response:
        form = {"CallSid": caller.player.call, "To": caller.player.line, "From": caller.player.caller, **fields}
        reply = requests.post(url, form)
        assert reply.status_code == 200
        return reply

    def action(self, caller: Caller) -> str:
        assert caller.player.waiting
        return caller.player.waiting.action

    def test_the_same_twice_is_answered_the_same_twice(self, caller: Caller) -> None:
        url = self.action(caller)
        first, second = (self.ask(caller, url, Digits="2") for _ in range(2))
        assert first.headers["X-Reply-Topic"] == second.headers["X-Reply-Topic"] == "symptoms"
        assert without_links(first.text) == without_links(second.text)

    def test_an_older_turn_means_what_it_meant(self, caller: Caller) -> None:
        menu = self.action(caller)
        caller.presses("5")
        assert self.ask(caller, menu, Digits="3").headers["X-Reply-Topic"] == "tests"

    def test_a_turn_after_the_end_is_answered_all_the_same(self, caller: Caller) -> None:
        url = self.action(caller)
        caller.says("goodbye")
        assert caller.player.ending
        assert "<Gather" in self.ask(caller, url, Digits="2").text

    def test_a_transfer_that_ends_twice_is_spoken_twice(self, caller: Caller) -> None:
        caller.presses("0")
        assert caller.player.ringing
        url = caller.player.ringing.action
        replies = [self.ask(caller, url, DialCallStatus="busy") for _ in range(2)]
        assert {reply.headers["X-Reply-Kind"] for reply in replies} == {"transfer"}


def without_links(twiml: str) -> str:
    return "".join(piece.split('"')[-1] for piece in twiml.split("state="))


def edit(house: Path, old: str, new: str, name: str = "biopsy") -> None:
    file = house / "responses" / f"{name}.yml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_model_of_yesterday_speaks_the_words_of_today(
    house: Path, rasa_url: str, new_caller: Callable[..., Caller]
) -> None:
    edit(house, "a punch biopsy", "what is called a punch biopsy")
    with served(Settings(secret_key="s", rasa_url=rasa_url, root=house), None) as address:
        caller = new_caller(address)
        caller.dials()
        caller.says(QUESTION)
        assert caller.topic == "biopsy"
        assert "what is called a punch biopsy" in caller.last_words
        warnings = requests.get(f"{address}/health/ready").json()["warnings"]
        assert any("utter_biopsy" in warning and "newer than the model" in warning for warning in warnings)


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_broken_file_is_named_and_nothing_starts(house: Path, command: str) -> None:
    edit(house, "kind: answer", "kind: [answer")
    done = subprocess.run([sys.executable, "-m", "ivr", command], cwd=house, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "responses/biopsy.yml" in done.stderr
    assert "Traceback" not in done.stderr


def test_new_words_are_spoken_from_the_next_turn_of_a_call_on(
    house: Path, rasa: FakeRasa, new_caller: Callable[..., Caller], caplog: pytest.LogCaptureFixture
) -> None:
    with served(Settings(secret_key="s", root=house), rasa) as address:
        caller = new_caller(address)
        caller.dials()
        edit(house, "three possible symptoms", "three signs", "symptoms")
        caller.presses("2")
        assert "three possible symptoms" in caller.last_words, "nobody asked for it yet"
        ask_reload(house)
        caller.presses("#")
        assert "three signs" in caller.last_words
    assert "symptoms changed" in caplog.text


def test_a_broken_file_changes_nothing_when_it_is_reloaded(
    house: Path, rasa: FakeRasa, new_caller: Callable[..., Caller], caplog: pytest.LogCaptureFixture
) -> None:
    with served(Settings(secret_key="s", root=house), rasa) as address:
        caller = new_caller(address)
        caller.dials()
        ask_reload(house)  # and only then, before the next turn, the file is broken
        edit(house, "kind: answer", "kind: nonsense", "symptoms")
        caller.presses("2")
        caller.hears_answer("symptoms")
        with pytest.raises(ContentError, match=r"symptoms\.yml"):
            ask_reload(house)
    assert "callers hear the old words" in caplog.text
    assert "symptoms.yml" in caplog.text


def test_when_even_the_apology_fails_the_call_goes_to_a_person(
    rasa: FakeRasa, caplog: pytest.LogCaptureFixture
) -> None:
    class Mute:
        def speak(self, *_: object, **__: object) -> str:
            raise RuntimeError(QUESTION)

    app = Flask("broken")
    broken = replace(build(Settings(secret_key="s", root=ROOT), rasa), speaker=Mute())  # type: ignore[arg-type]
    app.register_blueprint(calls_blueprint(lambda: broken))
    with served_app(app) as address:
        player = Player(address)
        player.dial()
        assert player.ringing
        assert player.ringing.number == "+448088006000"
        player.end_transfer("no-answer")
    assert player.ending == "hung up by the line"
    assert [record.levelno for record in caplog.records if record.name == "ivr.calls"] == [
        logging.ERROR,
        logging.CRITICAL,
    ]
    assert QUESTION not in caplog.text
