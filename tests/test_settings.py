"""A wrong setting is named with its cure before the line starts."""

from pathlib import Path

import pytest

from ivr.redis_url import split
from ivr.settings import SettingsError, read


def test_a_laptop_needs_no_settings(tmp_path: Path) -> None:
    settings = read({}, tmp_path)
    assert settings.is_open_to_loopback_only
    assert (settings.port, settings.host, settings.helpline_number) == (8080, "127.0.0.1", "+448088006000")
    assert settings.spoken_number == "0808 800 6000"


def test_the_kept_key_survives_a_restart_and_is_private(tmp_path: Path) -> None:
    key = read({}, tmp_path).secret_key
    assert len(key) > 30
    assert read({}, tmp_path).secret_key == key
    assert (tmp_path / ".secret-key").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_needs_a_key(tmp_path: Path) -> None:
    (tmp_path / ".secret-key").mkdir()
    with pytest.raises(SettingsError, match="set SECRET_KEY"):
        read({}, tmp_path)


@pytest.mark.parametrize(
    "address", ["localhost:6379", "rediss://host", "redis://", "redis://host/x", "redis://me:p@host"]
)
def test_a_redis_that_rasa_cannot_use_is_refused_and_its_password_not_shown(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError, match="REDIS_URL") as error:
        read({"REDIS_URL": address.replace("host", ":hidden@host", 1)}, tmp_path)
    assert "hidden" not in str(error.value)


def test_a_redis_address_is_split_as_rasa_wants_it() -> None:
    assert split("redis://:p%40ss@store:6380/2") == {
        "REDIS_HOST": "store",
        "REDIS_PORT": "6380",
        "REDIS_DB": "2",
        "REDIS_PASSWORD": "p@ss",
    }
    assert split("redis://store")["REDIS_PORT"] == "6379"


def test_a_token_needs_an_address_and_a_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        read({"TWILIO_AUTH_TOKEN": "secret-token"}, tmp_path)
    assert "PUBLIC_URL" in str(error.value)
    assert "SECRET_KEY" in str(error.value)
    assert "secret-token" not in str(error.value)


@pytest.mark.parametrize(
    "environ",
    [
        {"PORT": "eighty"},
        {"PORT": "70000"},
        {"PUBLIC_URL": "line.example.org"},
        {"PUBLIC_URL": "https://"},
        {"RASA_URL": "ftp://127.0.0.1"},
        {"HELPLINE_NUMBER": "0808 800 6000"},
        {"HELPLINE_NUMBER": "+44<Number>"},
        {"HELPLINE_NUMBER": "+448088006000\n"},
        {"LOG_FORMAT": "xml"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "collector:4318"},
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ))):
        read(environ, tmp_path)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        read({"PORT": "x", "HELPLINE_NUMBER": "x", "TWILIO_AUTH_TOKEN": "t"}, tmp_path)
    assert len(str(error.value).splitlines()) == 4
