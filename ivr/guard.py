"""Who may speak to the line: Twilio by its signature, or this machine where nobody else can be meant.

Source: https://www.twilio.com/docs/usage/security
"""

import hmac
import ipaddress
import re

from flask import Request, Response
from twilio.request_validator import RequestValidator

from ivr.settings import Settings

_PAGE_HEADER = "X-Phone-Page"
_HARDENING = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_CALL_SID = re.compile(r"CA[0-9a-f]{32}")
_LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}
_FORWARDED = re.compile(r"^(forwarded|via|x-real-ip|x-forwarded-.*)$", re.IGNORECASE)


def may_call(request: Request, settings: Settings) -> bool:
    """Tell whether ``request`` is a call's: a tester's, or rightly signed and of our account; and well formed."""
    trusted = is_tester(request, settings) or (_is_signed(request, settings) and _is_ours(request, settings))
    return trusted and bool(_CALL_SID.fullmatch(request.form.get("CallSid", "")))


def is_tester(request: Request, settings: Settings) -> bool:
    """Tell whether somebody at this machine tries the line, of whom no signature is asked.

    Without a token that is any local request; with one and PHONE_PAGE, the page at /phone by its header. No other
    site can send that in a visitor's name: browsers ask first (CORS), and the line never agrees.
    """
    if settings.is_open_to_loopback_only:
        return is_local(request)
    return settings.phone_page and is_local(request) and _PAGE_HEADER in request.headers


def harden(response: Response) -> Response:
    """Tell whatever reads ``response`` to keep nothing, guess nothing and show it in no other site's frame."""
    for name, value in _HARDENING.items():
        response.headers.setdefault(name, value)
    return response


def is_local(request: Request) -> bool:
    """Tell whether ``request`` comes from this machine itself and through no proxy or tunnel."""
    host = re.sub(r":\d+$", "", request.host).lower()
    return (
        "Host" in request.headers  # else Flask takes the server's own name
        and _is_loopback(request.remote_addr or "")
        and host in _LOOPBACK_NAMES
        and not any(_FORWARDED.match(name) for name, _ in request.headers)
    )


def is_operator(request: Request, settings: Settings) -> bool:
    """Tell whether ``request`` is an operator's: of this machine itself, or with METRICS_TOKEN as its bearer."""
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    knows_token = bool(settings.metrics_token) and hmac.compare_digest(sent.encode(), settings.metrics_token.encode())
    return knows_token or is_local(request)


def _is_signed(request: Request, settings: Settings) -> bool:
    """Check X-Twilio-Signature over the address as Twilio wrote it.

    Flask decodes the path and query, so the raw target is taken, beneath PUBLIC_URL: no
    header a proxy or a forger sets is trusted. The form goes in as a MultiDict, as a
    repeated parameter counts once a value. ``bodySHA256`` would exempt the form from the
    signature, and Gather never sends it.
    """
    if not settings.auth_token:  # anybody could sign with nothing
        return False
    target = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or ""
    if not target.startswith("/") or "bodySHA256" in request.args:
        return False
    signature = request.headers.get("X-Twilio-Signature", "")
    validator = RequestValidator(settings.auth_token)
    return bool(validator.validate(settings.public_url + target, request.form, signature))


def _is_ours(request: Request, settings: Settings) -> bool:
    return not settings.account_sid or request.form.get("AccountSid") == settings.account_sid


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
