"""The telephone of the helpline companion. ``create_app`` is the only wiring."""

import logging

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from ivr.calls import Line, calls_blueprint
from ivr.content import hints
from ivr.content_files import load
from ivr.conversation import Conversation
from ivr.health import content_warnings, health_blueprint
from ivr.helpline import Clock, Helpline
from ivr.phone_page import phone_blueprint
from ivr.places import Places
from ivr.rasa import Dialogue, Rasa
from ivr.reply import Reply
from ivr.settings import Settings, read
from ivr.state import StateSigner
from ivr.sureness import read_thresholds
from ivr.twiml import Speaker

_LARGEST_BODY = 64 * 1024  # bytes: Twilio's own limit for what it sends and takes
_log = logging.getLogger(__name__)


def create_app(settings: Settings | None = None, dialogue: Dialogue | None = None, clock: Clock | None = None) -> Flask:
    """Return the line, ready for calls.

    Without ``settings`` the environment is read; without ``dialogue`` Rasa at RASA_URL is
    asked; ``clock`` tells the time for the Helpline's hours. Raises SettingsError or
    ContentError, each saying what to mend.
    """
    settings = settings or read()
    dialogue = dialogue or Rasa(settings.rasa_url)
    content = load(settings.root / "responses")
    helpline = Helpline(content, settings.openings, settings.spoken_number, settings.nation, clock)
    places = Places(content, helpline)
    line = Line(
        settings,
        Conversation(content, places, dialogue, read_thresholds(settings.root / "config.yml")),
        Speaker(content.phone, content.lexicon.respelt, hints(content)),
        StateSigner(settings.secret_key),
        Reply("transfer", places.said(content.phone.prompts.trouble), then="dial"),
    )
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.register_blueprint(calls_blueprint(line))
    app.register_blueprint(health_blueprint(settings, content, dialogue))
    if settings.serves_phone_page:
        app.register_blueprint(phone_blueprint(settings.root / "responses"))
    if settings.phone_page and not settings.is_open_to_loopback_only:
        _log.warning("PHONE_PAGE is on: this machine's browser calls the line without a signature, at /phone.")
    app.register_error_handler(HTTPException, lambda error: Response(status=error.code))  # no HTML pages
    for warning in content_warnings(content):
        _log.warning(warning)
    return app
