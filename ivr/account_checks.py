"""Judges what a Twilio account says of our number: its settings, as whom it calls, where, whom, and for how much."""

from collections.abc import Callable, Iterator, Mapping

from ivr.findings import Finding
from ivr.setting_faults import E164
from ivr.settings import Settings
from ivr.twilio_account import HOME, Account, Number
from ivr.twilio_errors import AccountError

_UK = "+44"
_PLACES = {"us1": "the United States", "ie1": "Ireland", "au1": "Australia"}


def told(name: str, check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yield what ``check`` finds; what Twilio does not say is a finding too."""
    try:
        yield from check()
    except AccountError as error:
        yield Finding(name, error.state, error.means, error.mend)


def wanted(settings: Settings) -> dict[str, str | bool]:
    """Return what the number is to be set to. Without FALLBACK_URL the fallback stays as it is."""
    addresses: dict[str, str | bool] = {
        "voice_url": f"{settings.public_url}/calls/start",
        "voice_method": "POST",
        "status_callback": f"{settings.public_url}/calls/status",
        "status_callback_method": "POST",
        "voice_caller_id_lookup": False,  # it costs, and tells us names that we do not want
    }
    if settings.fallback_url:
        addresses |= {"voice_fallback_url": settings.fallback_url, "voice_fallback_method": "POST"}
    return addresses


def differences(number: Number, to_be: Mapping[str, str | bool]) -> dict[str, str | bool]:
    """Return those of ``to_be`` that the number has not. What follows # only tunes Twilio's patience."""
    return {name: value for name, value in to_be.items() if _bare(number.settings[name]) != value}


def account_checks(account: Account) -> Iterator[Finding]:
    """Check that the account is in order."""
    status, kind = account.standing()
    name = "The Twilio account"
    if status != "active":
        yield Finding(name, "bad", f"it is {status}: no call is answered.", "ask Twilio's support")
    elif kind == "Trial":
        means = "it is on trial: callers hear Twilio's own message first, and only verified numbers can be rung."
        yield Finding(name, "bad", means, "upgrade it in the Twilio Console")
    else:
        yield Finding(name, "good", "it is active.")


def override_checks(number: Number) -> Iterator[Finding]:
    """Check that nothing on the number overrides its addresses."""
    for what, sid in (("a SIP trunk", number.trunk), ("a TwiML app", number.application)):
        if sid:
            means = f"{what} ({sid}) is set on it, and overrides the line's address: calls go there."
            yield Finding("The number", "bad", means, "take it off the number in the Twilio Console")


def caller_id_checks(number: Number, settings: Settings) -> Iterator[Finding]:
    """Check that the Helpline can be rung with our number shown: https://www.twilio.com/docs/api/errors/13214."""
    name, ours = "Caller id", settings.twilio_number
    if number.takes_calls:
        yield Finding(name, "good", f"the Helpline is rung as {ours}, which is the account's own.")
    else:
        yield Finding(name, "bad", f"{ours} is a number without voice calls.", "buy a number that takes voice calls")


def text_checks(account: Account, settings: Settings) -> Iterator[Finding]:
    """Check that texts can be sent as TEXT_SENDER, where this line sends any."""
    name, sender = "Texts", settings.text_sender
    if not sender:
        return
    if not E164.fullmatch(sender):
        means = f"they come from {sender}, a name that cannot be answered; a phone shows it above the text."
        yield Finding(name, "good", means)
        return
    number = account.number(sender)
    if number is None:
        cure = "give a number of this account that sends texts, or a name such as Helpline"
        yield Finding(name, "bad", f"the account has no number {sender}: no text would be sent.", cure)
    elif not number.sends_texts:
        cure = "buy a mobile number, +447..., or give a name such as Helpline"
        yield Finding(name, "bad", f"{sender} is a number that sends no texts.", cure)
    else:
        yield Finding(name, "good", f"they come from {sender}, which is the account's own.")


def permission_checks(account: Account, settings: Settings) -> Iterator[Finding]:
    """Check that the account may dial the Helpline; else a transfer fails with Twilio's error 13227."""
    name, helpline = "Dialling the Helpline", settings.helpline_number
    if not helpline.startswith(_UK):
        yield Finding(name, "unknown", f"{helpline} is not in the UK.", "look at Voice, Geo permissions in the Console")
        return
    may = account.permissions("GB")
    special = next((prefix for prefix in may.special if helpline.startswith(prefix)), "")
    allowed = may.special_allowed if special else may.ordinary_allowed
    kind = f"{special}..., special services" if special else "an ordinary number"
    if allowed:
        yield Finding(name, "good", f"the account may dial {helpline} ({kind}).")
    else:
        box = "High-risk special service numbers" if special else "Low-risk numbers"
        means = f"the account may not dial {helpline} ({kind}): every transfer would fail."
        cure = (
            f"in the Twilio Console, Voice, Geo permissions, United Kingdom, tick {box}; an owner of the account must"
        )
        yield Finding(name, "bad", means, cure)
    if may.fraud_prone_allowed:
        means = "numbers known for fraud are allowed too, and this line needs none of them."
        yield Finding(name, "note", means, "untick High-risk for toll fraud there")


def price_checks(account: Account, settings: Settings) -> Iterator[Finding]:
    """Tell what a transfer costs us."""
    price = account.price(settings.helpline_number)
    if price is None:
        means = f"Twilio names no price for {settings.helpline_number} from {settings.twilio_number}."
        yield Finding(
            "Price", "unknown", means, "ask Twilio's support whether it can be rung, and make a real transfer"
        )
        return
    means = f"a transfer costs {price.amount} {price.unit} a minute, besides the call to our number."
    yield Finding("Price", "good", means)


def region_checks(account: Account, settings: Settings) -> Iterator[Finding]:
    """Check that calls are handled where the settings of the number were looked at."""
    region, to_be = account.call_region(), settings.twilio_region or HOME
    if region == to_be:
        yield Finding("Region", "good", f"calls are handled in {place(region)}.")
    elif settings.twilio_region:
        means = f"calls are handled in {place(region)}, where the number has settings of its own, not {place(to_be)}."
        yield Finding("Region", "bad", means, "make connect")
    else:
        means = f"calls are handled in {place(region)}, and everything here was asked of {place(HOME)}."
        cure = f"set TWILIO_REGION={region}, its TWILIO_EDGE (ie1: dublin, au1: sydney) and that region's token"
        yield Finding("Region", "bad", means, cure)


def place(region: str) -> str:
    """Return ``region`` as people say it."""
    return f"{_PLACES[region]} ({region})" if region in _PLACES else region


def _bare(value: str | bool) -> str | bool:
    return value if isinstance(value, bool) else value.split("#")[0]
