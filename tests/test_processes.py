"""`make run` starts both processes, says what is wrong, and stops both."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.caller import Caller
from tests.conftest import ROOT, free_port


@contextmanager
def running(**environ: str) -> Iterator[subprocess.Popen[str]]:
    """Run the whole line as make does; end it whatever happens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ivr", "run"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout
    heard = ""
    for line in process.stdout:
        heard += line
        if text in line:
            return heard
    raise AssertionError(f"{text!r} was never printed:\n{heard}")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def rasa_process(port: int) -> int:
    """Return the process id of the Rasa at ``port``."""
    for folder in Path("/proc").glob("[0-9]*"):
        command = (folder / "cmdline").read_bytes().split(b"\0")
        if b"--port" in command and str(port).encode() in command:
            return int(folder.name)
    raise AssertionError(f"no Rasa at {port}")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_the_line_starts_serves_and_stops(stop: signal.Signals, new_caller: Callable[..., Caller]) -> None:
    port, rasa_port = free_port(), free_port()
    with running(PORT=str(port), RASA_URL=f"http://127.0.0.1:{rasa_port}") as process:
        shown = read_until(process, "README")
        assert "Starting Rasa" in shown
        assert f"http://127.0.0.1:{port}" in shown
        caller = new_caller(f"http://127.0.0.1:{port}")
        caller.dials()
        caller.says("does the biopsy hurt")
        caller.hears_answer("biopsy")
        process.send_signal(stop)
        assert process.wait(20) == 0
    assert not answers(port)
    assert not answers(rasa_port)


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs Linux's list of processes")
def test_keys_answer_when_rasa_dies_and_it_is_started_again(new_caller: Callable[..., Caller]) -> None:
    port, rasa_port = free_port(), free_port()
    with running(PORT=str(port), RASA_URL=f"http://127.0.0.1:{rasa_port}") as process:
        read_until(process, "README")
        caller = new_caller(f"http://127.0.0.1:{port}")
        caller.dials()
        os.kill(rasa_process(rasa_port), signal.SIGKILL)
        read_until(process, "Rasa stopped")
        caller.says("does the biopsy hurt")
        assert caller.kind == "degraded"
        caller.presses("3")
        caller.hears_answer("tests")
        read_until(process, "Rasa is back")
        caller.says("does the biopsy hurt")
        caller.hears_answer("biopsy")


def test_a_taken_port_is_named_with_its_cure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running(PORT=str(port)) as process:
            shown, _ = process.communicate(timeout=20)
        assert process.returncode == 1
        assert f"Port {port} is in use" in shown
        assert f"PORT={port + 1} make run" in shown
        assert "Traceback" not in shown
        with running(PORT=str(free_port()), RASA_URL=f"http://127.0.0.1:{port}") as process:
            shown, _ = process.communicate(timeout=20)
        assert "RASA_URL=" in shown
        assert process.returncode == 1


def test_wrong_settings_stop_the_start_with_their_cure() -> None:
    with running(TWILIO_AUTH_TOKEN="never-shown", SECRET_KEY="", PUBLIC_URL="") as process:
        shown, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "PUBLIC_URL" in shown
    assert "SECRET_KEY" in shown
    assert "never-shown" not in shown
    assert "Traceback" not in shown


def test_the_terminal_phone_says_when_nothing_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ivr", "call", "--to", f"http://127.0.0.1:{free_port()}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert "make run" in done.stdout
    assert "Traceback" not in done.stderr
