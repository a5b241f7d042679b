"""What every test stands on: the line over real HTTP, and a caller."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ivr import create_app
from ivr.content import Content
from ivr.content_files import load
from ivr.helpline import Clock
from ivr.player import Player
from ivr.processes import rasa_server
from ivr.rasa import Dialogue
from ivr.settings import Settings
from scoring.line import free_port
from scoring.line import served as served_app
from tests.caller import Caller
from tests.fakes import FakeRasa

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "token-of-the-tests"
PUBLIC_URL = "https://line.example.org"


@contextmanager
def served(settings: Settings, dialogue: Dialogue | None, clock: Clock | None = None) -> Iterator[str]:
    """Serve the line over HTTP on a free port of this machine; yield its address."""
    with served_app(create_app(settings, dialogue, clock)) as address:
        yield address


@pytest.fixture(scope="session")
def content() -> Content:
    """Return the real content: what editors wrote is what is tested."""
    return load(ROOT / "responses")


@pytest.fixture
def rasa() -> FakeRasa:
    """Return a Rasa that understands what the test teaches it."""
    return FakeRasa()


@pytest.fixture
def local_line(rasa: FakeRasa) -> Iterator[str]:
    """Serve a line without a token, as on a laptop."""
    with served(Settings(secret_key="secret", root=ROOT), rasa) as address:
        yield address


@pytest.fixture
def public_line(rasa: FakeRasa) -> Iterator[str]:
    """Serve a line with a token, as behind Twilio."""
    settings = Settings(secret_key="secret", auth_token=TOKEN, public_url=PUBLIC_URL, root=ROOT)
    with served(settings, rasa) as address:
        yield address


@pytest.fixture(scope="session")
def rasa_url() -> Iterator[str]:
    """Run the really trained Rasa."""
    url = f"http://127.0.0.1:{free_port()}"
    with rasa_server(ROOT, url):
        yield url


@pytest.fixture(scope="session")
def line(rasa_url: str) -> Iterator[str]:
    """Serve the whole line: no token, the real content, the really trained Rasa."""
    with served(Settings(secret_key="secret", rasa_url=rasa_url, root=ROOT), None) as address:
        yield address


@pytest.fixture
def new_caller(content: Content) -> Callable[..., Caller]:
    """Return a maker of callers to any line."""
    return lambda address, **known: Caller(Player(address, **known), content)


@pytest.fixture
def caller(local_line: str, new_caller: Callable[..., Caller]) -> Caller:
    """Return a caller of the local line, who has dialled."""
    caller = new_caller(local_line)
    caller.dials()
    return caller


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Turn a skip into a failure where everything must be there (CI)."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report
