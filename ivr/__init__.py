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
from ivr.line import CurrentLine
from ivr.observing import Observing
from ivr.phone_page import phone_blueprint
from ivr.rasa import Dialogue, Rasa
from ivr.settings import Settings, read
from ivr.watching import Watcher

_LARGEST_BODY = 64 * 1024  # bytes: Twilio's own limit for what it sends and takes
_log = logging.getLogger(__name__)


def create_app(
    settings: Settings | None = None,
    dialogue: Dialogue | None = None,
    clock: Clock | None = None,
    watchers: Sequence[Watcher] = (),
) -> Flask:
    """Return the line, ready for calls.

    Without ``settings`` the environment is read; without ``dialogue`` Rasa at RASA_URL is
    asked; ``clock`` tells the time for the Helpline's hours; ``watchers`` are told of every turn.
    Raises SettingsError or ContentError, each saying what to mend.
    """
    observing = Observing()  # before anything is logged
    settings = settings or read()
    dialogue = observing.over(dialogue or Rasa(settings.rasa_url))
    logs = [CallLog(settings)] if settings.database_url else []
    line = CurrentLine(settings, dialogue, clock, [*watchers, *logs, *observing.watchers])
    app = Flask(__name__, static_folder=None)
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
