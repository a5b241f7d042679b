"""The only module that knows Twilio's REST API: the account, its number, what it may dial, and what that costs.

Sources: https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource,
/docs/voice/api/dialing-permissions-resources, /docs/voice/pricing and
/docs/global-infrastructure/inbound-processing-api.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twilio.http import HttpClient
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.settings import Settings
from ivr.twilio_errors import AccountError, NotFound, explained

_PATIENCE = 10  # seconds; the client itself would wait for ever
_NO_ENVIRONMENT = {"TWILIO_NOTHING": ""}  # an empty one would be read from this process, region and all
HOME = "us1"  # where Twilio handles calls unless told otherwise
SETTINGS = (
    *("voice_url", "voice_method", "voice_fallback_url", "voice_fallback_method"),
    *("status_callback", "status_callback_method", "voice_caller_id_lookup"),
)


@dataclass(frozen=True)
class Number:
    """Our number as Twilio has it. ``trunk`` and ``application`` are ids that override its addresses."""

    sid: str
    settings: Mapping[str, str | bool]
    takes_calls: bool
    sends_texts: bool
    trunk: str
    application: str


@dataclass(frozen=True)
class Permissions:
    """What the account may dial in one country: ``special`` are prefixes such as +44808, allowed or not."""

    ordinary_allowed: bool
    special_allowed: bool
    fraud_prone_allowed: bool
    special: tuple[str, ...]


@dataclass(frozen=True)
class Price:
    """What one minute costs, such as 0.0135 USD."""

    amount: str
    unit: str


class Account:
    """One Twilio account, in the region the settings name.

    A region has tokens, and settings of the number, of its own. Routing, prices and dialling permissions exist once,
    in the United States, behind that region's token: https://www.twilio.com/docs/global-infrastructure.
    """

    def __init__(self, settings: Settings, http_client: HttpClient | None = None, patience: float = _PATIENCE) -> None:
        """Ask Twilio through ``http_client``, or over the network for at most ``patience`` seconds a time."""
        self._settings = settings
        http_client = http_client or TwilioHttpClient(timeout=patience)
        options = {"http_client": http_client, "environment": _NO_ENVIRONMENT}
        where = {"region": settings.twilio_region or None, "edge": settings.twilio_edge or None}
        self._client = Client(settings.account_sid, settings.auth_token, **where, **options)
        self._home = Client(settings.account_sid, self._home_token, **options) if self._home_token else None

    def standing(self) -> tuple[str, str]:
        """Return the account's status (active, suspended, closed) and type (Trial, Full)."""
        with explained("the account"):
            account = (self._home or self._client).api.accounts(self._settings.account_sid).fetch()
            return str(account.status or ""), str(account.type or "")

    def number(self, number: str) -> Number | None:
        """Return ``number`` as the account has it, or None where it has no such number."""
        with explained("the number"):
            found = self._client.incoming_phone_numbers.list(phone_number=number, limit=20)
            ours = [entry for entry in found if entry.phone_number == number]  # parts match too
            return _number(ours[0]) if ours else None

    def send_text(self, to: str, body: str) -> None:
        """Send ``body`` to the number ``to``, or raise AccountError; Twilio then tries for an hour and no longer.

        https://www.twilio.com/docs/messaging/api/message-resource
        """
        with explained("a text"):
            self._client.messages.create(to=to, from_=self._settings.text_sender, body=body, validity_period=3600)

    def change(self, sid: str, changes: Mapping[str, str | bool]) -> Number:
        """Set ``changes`` on the number ``sid``, all at once; return it as Twilio then has it."""
        with explained("the number"):
            return _number(self._client.incoming_phone_numbers(sid).update(**changes))

    def permissions(self, country: str) -> Permissions:
        """Return what may be dialled in ``country``, such as GB."""
        home = self._home_client("dialling permissions")
        with explained("dialling permissions"):
            found = home.voice.v1.dialing_permissions.countries(country).fetch()
            prefixes = home.voice.v1.dialing_permissions.countries(country).highrisk_special_prefixes.list(limit=1000)
        return Permissions(
            bool(found.low_risk_numbers_enabled),
            bool(found.high_risk_special_numbers_enabled),
            bool(found.high_risk_tollfraud_numbers_enabled),
            tuple(f"+{str(entry.prefix).lstrip('+')}" for entry in prefixes),
        )

    def price(self, number: str) -> Price | None:
        """Return what a minute to ``number`` from ours costs, or None where Twilio names no price."""
        home, ours = self._home_client("prices"), self._settings.twilio_number
        with explained("prices"):
            found = home.pricing.v2.voice.numbers(number).fetch(origination_number=ours)
            fitting = [(_fit(price, ours), str(price["current_price"])) for price in found.outbound_call_prices or []]
        length, amount = max(fitting, default=(-1, ""), key=lambda entry: entry[0])
        return Price(amount, str(found.price_unit or "")) if length >= 0 else None

    def call_region(self) -> str:
        """Return the region that handles calls to our number; a number nobody routed is not found, and at home."""
        home = self._home_client("the number's region")
        try:
            with explained("the number's region"):
                found = home.routes.v2.phone_numbers(self._settings.twilio_number).fetch()
        except NotFound:
            return HOME
        return str(found.voice_region or HOME)

    def route(self, region: str) -> None:
        """Let ``region`` handle calls to our number; Twilio takes up to five minutes."""
        home = self._home_client("the number's region")
        with explained("the number's region"):
            home.routes.v2.phone_numbers(self._settings.twilio_number).update(voice_region=region)

    @property
    def _home_token(self) -> str:
        at_home = self._settings.twilio_region in ("", HOME)
        return self._settings.us1_auth_token or (self._settings.auth_token if at_home else "")

    def _home_client(self, what: str) -> Client:
        if self._home is None:
            raise AccountError(
                "unknown",
                f"Twilio tells {what} only against the token of its United States region, and that is not set.",
                "set TWILIO_US1_AUTH_TOKEN (Twilio Console, API keys & tokens, region United States)",
            )
        return self._home


def _number(found: Any) -> Number:
    return Number(
        sid=str(found.sid),
        settings={name: _plain(getattr(found, name)) for name in SETTINGS},
        takes_calls=bool((found.capabilities or {}).get("voice")),
        sends_texts=bool((found.capabilities or {}).get("sms")),
        trunk=found.trunk_sid or "",
        application=found.voice_application_sid or "",
    )


def _plain(value: Any) -> str | bool:
    return value if isinstance(value, bool) else str(value or "")


def _fit(price: Mapping[str, Any], ours: str) -> int:
    """Return how many digits of our number ``price`` is for: 0 for all numbers, -1 for none of ours."""
    if not price["current_price"]:
        return -1
    prefixes = ["" if prefix == "ALL" else prefix.lstrip("+") for prefix in price["origination_prefixes"]]
    return max((len(prefix) for prefix in prefixes if ours.lstrip("+").startswith(prefix)), default=-1)
