"""The world outside the line, on this machine: Twilio's API by Prism, and any https address by a server of the test."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from click.testing import CliRunner
from flask import Flask, Response, request
from requests.adapters import HTTPAdapter
from twilio.request_validator import RequestValidator

from ivr.cli import main
from ivr.connect import Outside
from ivr.settings import Settings
from scoring.line import served as served_app
from tests.conftest import PUBLIC_URL, ROOT, TOKEN, served
from tests.fakes import FakeRasa
from tests.twilio_mock import ACCOUNT, NUMBER, TwilioMock

FALLBACK_URL = "https://handler.example.net/fallback"
HOME_TOKEN = "token-of-the-united-states"
ENVIRON = {
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_NUMBER": NUMBER,
    "PUBLIC_URL": PUBLIC_URL,
    "FALLBACK_URL": FALLBACK_URL,
    "SECRET_KEY": "secret",
}
AS_WANTED = {
    "voice_url": f"{PUBLIC_URL}/calls/start",
    "voice_method": "POST",
    "voice_fallback_url": FALLBACK_URL,
    "voice_fallback_method": "POST",
    "status_callback": f"{PUBLIC_URL}/calls/status",
    "status_callback_method": "POST",
    "voice_caller_id_lookup": False,
}
ALL_WELL = {  # laid over the description's examples, which are of an American number
    "number": {"phone_number": NUMBER},
    "/Countries/GB": {"iso_code": "GB", "low_risk_numbers_enabled": True, "high_risk_special_numbers_enabled": True},
    "/HighRiskSpecialPrefixes": {"content": [{"prefix": "+44843"}, {"prefix": "+44808"}]},
    "/v2/PhoneNumbers/+442079460000": {"phone_number": NUMBER, "voice_region": "us1"},
}


class Towards(HTTPAdapter):
    """Leads to the server at ``address``, whatever address was meant."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        request.url = self._address + urlsplit(request.url or "").path
        return super().send(request, *args, **options)


def outside(
    prism: str, servers: Mapping[str, str], over: Mapping[str, Any] | None = None
) -> tuple[Outside, TwilioMock]:
    """Return the ways out: ``servers`` by the address they stand for, and a Twilio with ``over`` laid over it."""
    mock = TwilioMock(prism, {**ALL_WELL, **(over or {})})
    ways = Outside(twilio=mock)
    for meant, address in servers.items():
        ways.web.mount(meant, Towards(address))
    return ways, mock


def run(command: str, ways: Outside, **environ: str | None) -> tuple[str, int]:
    """Run ``ivr command``; return what it prints, its lines joined, and its exit code."""
    result = CliRunner().invoke(main, command.split(), obj=ways, env={**ENVIRON, **environ})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert TOKEN not in result.output
    assert HOME_TOKEN not in result.output
    return " ".join(result.output.split()), result.exit_code


def served_line(token: str) -> AbstractContextManager[str]:
    """Serve the line that has ``token``."""
    return served(Settings(secret_key="secret", auth_token=token, public_url=PUBLIC_URL, root=ROOT), FakeRasa())


@contextmanager
def bin_with(body: str, status: int = 200) -> Iterator[str]:
    """Serve ``body`` as Twilio's TwiML Bins do: to signed requests of this account alone."""
    app = Flask(__name__)

    @app.post("/fallback")
    def fallback() -> Response:
        signature = request.headers.get("X-Twilio-Signature", "")
        ours = request.form["AccountSid"] == ACCOUNT
        if not (ours and RequestValidator(TOKEN).validate(FALLBACK_URL, request.form, signature)):
            return Response(status=401)
        return Response(body, status=status, content_type="text/xml")

    with served_app(app) as address:
        yield address
