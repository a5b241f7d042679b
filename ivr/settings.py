"""What an operator can set: the environment turned into values, and nothing else."""

import logging
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ivr.hours import NATIONS, HoursError, Opening, parse
from ivr.redis_url import split

_log = logging.getLogger(__name__)
E164 = re.compile(r"\+[1-9]\d{6,14}")
"""A telephone number in international form, whole (fullmatch): the only form Twilio dials."""

# What UK phones show of a sender: https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id
_SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{3,11}")


MOST_QUESTION_DAYS = 90  # callers' own words, though redacted


class SettingsError(Exception):
    """The environment cannot be used; the message says what, why and what to do."""


@dataclass(frozen=True)
class Settings:
    """One line's settings; README lists each with its meaning and default."""

    port: int = 8080
    host: str = "127.0.0.1"
    public_url: str = ""
    account_sid: str = ""
    auth_token: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    rasa_url: str = "http://127.0.0.1:5005"
    helpline_number: str = "+448088006000"
    openings: tuple[Opening, ...] = ()
    nation: str = ""
    metrics_token: str = field(default="", repr=False)
    phone_page: bool = False
    redis_url: str = field(default="", repr=False)
    database_url: str = field(default="", repr=False)
    keep_calls: int = 400
    keep_unanswered: int | None = None
    twilio_number: str = ""
    fallback_url: str = ""
    twilio_region: str = ""
    twilio_edge: str = ""
    us1_auth_token: str = field(default="", repr=False)
    text_link: str = ""
    text_sender: str = ""
    root: Path = Path()

    @property
    def local_address(self) -> str:
        """Return where this machine reaches the line."""
        host = "127.0.0.1" if self.host in ("", "0.0.0.0", "localhost") else self.host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}"

    @property
    def spoken_number(self) -> str:
        """Return the helpline's number as people write it: 0808 800 6000."""
        digits = re.sub(r"^\+44", "0", self.helpline_number)
        return f"{digits[:4]} {digits[4:7]} {digits[7:]}"

    @property
    def is_open_to_loopback_only(self) -> bool:
        """Tell whether there is no token to check callers' signatures with."""
        return not self.auth_token

    @property
    def serves_phone_page(self) -> bool:
        """Tell whether this machine's browser may use the telephone at /phone."""
        return self.is_open_to_loopback_only or self.phone_page


def read(environ: Mapping[str, str] = os.environ, root: Path | None = None) -> Settings:
    """Read ``environ`` for the checkout at ``root``, or raise SettingsError naming all faults."""
    root = root or Path(__file__).resolve().parent.parent
    token = environ.get("TWILIO_AUTH_TOKEN", "").strip()
    faults = [*_faults(environ), *_log_faults(environ), *_twilio_faults(environ), *_text_faults(environ)]
    faults += _missing(environ) if token else []
    if faults:
        raise SettingsError("\n".join(faults))
    return Settings(
        port=int(environ.get("PORT") or 8080),
        host=environ.get("HOST") or "127.0.0.1",
        public_url=environ.get("PUBLIC_URL", "").rstrip("/"),
        account_sid=environ.get("TWILIO_ACCOUNT_SID", ""),
        auth_token=token,
        secret_key=environ.get("SECRET_KEY") or _kept_key(root),
        rasa_url=(environ.get("RASA_URL") or Settings.rasa_url).rstrip("/"),
        helpline_number=environ.get("HELPLINE_NUMBER") or Settings.helpline_number,
        openings=tuple(_openings(environ)),
        nation=environ.get("NATION", "").strip(),
        metrics_token=environ.get("METRICS_TOKEN", ""),
        phone_page=environ.get("PHONE_PAGE", "").strip().lower() == "on",
        redis_url=environ.get("REDIS_URL", "").strip(),
        database_url=_database(environ, root),
        keep_calls=int(environ.get("KEEP_CALLS") or Settings.keep_calls),
        keep_unanswered=_days(environ.get("KEEP_UNANSWERED", "").strip()),
        twilio_number=environ.get("TWILIO_NUMBER", "").strip(),
        fallback_url=environ.get("FALLBACK_URL", "").strip(),
        twilio_region=environ.get("TWILIO_REGION", "").strip().lower(),
        twilio_edge=environ.get("TWILIO_EDGE", "").strip().lower(),
        us1_auth_token=environ.get("TWILIO_US1_AUTH_TOKEN", "").strip(),
        text_link=environ.get("TEXT_LINK", "").strip(),
        text_sender=environ.get("TEXT_SENDER", "").strip(),
        root=root,
    )


def _faults(environ: Mapping[str, str]) -> list[str]:
    faults = []
    port = environ.get("PORT") or "8080"
    if not (port.isdigit() and 0 < int(port) < 65536):
        faults.append(f"PORT is {port!r}: give a number from 1 to 65535, such as 8080.")
    for name in ("PUBLIC_URL", "RASA_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"):
        value = environ.get(name, "")
        if value and not _is_web_address(value):
            faults.append(f"{name} is {value!r}: give a whole address, such as https://line.example.org.")
    number = environ.get("HELPLINE_NUMBER", "")
    if number and not E164.fullmatch(number):
        faults.append(f"HELPLINE_NUMBER is {number!r}: Twilio dials the international form only; write +448088006000.")
    nation = environ.get("NATION", "").strip()
    if nation and nation not in NATIONS:
        faults.append(f"NATION is {nation!r}: give one of {', '.join(NATIONS)}, or leave it empty.")
    page = environ.get("PHONE_PAGE", "").strip().lower()
    if page not in ("", "on", "off"):
        faults.append(
            f"PHONE_PAGE is {page!r}: give on, to test a line with a token from this machine, or leave it empty."
        )
    if redis := environ.get("REDIS_URL", "").strip():
        try:
            split(redis)
        except ValueError:  # the address is not shown: it holds a password
            faults.append("REDIS_URL cannot be read: give redis://:password@host:6379/0, with no user and no TLS.")
    return faults


