"""What every test stands on: the line over real HTTP, and a caller."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

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
from tests.phone import Phone

os.environ["DATABASE_URL"] = "off"  # no call of a test is kept beside real ones
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


visitors = pytest.mark.parametrize(
    ("headers", "is_operator"),
    [
        ({}, True),
        ({"X-Forwarded-For": "203.0.113.9"}, False),
        ({"Host": "line.example.org"}, False),
        ({"Host": "line.example.org", "Authorization": "Bearer watchword"}, True),
        ({"Host": "line.example.org", "Authorization": "Bearer wrong"}, False),
        ({"Host": "line.example.org", "Authorization": "Bearer "}, False),
    ],
)
"""Who may ask a watched line, and whether it is told what operators are."""


@pytest.fixture
def watched_line(rasa: FakeRasa) -> Iterator[str]:
    """Serve a line with a token whose METRICS_TOKEN is watchword."""
    settings = Settings(secret_key="s", auth_token=TOKEN, public_url=PUBLIC_URL, metrics_token="watchword", root=ROOT)
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


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Copy what the line reads, to be edited."""
    for folder in ("ivr", "responses"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "config.yml", tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Run Debian's Chromium."""
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("needs the package chromium")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture
def open_phone(browser: Browser) -> Iterator[Callable[..., Phone]]:
    """Return what opens the page at an address; any error on the page's console fails the test."""
    opened: list[Phone] = []

    def open_phone(address: str, script: str = "", **options: Any) -> Phone:
        context = browser.new_context(**{"viewport": {"width": 1100, "height": 900}} | options)
        context.add_init_script(script)
        opened.append(Phone(context.new_page(), address))
        return opened[-1]

    yield open_phone
    faults = [fault for phone in opened for fault in phone.faults]
    for phone in opened:
        phone.page.context.close()
    assert not faults


@pytest.fixture
def phone(open_phone: Callable[..., Phone], local_line: str) -> Phone:
    """Return the page of a line without a token."""
    return open_phone(local_line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Turn a skip into a failure where everything must be there (CI)."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report
