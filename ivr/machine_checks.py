"""Looks at the machine the line runs on: its clock, its model, its Redis and its disk."""

import shutil
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import requests

from ivr.findings import Finding
from ivr.processes import MODEL
from ivr.redis_url import split
from ivr.settings import Settings

_TWILIO = "https://api.twilio.com"
_MOST_DRIFT = 60  # seconds
_LEAST_DISK = 1_000_000_000  # bytes: a training and the logs of a year
_PATIENCE = 5
_NOT_LEARNED = {f"{name}.yml" for name in ("phone", "lexicon", "commands", "red_flags", "facts", "hours")}


def clock(web: requests.Session, now: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Compare this machine's clock with Twilio's. A signature holds no time; certificates and opening hours do."""
    try:
        date = web.head(_TWILIO, timeout=_PATIENCE).headers["Date"]
        drift = now() - parsedate_to_datetime(date).timestamp()
    except (requests.RequestException, KeyError, ValueError):
        yield Finding("Clock", "unknown", "Twilio's could not be read, to compare.", "check the way to the internet")
        return
    if abs(drift) <= _MOST_DRIFT:
        yield Finding("Clock", "good", "it agrees with Twilio's.")
    else:
        means = f"it is {abs(drift):.0f} seconds {'ahead' if drift > 0 else 'behind'}: opening hours go by it, and "
        means += "certificates and calls in progress expire by it."
        yield Finding(
            "Clock", "bad", means, "let the machine set its clock (such as systemctl start systemd-timesyncd)"
        )


def model(settings: Settings, now: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Check that the model is there and younger than what it learned from."""
    path = settings.root / MODEL
    if not path.exists():
        here = urlsplit(settings.rasa_url).hostname in ("127.0.0.1", "localhost")
        cure = "make train" if here else "look where Rasa runs"
        yield Finding("Model", "bad" if here else "unknown", f"{MODEL} is not here.", cure)
        return
    trained = path.stat().st_mtime
    age = f"it was trained on {datetime.fromtimestamp(trained, UTC):%d %B %Y}, {_days(now() - trained)} ago"
    newer = [source.name for source in sources(settings.root) if source.stat().st_mtime > trained]
    if newer:
        means = f"{age}; {len(newer)} files it learned from are newer ({', '.join(newer[:3])})."
        yield Finding("Model", "note", means, "make train, or start with make run, which trains by itself")
    else:
        yield Finding("Model", "good", f"{age}, and is younger than what it learned from.")


def sources(root: Path) -> list[Path]:
    """Return the files the model is trained from, as the Makefile's SOURCES."""
    said = [path for path in root.glob("responses/*.yml") if path.name not in _NOT_LEARNED]
    learned = (*root.glob("nlu/*.yml"), *root.glob("nlu/components/*.py"), *root.glob("nlu/components/*.npz"))
    return sorted([root / "config.yml", *learned, *said])


def redis(address: str, patience: float = _PATIENCE) -> Finding:
    """Check that Redis takes the password and answers PING (https://redis.io/docs/latest/develop/reference/protocol-spec)."""
    place = split(address)
    password, host = place["REDIS_PASSWORD"], place["REDIS_HOST"]
    asked = [["AUTH", password]] * bool(password) + [["PING"]]
    try:
        with socket.create_connection((host, int(place["REDIS_PORT"])), patience) as connection:
            connection.sendall(b"".join(_command(*words) for words in asked))
            with connection.makefile("rb") as replies:
                said = [replies.readline(200) for _ in asked]
    except OSError as error:
        means = (
            f"{host} does not answer ({type(error).__name__}): with several Rasas, follow-ups may lose their thread."
        )
        return Finding("Redis", "bad", means, "start Redis, or correct REDIS_URL")
    if said[-1].strip() == b"+PONG":
        return Finding("Redis", "good", "it answers.")
    return Finding("Redis", "bad", f"{host} answers, and refuses us.", "correct the password in REDIS_URL")


def disk(root: Path, free: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> Iterator[Finding]:
    """Check that there is room for logs and the next model, once for each disk."""
    folders = [folder for folder in (root / "build", root / "models") if folder.exists()] or [root]
    for folder in {folder.stat().st_dev: folder for folder in folders}.values():
        left = free(folder)
        means = f"{left / 1e9:.1f} GB are free."
        if left < _LEAST_DISK:
            yield Finding(
                "Disk", "bad", means, f"make room on the disk of {folder}: 1 GB at least, 4 GB to install anew"
            )
        else:
            yield Finding("Disk", "good", means)


def _command(*words: str) -> bytes:
    parts = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    return f"*{len(words)}\r\n{''.join(parts)}".encode()


def _days(seconds: float) -> str:
    days = int(seconds // 86400)
    return f"{days} {'day' if days == 1 else 'days'}" if days else "less than a day"