def _log_faults(environ: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the settings of the log and of the call log."""
    faults = []
    form = environ.get("LOG_FORMAT", "").strip().lower()
    if form not in ("", "plain", "json"):
        faults.append(f"LOG_FORMAT is {form!r}: give json, or leave it empty for plain words.")
    if not _is_database(environ.get("DATABASE_URL", "").strip()):  # the address is not shown: it holds a password
        cure = "give sqlite:////folder/calls.db or postgresql://user:password@host/database, or off"
        faults.append(f"DATABASE_URL cannot be read: {cure}.")
    days = environ.get("KEEP_CALLS") or "400"
    if not (days.isdecimal() and 0 < int(days) < 36500):
        faults.append(f"KEEP_CALLS is {days!r}: give a number of days, such as 400.")
    days = environ.get("KEEP_UNANSWERED", "").strip() or "0"
    if not (days.isdecimal() and int(days) <= MOST_QUESTION_DAYS):
        most = f"{MOST_QUESTION_DAYS} at most, or 0 to keep none"
        faults.append(f"KEEP_UNANSWERED is {days!r}: give a number of days, such as 30; {most}.")
    elif int(days) and environ.get("DATABASE_URL", "").strip() == "off":
        faults.append("KEEP_UNANSWERED is set and DATABASE_URL is off: there is nowhere to keep a question. Unset one.")
    return faults


def _twilio_faults(environ: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the settings that only ``ivr connect`` and ``ivr doctor`` use."""
    faults = []
    number, fallback = environ.get("TWILIO_NUMBER", "").strip(), environ.get("FALLBACK_URL", "").strip()
    if number and not E164.fullmatch(number):
        faults.append(f"TWILIO_NUMBER is {number!r}: give your own number in international form, +442079460000.")
    if fallback and not _is_web_address(fallback):
        faults.append(f"FALLBACK_URL is {fallback!r}: give a whole address, such as https://elsewhere.example.org.")
    region, edge = (environ.get(name, "").strip() for name in ("TWILIO_REGION", "TWILIO_EDGE"))
    if bool(region) != bool(edge):  # https://www.twilio.com/docs/global-infrastructure/understanding-edge-locations
        faults.append("TWILIO_REGION and TWILIO_EDGE go together: set both, such as ie1 and dublin, or neither.")
    return faults


def _days(value: str) -> int | None:
    """Return a number of days, or None where none is set: 0 is something else, it deletes."""
    return int(value) if value else None


def _text_faults(environ: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the settings of texts; the words themselves are looked at where they are made."""
    names = ("TEXT_LINK", "TEXT_SENDER", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
    link, sender, *_ = values = [environ.get(name, "").strip() for name in names]
    if not link and not sender:
        return []
    faults = [f"Texts need {name}, and it is not set." for name, value in zip(names, values, strict=True) if not value]
    if link and not (_is_web_address(link) and re.fullmatch(r"https://[^\s#]+", link)):
        faults.append(f"TEXT_LINK is {link!r}: give a whole address, such as https://example.org/call.")
    if sender and not (E164.fullmatch(sender) or _SENDER_NAME.fullmatch(sender)):
        cure = "give your number at Twilio, +447..., or a name of 3 to 11 letters and digits, such as Helpline"
        faults.append(f"TEXT_SENDER is {sender!r}: {cure}.")
    return faults


def _database(environ: Mapping[str, str], root: Path) -> str:
    """Return where the call log is kept, or an empty string if nowhere."""
    address = environ.get("DATABASE_URL", "").strip()
    return "" if address == "off" else address or f"sqlite:///{root / 'data' / 'calls.db'}"


def _is_database(address: str) -> bool:
    if address in ("", "off"):
        return True
    try:
        url = urlsplit(address)
        return url.scheme == "sqlite" or (url.scheme in ("postgresql", "postgres") and url.port != 0)
    except ValueError:
        return False


def _openings(environ: Mapping[str, str]) -> list[Opening]:
    """Return the Helpline's hours; hours that cannot be read count as unknown, so that nobody is turned away."""
    try:
        return parse(environ.get("HELPLINE_HOURS", ""))
    except HoursError as error:
        _log.warning("HELPLINE_HOURS: %s. Callers are connected at any time until it is mended.", error)
        return []


def _missing(environ: Mapping[str, str]) -> list[str]:
    needs = {
        "PUBLIC_URL": "signatures are computed over the address Twilio calls; set it to that address",
        "SECRET_KEY": "it signs where a caller is; set it to a long random text, the same for every process",
    }
    return [
        f"TWILIO_AUTH_TOKEN is set but {name} is not: {why}."
        for name, why in needs.items()
        if not environ.get(name, "").strip()
    ]


def _is_web_address(value: str) -> bool:
    try:
        url = urlsplit(value)
        return url.scheme in ("http", "https") and bool(url.hostname) and not url.query
    except ValueError:
        return False


def _kept_key(root: Path) -> str:
    """Return this checkout's own key, made once, so that a restart carries calls on."""
    path = root / ".secret-key"
    try:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(32))
        return path.read_text().strip()
    except OSError as error:
        cure = "set SECRET_KEY to a long random text"
        raise SettingsError(
            f"SECRET_KEY is not set and {path.name} cannot be kept here ({error.strerror}): {cure}."
        ) from error
