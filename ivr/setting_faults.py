"""What is wrong with the environment, each fault with its cure: nothing starts with any of them."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from ivr.hours import NATIONS
from ivr.redis_url import split

E164 = re.compile(r"\+[1-9]\d{6,14}")
"""A telephone number in international form, whole (fullmatch): the only form Twilio dials."""

# What UK phones show of a sender: https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id
_SENDER_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{3,11}")


MOST_QUESTION_DAYS = 90  # callers' own words, though redacted


def faults(environ: Mapping[str, str]) -> list[str]:
    """Return all that is wrong with ``environ``, so that an operator mends it in one go."""
    has_token = bool(environ.get("TWILIO_AUTH_TOKEN", "").strip())
    looks = (_line_faults, _log_faults, _twilio_faults, _text_faults, *([_missing] if has_token else []))
    return [fault for look in looks for fault in look(environ)]


def _line_faults(environ: Mapping[str, str]) -> list[str]:
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


def _is_database(address: str) -> bool:
    if address in ("", "off"):
        return True
    try:
        url = urlsplit(address)
        return url.scheme == "sqlite" or (url.scheme in ("postgresql", "postgres") and url.port != 0)
    except ValueError:
        return False


def _is_web_address(value: str) -> bool:
    try:
        url = urlsplit(value)
        return url.scheme in ("http", "https") and bool(url.hostname) and not url.query
    except ValueError:
        return False
