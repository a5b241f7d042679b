"""What Twilio's REST API says when it says no, in words for an operator."""

from collections.abc import Iterator
from contextlib import contextmanager

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException

from ivr.findings import State


class AccountError(Exception):
    """Twilio did not say what was asked. ``state``, ``means`` and ``mend`` are for the operator."""

    def __init__(self, state: State, means: str, mend: str) -> None:
        super().__init__(means)
        self.state, self.means, self.mend = state, means, mend


class NotFound(AccountError):
    """Twilio has no such thing."""


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn whatever Twilio's client raises while inside into an AccountError; none shows a token."""
    try:
        yield
    except TwilioRestException as error:
        raise _refused(error.status, what) from None
    except (TwilioException, requests.RequestException, OSError) as error:
        reason = f"Twilio was asked about {what} and did not answer ({type(error).__name__})."
        raise AccountError("unknown", reason, "check this machine's way to the internet, then run this again") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"Twilio's answer about {what} could not be read ({type(error).__name__})."
        raise AccountError("unknown", reason, "run this again later") from None


def _refused(status: int, what: str) -> AccountError:
    if status == 404:
        return NotFound("bad", f"Twilio knows nothing of {what}.", "check TWILIO_ACCOUNT_SID and TWILIO_NUMBER")
    if status == 401:
        return AccountError(
            "bad",
            f"Twilio was asked about {what} and refuses the account SID with this token.",
            "copy both again from the Twilio Console, the token of the region that TWILIO_REGION names (none: United "
            "States); TWILIO_US1_AUTH_TOKEN is always the United States'",
        )
    if status == 403:
        reason = f"Twilio does not let this account ask about {what}."
        return AccountError("unknown", reason, "look it up in the Twilio Console, as the account's owner")
    reason = f"Twilio was asked about {what} and answered with its status {status}."
    return AccountError("unknown", reason, "run this again later; https://status.twilio.com says if Twilio is ill")
