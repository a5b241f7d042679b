"""`ivr doctor`: the same checks at any time, and the machine's own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ivr.connect import Outside
from ivr.content import Content
from ivr.doctor import examine, rasa
from ivr.fallback import stand_alone
from ivr.machine_checks import clock, disk, model, redis, sources
from ivr.settings import Settings
from tests.conftest import PUBLIC_URL, ROOT, TOKEN, free_port
from tests.fakes import FakeRasa
from tests.outside import AS_WANTED, FALLBACK_URL, Towards, bin_with, outside, run, served_line
from tests.servers import absent, answering, hanging
from tests.twilio_mock import NUMBER, prism

TWILIO = "https://api.twilio.com"
DAY = 86400


class KnowingRasa(FakeRasa):
    """A Rasa whose model was trained on ``content``."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._content = content

    def texts(self) -> dict[str, str]:
        self._answer()
        return {f"utter_{topic}": answer.parts[0].text for topic, answer in self._content.answers.items()}


def test_all_of_connect_is_looked_at_and_nothing_changed(content: Content) -> None:
    with (
        prism() as twilio,
        served_line(TOKEN) as line,
        bin_with(stand_alone(content, Settings(), NUMBER)) as fallback,
        answering(200, b"") as date,
    ):
        servers = {PUBLIC_URL: line, FALLBACK_URL: fallback, TWILIO: date}
        for settings, words in (
            ({}, f"BAD The number: it is not set to this line (a call comes in: {PUBLIC_URL}/calls/start;"),
            (AS_WANTED, "good The number: it is set to this line."),
        ):
            ways, mock = outside(twilio, servers, {"number": {"phone_number": NUMBER, **settings}})
            with absent() as nothing:
                said, code = run("doctor", ways, RASA_URL=nothing)
            assert words in said, said
            assert code == 1, "Rasa does not answer"
            assert not mock.changes
    names = ("The line's address", "Strangers", "The fallback", "The Twilio account", "Region", "Caller id", "Price")
    for name in (*names, "Dialling the Helpline", "Clock", "Disk"):
        assert f"good {name}:" in said, said
    assert "BAD Rasa: it does not answer" in said
    assert "note Content: The leaflet was last reviewed in January 2019" in said
    assert "1 to mend." in said


def test_a_laptop_without_an_account_is_not_ill(content: Content, tmp_path: Path) -> None:
    settings = Settings(root=ROOT)
    with answering(200, b"") as date:
        found = {finding.name: finding for finding in examine(settings, ways_to(date), KnowingRasa(content))}
    assert found["Twilio"].state == "note"
    assert (found["Rasa"].state, found["Clock"].state) == ("good", "good")
    assert "The number" not in found


def test_half_an_account_is_told(content: Content) -> None:
    settings = Settings(root=ROOT, auth_token=TOKEN, public_url=PUBLIC_URL)
    with absent() as nowhere:
        found = list(examine(settings, ways_to(nowhere), KnowingRasa(content)))
    assert [finding.means for finding in found if finding.name == "Settings"] == [
        "TWILIO_ACCOUNT_SID is not set.",
        "TWILIO_NUMBER is not set.",
    ]


def ways_to(address: str) -> Outside:
    """Return ways out where Twilio's clock is the one of the server at ``address``."""
    ways = Outside()
    ways.web.mount(TWILIO, Towards(address))
    return ways


@pytest.mark.parametrize(("drift", "words"), [(90, "90 seconds ahead"), (-3600, "3600 seconds behind"), (30, "agrees")])
def test_a_clock_that_goes_wrong_is_told(drift: int, words: str) -> None:
    with answering(200, b"") as date:
        [finding] = clock(ways_to(date).web, lambda: time.time() + drift)
    assert words in finding.means.replace("91", "90").replace("3599", "3600")
    assert finding.state == ("good" if words == "agrees" else "bad")


def test_a_clock_without_another_is_unknown() -> None:
    with absent() as nowhere:
        [finding] = clock(ways_to(nowhere).web)
    assert finding.state == "unknown"


