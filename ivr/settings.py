"""What an operator can set: the environment turned into values, and nothing else."""

import logging
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.hours import HoursError, Opening, parse
from ivr.setting_faults import faults

_log = logging.getLogger(__name__)


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
    if found := faults(environ):
        raise SettingsError("\n".join(found))
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


def _days(value: str) -> int | None:
    """Return a number of days, or None where none is set: 0 is something else, it deletes."""
    return int(value) if value else None


def _database(environ: Mapping[str, str], root: Path) -> str:
    """Return where the call log is kept, or an empty string if nowhere."""
    address = environ.get("DATABASE_URL", "").strip()
    return "" if address == "off" else address or f"sqlite:///{root / 'data' / 'calls.db'}"


def _openings(environ: Mapping[str, str]) -> list[Opening]:
    """Return the Helpline's hours; hours that cannot be read count as unknown, so that nobody is turned away."""
    try:
        return parse(environ.get("HELPLINE_HOURS", ""))
    except HoursError as error:
        _log.warning("HELPLINE_HOURS: %s. Callers are connected at any time until it is mended.", error)
        return []


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
