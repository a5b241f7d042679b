"""Judges what PUBLIC_URL and FALLBACK_URL answer to a call, as Twilio would read it.

Source: https://www.twilio.com/docs/voice/twiml
"""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit
from xml.etree import ElementTree

import requests

from ivr.as_twilio import PATIENCE, Answer, NoAnswer, ask
from ivr.content import Content
from ivr.fallback import stand_alone
from ivr.findings import Finding
from ivr.settings import Settings

_SLOW = 3  # seconds; the longest silence a caller takes for a line that works
_LINE, _STRANGERS, _FALLBACK = "The line's address", "Strangers", "The fallback"
_SECRETS = "TWILIO_AUTH_TOKEN and PUBLIC_URL"


def line_checks(settings: Settings, web: requests.Session) -> Iterator[Finding]:
    """Check that a signed call is answered at PUBLIC_URL, and an unsigned one is not."""
    if fault := _unreachable(settings.public_url):
        yield Finding(_LINE, "bad", f"PUBLIC_URL is {settings.public_url}: {fault}", "give the line a public address")
        return
    start = f"{settings.public_url}/calls/start"
    try:
        answer = ask(web, start, settings, signed=True)
        yield from _judge_start(answer, settings)
        if answer.status == 200:
            yield _judge_strangers(ask(web, start, settings, signed=False).status)
    except NoAnswer as error:
        cure = "start the line (make run), then look at what stands between it and the internet: name, proxy, tunnel"
        yield Finding(_LINE, "bad", f"{start} cannot be reached: {error}. No call would be answered.", cure)


def fallback_checks(settings: Settings, web: requests.Session, content: Content | None) -> Iterator[Finding]:
    """Check that what Twilio plays when the line is gone is there, elsewhere, and rings the Helpline."""
    address = settings.fallback_url
    make = f"make fallback CALLER_ID={settings.twilio_number or '+44...'} writes it; see README, If the line cannot"
    if not address:
        means = "FALLBACK_URL is not set: when the line is gone, callers hear Twilio's error and are cut off."
        yield Finding(_FALLBACK, "bad", means, f"{make} be reached")
    elif urlsplit(address).hostname == urlsplit(settings.public_url).hostname:
        means = f"it is at {address}, on the line's own host: when that is gone, so is the fallback."
        yield Finding(_FALLBACK, "bad", means, "keep it elsewhere, such as in a TwiML Bin at Twilio")
    elif fault := _unreachable(address):
        yield Finding(_FALLBACK, "bad", f"FALLBACK_URL is {address}: {fault}", "give it a public address")
    else:
        yield from _judge_fallback(settings, web, content)


def _judge_start(answer: Answer, settings: Settings) -> Iterator[Finding]:
    if fault := _fault_of_start(answer, settings):
        yield Finding(_LINE, "bad", *fault)
        return
    yield Finding(_LINE, "good", f"{settings.public_url}/calls/start answers a rightly signed call.")
    if answer.took > _SLOW:
        means = f"it took {answer.took:.0f} seconds; the caller hears nothing until then, and Twilio waits {PATIENCE}."
        yield Finding(_LINE, "note", means, "look at the machine's load, and the way to it")


def _fault_of_start(answer: Answer, settings: Settings) -> tuple[str, str] | None:
    """Return what is wrong with the answer to a signed call and how to mend it, or None."""
    if answer.status == 403:
        return (
            "the line refuses a rightly signed call: its token, account SID or PUBLIC_URL is another than here.",
            "start the line with the settings that are set here; a proxy must leave path and query alone",
        )
    if 300 <= answer.status < 400:
        return "it sends Twilio on to another address.", "set PUBLIC_URL to the address where the line itself answers"
    if answer.status != 200:
        cure = "look at build/line.log, and whether the proxy or tunnel leads to the line"
        return f"it answers with status {answer.status} and no words.", cure
    if (response := answer.response) is None:
        return "what answers there is not the line: it is no TwiML.", "let the proxy or tunnel lead to the line's port"
    gather = response.find(".//Gather")
    if gather is None:
        return "the line answers without asking the caller anything.", "look at build/line.log: a fault is named there"
    if not gather.get("action", "").startswith(f"{settings.public_url}/"):
        return (
            f"the call would go on at {urlsplit(gather.get('action', '')).netloc or 'no address'}.",
            "start the line with the PUBLIC_URL that is set here",
        )
    return None


def _judge_strangers(status: int) -> Finding:
    if status == 403:
        return Finding(_STRANGERS, "good", "a call that Twilio did not sign is refused.")
    means = f"a call that Twilio did not sign gets status {status} instead of a refusal: anybody may use the line."
    return Finding(_STRANGERS, "bad", means, f"start the line with {_SECRETS}; let the proxy pass everything on")


def _judge_fallback(settings: Settings, web: requests.Session, content: Content | None) -> Iterator[Finding]:
    try:
        answer = ask(web, settings.fallback_url, settings, signed=True)
    except NoAnswer as error:
        means = f"{settings.fallback_url} cannot be reached: {error}."
        yield Finding(_FALLBACK, "bad", means, "put build/fallback.xml there, or correct FALLBACK_URL")
        return
    if fault := _fault_of_fallback(answer, settings):
        yield Finding(_FALLBACK, "bad", *fault)
        return
    yield Finding(_FALLBACK, "good", f"when the line is gone, callers are put through to {settings.spoken_number}.")
    ours = stand_alone(content, settings, settings.twilio_number) if content else answer.text
    if _canonical(answer.text) != _canonical(ours):
        means = "its words, or the number it calls as, are not those of `make fallback` now."
        yield Finding(_FALLBACK, "note", means, f"make fallback CALLER_ID={settings.twilio_number}, and put it there")


def _fault_of_fallback(answer: Answer, settings: Settings) -> tuple[str, str] | None:
    """Return what is wrong with the fallback and how to mend it, or None."""
    paste = "put the whole of build/fallback.xml there (make fallback)"
    if answer.status == 405:
        return "its host takes no HTTP POST, by which Twilio asks.", "keep it in a TwiML Bin, or where POST is answered"
    if answer.status != 200:
        return (
            f"it answers with status {answer.status}.",
            "correct FALLBACK_URL; a TwiML Bin must be this account's own",
        )
    if (response := answer.response) is None:
        return "what is there is no TwiML.", paste
    if settings.helpline_number not in ["".join(dial.itertext()).strip() for dial in response.iter("Dial")]:
        return f"it does not ring {settings.helpline_number}.", paste
    host = urlsplit(settings.public_url).hostname
    if any(urlsplit(address).hostname == host for address in _addresses(response)):
        return "it leads back to the line, which is gone when it is needed.", paste
    return None


def _unreachable(address: str) -> str:
    """Return why Twilio cannot or should not call ``address``, or nothing."""
    url = urlsplit(address)
    if url.scheme != "https":
        return "not https, so what callers ask would travel in the open."
    try:
        private = not ipaddress.ip_address(url.hostname or "").is_global
    except ValueError:  # a name
        private = url.hostname == "localhost"
    return "only this machine or its own network can reach that." if private else ""


def _addresses(response: ElementTree.Element) -> list[str]:
    named = [value for verb in response.iter() for name, value in verb.items() if name in ("action", "url")]
    return named + [(verb.text or "").strip() for tag in ("Redirect", "Play") for verb in response.iter(tag)]


def _canonical(text: str) -> str:
    return ElementTree.canonicalize(text, strip_text=True)
