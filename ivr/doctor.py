"""Looks at everything the line stands on, changes nothing, and says what is wrong in plain words."""

from collections.abc import Iterator

from ivr.connect import Outside, look, missing_settings
from ivr.content import Content
from ivr.content_files import load
from ivr.findings import Finding
from ivr.health import content_warnings, readiness
from ivr.line_checks import fallback_checks, line_checks
from ivr.machine_checks import clock, disk, model, redis
from ivr.rasa import Dialogue, Rasa
from ivr.settings import Settings
from ivr.twilio_account import Account
from ivr.yaml_file import ContentError


def examine(settings: Settings, outside: Outside, dialogue: Dialogue | None = None) -> Iterator[Finding]:
    """Yield what is found, from the callers' side inwards. Without ``dialogue`` Rasa at RASA_URL is asked."""
    content, broken = _content(settings)
    yield from _twilio(settings, content, outside)
    yield from clock(outside.web)
    yield from broken
    if content:
        yield from _about_content(content)
        yield from rasa(content, dialogue or Rasa(settings.rasa_url))
    yield from model(settings)
    if settings.redis_url:
        yield redis(settings.redis_url)
    yield from disk(settings.root)


def rasa(content: Content, dialogue: Dialogue) -> Iterator[Finding]:
    """Check that Rasa answers, and knows the words that are spoken."""
    report = readiness(content, dialogue)
    if report["rasa"] != "up":
        means = "it does not answer: keys and a person still work, spoken questions do not."
        yield Finding("Rasa", "bad", means, "make run starts it, on this machine; else look at RASA_URL")
        return
    known = set(content_warnings(content))
    others = [warning for warning in report["warnings"] if warning not in known]
    yield from (Finding("Rasa", "note", warning) for warning in others)
    if not others:
        yield Finding("Rasa", "good", "it answers, and its words are those of responses/.")


def _twilio(settings: Settings, content: Content | None, outside: Outside) -> Iterator[Finding]:
    if not settings.auth_token:
        means = "no account is set: the line answers this machine alone, and no telephone."
        yield Finding("Twilio", "note", means, "see README, Connect a Twilio number")
    elif missing := list(missing_settings(settings)):
        yield from missing
    else:
        yield from line_checks(settings, outside.web)
        yield from fallback_checks(settings, outside.web, content)
        yield from look(settings, Account(settings, outside.twilio))


def _content(settings: Settings) -> tuple[Content | None, list[Finding]]:
    try:
        return load(settings.root / "responses"), []
    except ContentError as error:
        means = f"the line cannot start with it: {error}"
        return None, [
            Finding("Content", "bad", means, "make check names everything; the running line keeps the old words")
        ]


def _about_content(content: Content) -> Iterator[Finding]:
    warnings = list(content_warnings(content))
    yield from (Finding("Content", "note", warning) for warning in warnings)
    if not warnings:
        yield Finding("Content", "good", "it is reviewed, and its leaflet is not due for review.")
