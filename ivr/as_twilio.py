"""Asks an address what Twilio would ask it when somebody calls.

Sources: https://www.twilio.com/docs/usage/security, /docs/usage/webhooks/webhooks-connection-overrides (15 seconds as a
whole), and for signed requests to TwiML Bins https://support.twilio.com/hc/en-us/articles/223132187.
"""

import time
from dataclasses import dataclass
from xml.etree import ElementTree

import requests
from twilio.request_validator import RequestValidator

from ivr.settings import Settings
from ivr.watching import CHECKS_CALL

PATIENCE = 15  # seconds, as a whole: Twilio's own
_LARGEST = 64 * 1024  # bytes, Twilio's own


class NoAnswer(Exception):
    """An address gave nothing; the message says why."""


@dataclass(frozen=True)
class Answer:
    """What an address answered, and in how many seconds."""

    status: int
    text: str
    took: float

    @property
    def response(self) -> ElementTree.Element | None:
        """Return the TwiML, or None if it is none."""
        try:
            root = ElementTree.fromstring(self.text)  # noqa: S314 - the operator's own addresses
        except ElementTree.ParseError:
            return None
        return root if root.tag == "Response" else None


def ask(web: requests.Session, url: str, settings: Settings, *, signed: bool) -> Answer:
    """Post a call to ``url`` as Twilio would, within Twilio's patience; or raise NoAnswer."""
    form = {
        "CallSid": CHECKS_CALL,
        "AccountSid": settings.account_sid,
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
    }
    form |= {"From": "+447700900123", "To": settings.twilio_number, "CallStatus": "ringing"}  # from no real person
    headers = {}
    if signed:
        headers["X-Twilio-Signature"] = str(RequestValidator(settings.auth_token).compute_signature(url, form))
    begun = time.monotonic()
    try:
        with web.post(url, form, headers=headers, timeout=PATIENCE, allow_redirects=False, stream=True) as reply:
            body = b""
            for piece in reply.iter_content(1024):
                body += piece
                if len(body) > _LARGEST or time.monotonic() - begun > PATIENCE:
                    raise NoAnswer(f"the answer is over {_LARGEST // 1024} kB or takes over {PATIENCE} seconds")
            return Answer(reply.status_code, body.decode("utf-8", "replace"), time.monotonic() - begun)
    except requests.exceptions.SSLError:
        raise NoAnswer("its certificate is not accepted, and Twilio accepts no self-made one either") from None
    except requests.Timeout:
        raise NoAnswer(f"no answer within {PATIENCE} seconds") from None
    except requests.RequestException as error:
        raise NoAnswer(f"no connection ({type(error).__name__})") from None
