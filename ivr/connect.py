"""Points the Twilio number at this line, after looking whether that would serve callers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import requests
from twilio.http import HttpClient

from ivr import account_checks as check
from ivr.account_checks import differences, place, told, wanted
from ivr.content import Content
from ivr.findings import Finding
from ivr.line_checks import fallback_checks, line_checks
from ivr.settings import Settings
from ivr.twilio_account import HOME, Account, Number
from ivr.twilio_errors import AccountError

Check = Callable[[Account, Settings], Iterator[Finding]]

_NUMBER = "The number"
_TITLES = {
    "voice_url": "a call comes in",
    "voice_method": "a call comes in, by",
    "voice_fallback_url": "primary handler fails",
    "voice_fallback_method": "primary handler fails, by",
    "status_callback": "call status changes",
    "status_callback_method": "call status changes, by",
    "voice_caller_id_lookup": "caller name lookup",
}


def _web() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # as Twilio would come: no proxy, no password file
    return session


@dataclass
class Outside:
    """The ways out of this machine: to any address, and to Twilio (None: over the network)."""

    web: requests.Session = field(default_factory=_web)
    twilio: HttpClient | None = None


def connect_number(settings: Settings, content: Content, outside: Outside, dry_run: bool) -> Iterator[Finding]:
    """Check everything and set the number, all at once; with ``dry_run`` say only what would be set.

    The number stays as it is while PUBLIC_URL does not answer: callers would reach nothing.
    """
    if missing := list(missing_settings(settings)):
        yield from missing
        return
    line = list(line_checks(settings, outside.web))
    yield from line
    yield from fallback_checks(settings, outside.web, content)
    account = Account(settings, outside.twilio)
    if any(finding.state == "bad" for finding in line):
        yield Finding(_NUMBER, "note", "it was left as it is, as the line does not answer.", "mend that first")
        yield from look(settings, account)
    else:
        yield from _ask(settings, account, partial(_set_region, dry_run), partial(_set_number, dry_run))


def look(settings: Settings, account: Account) -> Iterator[Finding]:
    """Check the account and the number, and change nothing."""
    yield from _ask(settings, account, check.region_checks, _look_at_number)


def missing_settings(settings: Settings) -> Iterator[Finding]:
    """Yield the settings without which Twilio cannot be asked."""
    needed = {
        "TWILIO_ACCOUNT_SID": (settings.account_sid, "it begins with AC and stands on the Console's first page"),
        "TWILIO_AUTH_TOKEN": (settings.auth_token, "it stands beside the account SID"),
        "PUBLIC_URL": (settings.public_url, "the https address that leads to the line"),
        "TWILIO_NUMBER": (settings.twilio_number, "your number at Twilio, such as +442079460000"),
    }
    for name, (value, cure) in needed.items():
        if not value:
            yield Finding("Settings", "bad", f"{name} is not set.", f"set it: {cure}")


def _ask(settings: Settings, account: Account, region: Check, number: Check) -> Iterator[Finding]:
    """Yield what Twilio says, ``region`` and ``number`` looked at or set; or that it does not let us in at all."""
    try:
        yield from check.account_checks(account)
    except AccountError as error:
        yield Finding("The Twilio account", error.state, error.means, error.mend)
        return
    found = list(told(_NUMBER, partial(number, account, settings)))
    yield from found
    if any(finding.state in ("bad", "unknown") for finding in found):
        region = check.region_checks  # in a region where the number is not set, every call would fail
    yield from told("Region", partial(region, account, settings))
    yield from told("Dialling the Helpline", partial(check.permission_checks, account, settings))
    yield from told("Texts", partial(check.text_checks, account, settings))
    yield from told("Price", partial(check.price_checks, account, settings))


def _look_at_number(account: Account, settings: Settings) -> Iterator[Finding]:
    number = account.number(settings.twilio_number)
    if number is None:
        yield _unknown_number(settings)
        return
    if changes := differences(number, wanted(settings)):
        yield Finding(_NUMBER, "bad", f"it is not set to this line ({_listed(changes)}).", "make connect")
    else:
        yield Finding(_NUMBER, "good", "it is set to this line.")
    yield from check.override_checks(number)
    yield from check.caller_id_checks(number, settings)


def _set_number(dry_run: bool, account: Account, settings: Settings) -> Iterator[Finding]:
    number = account.number(settings.twilio_number)
    if number is None:
        yield _unknown_number(settings)
        return
    changes = differences(number, wanted(settings))
    if not changes:
        yield Finding(_NUMBER, "good", "it was set to this line already.")
    elif dry_run:
        yield Finding(_NUMBER, "note", f"would be set: {_listed(changes)}.", "make connect sets it")
    else:
        number = account.change(number.sid, changes)
        yield _kept(changes, number)
    yield from check.override_checks(number)
    yield from check.caller_id_checks(number, settings)


def _kept(changes: Mapping[str, str | bool], number: Number) -> Finding:
    if lost := differences(number, changes):
        means = f"Twilio took the change, and yet has not kept: {_listed(lost)}."
        return Finding(_NUMBER, "bad", means, "set it in the Twilio Console")
    return Finding(_NUMBER, "good", f"is now set: {_listed(changes)}.")


def _set_region(dry_run: bool, account: Account, settings: Settings) -> Iterator[Finding]:
    region, to_be = account.call_region(), settings.twilio_region
    if not to_be or region == to_be:
        yield from check.region_checks(account, settings)
    elif dry_run:
        yield Finding("Region", "note", f"calls are handled in {place(region)}; {place(to_be)} would be set.")
    else:
        account.route(to_be)
        means = f"calls were handled in {place(region)}; from now on in {place(to_be)}. It may take five minutes."
        yield Finding("Region", "good", means)


def _unknown_number(settings: Settings) -> Finding:
    where = place(settings.twilio_region or HOME)
    means = f"the account has no number {settings.twilio_number} in {where}."
    return Finding(_NUMBER, "bad", means, "correct TWILIO_NUMBER or TWILIO_ACCOUNT_SID")


def _listed(changes: Mapping[str, str | bool]) -> str:
    shown = {name: "off" if value is False else value for name, value in changes.items()}
    return "; ".join(f"{_TITLES[name]}: {value}" for name, value in shown.items())