def test_rasa_is_asked_for_its_words(content: Content) -> None:
    knowing = KnowingRasa(content)
    assert [finding.state for finding in rasa(content, knowing)] == ["good"]
    newer = content.model_copy(update={"answers": content.answers | {"lumps": content.answers["biopsy"]}})
    [finding] = rasa(newer, knowing)
    assert (finding.state, "1 wordings are newer than the model (utter_lumps)" in finding.means) == ("note", True)
    knowing.is_down = True
    [finding] = rasa(content, knowing)
    assert (finding.state, "make run" in finding.mend) == ("bad", True)


def test_content_that_cannot_be_used_is_named(tmp_path: Path, content: Content) -> None:
    shutil.copytree(ROOT / "responses", tmp_path / "responses")
    (tmp_path / "responses/biopsy.yml").write_text("responses: [")
    with absent() as nowhere:
        found = list(examine(Settings(root=tmp_path), ways_to(nowhere), KnowingRasa(content)))
    [finding] = [finding for finding in found if finding.name == "Content"]
    assert finding.state == "bad"
    assert "biopsy.yml" in finding.means


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A checkout whose model is ten days old, and its sources eleven."""
    for name, age in (
        ("config.yml", 11),
        ("nlu/lumps.yml", 11),
        ("responses/phone.yml", 0),
        ("models/line.tar.gz", 10),
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (time.time() - age * DAY,) * 2)
    return tmp_path


def test_the_models_age_is_told(trained: Path) -> None:
    [finding] = model(Settings(root=trained))
    assert (finding.state, "10 days ago, and is younger" in finding.means) == ("good", True)
    (trained / "nlu/lumps.yml").touch()
    [finding] = model(Settings(root=trained))
    assert (finding.state, "1 files it learned from are newer (lumps.yml)" in finding.means) == ("note", True)


def test_a_model_that_is_not_here_is_bad_only_where_rasa_is(tmp_path: Path) -> None:
    assert [finding.state for finding in model(Settings(root=tmp_path))] == ["bad"]
    assert [finding.state for finding in model(Settings(root=tmp_path, rasa_url="http://rasa:5005"))] == ["unknown"]


def test_the_models_sources_are_the_makefiles() -> None:
    asked = ["make", "--silent", "--eval", "sources: ; @echo $(SOURCES)", "sources"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert sorted(told) == sorted(str(path.relative_to(ROOT)) for path in sources(ROOT))
    assert len(told) > 100


@contextmanager
def redis_at(*arguments: str) -> Iterator[str]:
    program = shutil.which("redis-server")
    if not program:
        pytest.skip("needs the package redis-server")
    port = free_port()
    command = [program, "--port", str(port), "--save", "", "--appendonly", "no", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def test_redis_is_asked_with_its_password() -> None:
    with redis_at("--requirepass", "pä ss") as place:
        assert redis(f"redis://:p%C3%A4%20ss@{place}/0").state == "good"
        for wrong in (f"redis://:wrong@{place}/0", f"redis://{place}/0"):
            finding = redis(wrong)
            assert (finding.state, "refuses us" in finding.means) == ("bad", True)
            assert "wrong@" not in finding.means + finding.mend


def test_redis_without_a_password_answers() -> None:
    with redis_at() as place:
        assert redis(f"redis://{place}").state == "good"


def test_a_redis_that_is_away_is_told() -> None:
    with absent() as nowhere:
        finding = redis(nowhere.replace("http", "redis"))
    assert (finding.state, "does not answer" in finding.means) == ("bad", True)


def test_a_redis_that_hangs_is_given_up() -> None:
    with hanging() as nowhere:
        finding = redis(nowhere.replace("http", "redis"), patience=0.2)
    assert (finding.state, "TimeoutError" in finding.means) == ("bad", True)


def test_a_full_disk_is_told_once_for_each_disk(trained: Path) -> None:
    (trained / "build").mkdir()
    [finding] = disk(trained, lambda _: 900_000_000)
    assert (finding.state, "0.9 GB are free" in finding.means) == ("bad", True)
    assert [finding.state for finding in disk(trained, lambda _: 1_100_000_000)] == ["good"]
    assert [finding.state for finding in disk(trained)] == ["good"]
