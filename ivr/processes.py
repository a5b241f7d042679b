"""Starts Rasa and the phone line on this machine, waits for both, and stops both."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import requests

from ivr.child import CannotStart, Process, refuse_taken_port, running
from ivr.redis_url import split
from ivr.settings import Settings

MODEL = "models/line.tar.gz"
_RASA_PATIENCE = 180  # seconds; a cold disk reads 2.6 GB of TensorFlow slowly
_LINE_PATIENCE = 30
_RETRY_PAUSE = 60

# A sentence is too small to share among cores: a second one would mostly wait (docs/performance.md).
ONE_SENTENCE_AT_A_TIME = {"OPENBLAS_NUM_THREADS": "1"}

Tell = Callable[[str], object]


def run_line(settings: Settings, root: Path, tell: Tell) -> int:
    """Run the whole line until a signal or a process ends it; return an exit code."""
    for stop in (signal.SIGINT, signal.SIGTERM):  # a shell may have had the first ignored
        signal.signal(stop, _interrupt)
    try:
        with ExitStack() as started:
            refuse_taken_port(settings.host, settings.port, "PORT", "make run")
            tell("Starting Rasa (about 30 seconds; log in build/rasa.log)...")
            start_rasa = partial(rasa_server, root, settings.rasa_url, redis_url=settings.redis_url)
            rasa = started.enter_context(start_rasa())
            tell("Starting the phone line (log in build/line.log)...")
            line = started.enter_context(phone_line(settings, root))
            tell(_ready_text(settings))
            return _watch(line, rasa, lambda: started.enter_context(start_rasa()), tell)
    except KeyboardInterrupt:
        tell("\nThe line is stopped.")
        return 0


@contextmanager
def rasa_server(
    root: Path, url: str, model: str = MODEL, redis_url: str = "", name: str = "rasa"
) -> Iterator[Process | None]:
    """Run Rasa at ``url`` with ``model`` while inside; somebody else's Rasa is left alone.

    With ``redis_url`` conversations are kept there, so that several Rasas lead the same calls. It logs to
    build/``name``.log.
    """
    place = urlsplit(url)
    if place.hostname not in ("127.0.0.1", "localhost"):
        yield None
        return
    port = place.port or 80
    refuse_taken_port("127.0.0.1", port, "RASA_URL", "RASA_URL=http://127.0.0.1:5006 make run")
    command = [
        *(str(root / ".venv-rasa/bin/rasa"), "run", "--enable-api"),
        *("--interface", "127.0.0.1", "--port", str(port)),  # its token does not guard every route
        *("--model", model, "--endpoints", "endpoints-redis.yml" if redis_url else "endpoints.yml"),
    ]
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "PYTHONWARNINGS": "ignore"}
    quiet |= {"LOG_LEVEL": "WARNING", "LOG_LEVEL_LIBRARIES": "ERROR"}  # below, it writes down what callers say
    stores = split(redis_url) if redis_url else {}
    environ = quiet | ONE_SENTENCE_AT_A_TIME | stores
    with running(command, root, name, environ, f"{url}/domain", _RASA_PATIENCE) as process:
        _warm_up(url)
        yield process


@contextmanager
def phone_line(settings: Settings, root: Path, name: str = "line", **environ: str) -> Iterator[Process]:
    """Run the phone line under gunicorn while inside, and log to build/``name``.log.

    Port and Rasa are those of ``settings``; for the rest the line reads ``environ`` and our own environment.
    """
    own = {"PORT": str(settings.port), "RASA_URL": settings.rasa_url, **environ}
    alive = f"{settings.local_address}/health/live"
    with running(gunicorn(settings), root, name, own, alive, _LINE_PATIENCE) as process:
        yield process


def serve(settings: Settings) -> NoReturn:
    """Become the phone line alone, as in a container: whoever started this process owns gunicorn's signals."""
    command = gunicorn(settings)
    os.execv(command[0], command)  # noqa: S606 - starts only what it names itself


def gunicorn(settings: Settings) -> list[str]:
    """Return the command that runs the phone line; turns in flight are finished when it is told to stop."""
    return [
        *(sys.executable, "-m", "gunicorn", "ivr:create_app()"),
        *("--bind", f"{settings.host}:{settings.port}", "--worker-class", "gthread"),
        *("--threads", "32"),  # as many as may wait for Rasa at once: no key waits behind them
        *(
            "--graceful-timeout",
            "5",
            "--log-level",
            "error",
        ),  # no access log, which holds the state; no bad requests quoted
    ]


def _warm_up(url: str) -> None:
    """Let the first, slow parse be ours and not a caller's."""
    requests.post(f"{url}/model/parse", json={"text": "hello"}, timeout=30)


def _watch(line: Process, rasa: Process | None, start_rasa: Callable[[], Process | None], tell: Tell) -> int:
    """Wait until ``line`` ends. Without Rasa it goes on, as keys and a person still work, and Rasa is started again."""
    while line.poll() is None:
        if rasa and rasa.poll() is not None:
            tell("Rasa stopped (see build/rasa.log). Keys and a person still work; starting it again...")
            try:
                rasa = start_rasa()
                tell("Rasa is back.")
            except CannotStart as error:
                tell(f"{error}\nTrying again in a minute.")
                time.sleep(_RETRY_PAUSE)
        time.sleep(0.5)
    tell("The phone line stopped; see build/line.log.")
    return 1


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _ready_text(settings: Settings) -> str:
    local = settings.local_address
    if settings.is_open_to_loopback_only:
        return (
            f"\nThe line answers at {local}, for this machine only: no TWILIO_AUTH_TOKEN is set.\n"
            f"Try it: {_phones(settings)}. Stop it: Ctrl-C.\n"
            "For real calls see README, Connect a Twilio number."
        )
    return (
        f"\nThe line answers at {local}. On the Twilio number set, each as HTTP POST:\n"
        f"  A call comes in:     {settings.public_url}/calls/start\n"
        f"  Call status changes: {settings.public_url}/calls/status\n"
        f"Try it: {_phones(settings)}. Stop it: Ctrl-C."
    )


def _phones(settings: Settings) -> str:
    page = f"{settings.local_address}/phone in a browser, or " if settings.serves_phone_page else ""
    return f"{page}make call in another terminal"
