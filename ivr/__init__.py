"""The telephone of the helpline companion. ``create_app`` is the only wiring."""

import logging
from collections.abc import Sequence

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from ivr.call_log import CallLog
from ivr.calls import calls_blueprint
from ivr.guard import harden
from ivr.health import content_warnings, health_blueprint
from ivr.helpline import Clock
from ivr.line import CurrentLine, Equipment
from ivr.messages import Messenger, Sender
from ivr.observing import Observing
from ivr.phone_page import phone_blueprint
from ivr.rasa import Dialogue, Rasa
from ivr.redaction import Redaction, spread
from ivr.settings import Settings, read
from ivr.unanswered import Unanswered
from ivr.watching import Watcher

_LARGEST_BODY = 64 * 1024  # bytes: Twilio's own limit for what it sends and takes
_TEXT_PATIENCE = 3  # seconds: the caller hears nothing while a text is handed to Twilio
_log = logging.getLogger(__name__)


def create_app(
    settings: Settings | None = None,
    dialogue: Dialogue | None = None,
    clock: Clock | None = None,
    watchers: Sequence[Watcher] = (),
    sender: Sender | None = None,
) -> Flask:
    """Return the line, ready for calls.

    Without ``settings`` the environment is read; without ``dialogue`` Rasa at RASA_URL is
    asked; ``clock`` tells the time for the Helpline's hours; ``watchers`` are told of every turn;
    ``sender`` sends texts where TEXT_LINK is set, else Twilio does.
    Raises SettingsError or ContentError, each saying what to mend.
    """
    observing = Observing()  # before anything is logged
    settings = settings or read()
    dialogue = observing.over(dialogue or Rasa(settings.rasa_url))
    logs = [CallLog(settings)] if settings.database_url else []
    equipment = _equipment(settings, [*watchers, *logs, *observing.watchers], logs, sender)
    line = CurrentLine(settings, dialogue, clock, equipment)
    app = Flask(__name__, static_folder=None)
    app.extensions["call logs"] = logs  # whoever ends the line early may close them
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.url_map.merge_slashes = False  # it would answer /calls//start with a page, and an address of the asker's choice
    app.register_blueprint(calls_blueprint(line))
    app.register_blueprint(
        health_blueprint(settings, line, dialogue, lambda: [w for log in logs for w in log.warnings()])
    )
    observing.attach(app, line, clock)
    if settings.serves_phone_page:
        app.register_blueprint(phone_blueprint(settings.root / "responses"))
    if settings.phone_page and not settings.is_open_to_loopback_only:
        _log.warning("PHONE_PAGE is on: this machine's browser calls the line without a signature, at /phone.")
    app.after_request(harden)
    app.register_error_handler(HTTPException, lambda error: Response(status=error.code))  # no HTML pages
    for warning in content_warnings(line().content):
        _log.warning(warning)
    return app


def _equipment(
    settings: Settings, watchers: Sequence[Watcher], logs: Sequence[CallLog], sender: Sender | None
) -> Equipment:
    return Equipment(
        watchers,
        messenger=Messenger(sender or _twilio(settings)) if settings.text_link else None,
        unanswered=_unanswered(settings, logs[0]) if logs and settings.keep_unanswered else None,
    )


def _unanswered(settings: Settings, log: CallLog) -> Unanswered:
    """Return what keeps questions in the call log's database, with none but everybody's words."""
    return Unanswered(log.put, Redaction(spread(settings.root / "nlu")))


def _twilio(settings: Settings) -> Sender:
    """Return what sends texts; Twilio's client is large, and only imported where it is wanted."""
    from ivr.twilio_account import Account

    return Account(settings, patience=_TEXT_PATIENCE)
