"""The production shape in plain processes: two lines, two Rasas and one Redis, any of which may go."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from ivr.child import Process
from ivr.processes import phone_line, rasa_server
from ivr.settings import Settings
from tests.caller import Caller
from tests.conftest import PUBLIC_URL, ROOT, TOKEN, free_port
from tests.test_processes import answers

REDIS = shutil.which("redis-server")
PASSWORD = "of-the-tests"
pytestmark = pytest.mark.skipif(not REDIS, reason="needs the package redis-server")


@contextmanager
def redis_server(port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run Debian's Redis as docker-compose.yml does: a password, and nothing on disk."""
    command = [str(REDIS), "--port", str(port), "--requirepass", PASSWORD, "--save", "", "--appendonly", "no"]
    process = subprocess.Popen([*command, "--dir", str(folder)], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not answers(port):
            assert time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


@dataclass
class House:
    """Two of each, with the addresses callers and we reach them at."""

    lines: list[str]
    line_processes: list[Process]
    rasa_urls: list[str]
    rasa_processes: list[Process]
    redis_port: int
    redis: subprocess.Popen[bytes]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("redis")
    with ExitStack() as started:
        port = free_port()
        redis = started.enter_context(redis_server(port, folder))
        house = House([], [], [], [], port, redis)
        for number in (1, 2):
            rasa = f"http://127.0.0.1:{free_port()}"
            address = f"redis://:{PASSWORD}@127.0.0.1:{port}/0"
            process = started.enter_context(rasa_server(ROOT, rasa, redis_url=address, name=f"rasa-{number}"))
            assert process
            house.rasa_urls.append(rasa)
            house.rasa_processes.append(process)
            settings = Settings(port=free_port(), rasa_url=rasa)
            secrets = {"TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC_URL, "SECRET_KEY": "one for both"}
            house.line_processes.append(started.enter_context(phone_line(settings, ROOT, f"line-{number}", **secrets)))
            house.lines.append(settings.local_address)
        yield house


@pytest.fixture
def caller(house: House, new_caller: Callable[..., Caller]) -> Caller:
    caller = new_caller(house.lines[0], public_url=PUBLIC_URL, token=TOKEN)
    caller.dials()
    return caller


def redis_says(house: House, *command: str) -> list[str]:
    done = subprocess.run(
        [str(shutil.which("redis-cli")), "-p", str(house.redis_port), "--no-auth-warning", "-a", PASSWORD, *command],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def test_any_line_and_any_rasa_carries_a_call_on(house: House, caller: Caller) -> None:
    caller.says("does the biopsy hurt")
    caller.hears_answer("biopsy")
    caller.player.address = house.lines[1]
    caller.says("how long does it take")
    caller.hears_topic("biopsy_how_long")
    caller.player.address = house.lines[0]
    caller.presses("8")
    caller.hears_answer("biopsy")


def test_both_rasas_know_one_conversation_that_is_forgotten_within_the_hour(house: House, caller: Caller) -> None:
    caller.says("does the biopsy hurt")
    tracker = f"/conversations/{caller.player.call}/tracker"
    heard = [requests.get(url + tracker).json()["latest_message"]["intent"]["name"] for url in house.rasa_urls]
    assert heard == ["biopsy", "biopsy"]
    keys = redis_says(house, "keys", "*")
    assert keys == [key for key in keys if key.startswith("tracker:")], "no lock is left behind"
    assert all(0 < int(redis_says(house, "ttl", key)[0]) <= 3600 for key in keys)


def test_a_lost_redis_costs_no_caller_an_answer(house: House, caller: Caller, tmp_path: Path) -> None:
    house.redis.kill()
    house.redis.wait()
    for _ in range(5):
        caller.says("does the biopsy hurt")
        caller.hears_answer("biopsy")
    caller.presses("*")
    caller.presses("2")
    caller.hears_answer("symptoms")
    with redis_server(house.redis_port, tmp_path):
        deadline = time.monotonic() + 20
        while not redis_says(house, "keys", "tracker:*"):  # Rasa keeps conversations there again by itself
            caller.says("does the biopsy hurt")
            caller.hears_answer("biopsy")
            assert time.monotonic() < deadline
            time.sleep(0.5)


def test_one_of_each_is_enough(house: House, caller: Caller) -> None:
    house.rasa_processes[0].kill()
    caller.presses("2")
    caller.hears_answer("symptoms")
    caller.says("does the biopsy hurt")
    assert caller.kind == "degraded", "this line's own Rasa is gone"
    os.killpg(house.line_processes[0].pid, signal.SIGKILL)
    caller.player.address = house.lines[1]
    caller.says("does the biopsy hurt")
    caller.hears_answer("biopsy")
