"""What a call is named in logs: a keyed hash of its CallSid, so that a log tells calls apart and names none."""

import datetime
import hashlib
import hmac

_LENGTH = 12  # hexadecimal digits: two of a million calls a year share a name once in many years


def pseudonym(secret: str, call: str, began: float) -> str:
    """Return one name for ``call`` as long as it lasts; ``began`` is in seconds since 1970.

    The key is made anew for every day (UTC) that calls begin on, so names of two days cannot be joined without
    ``secret``, and a new ``secret`` makes all older names unreadable for good.
    """
    day = datetime.datetime.fromtimestamp(began, datetime.UTC).date().isoformat()
    key = hmac.digest(secret.encode(), f"ivr.pseudonym {day}".encode(), hashlib.sha256)
    return hmac.new(key, call.encode(), hashlib.sha256).hexdigest()[:_LENGTH]
