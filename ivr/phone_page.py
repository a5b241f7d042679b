"""The telephone in a browser: serves the page of ivr/phone/ to this machine, and nothing to anybody else."""

from pathlib import Path

from flask import Blueprint, Response, request, send_from_directory

from ivr.guard import is_local

_FOLDER = Path(__file__).resolve().parent / "phone"
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",  # the empty icon, or every browser asks for one
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def phone_blueprint(responses: Path) -> Blueprint:
    """Return the routes below /phone; ``responses`` is the folder of the words that are spoken."""
    routes = Blueprint("phone", __name__, url_prefix="/phone")
    routes.before_request(lambda: None if is_local(request) else Response(status=404))
    routes.after_request(_guarded)
    routes.add_url_rule("", "page", lambda: send_from_directory(_FOLDER, "phone.html"))
    routes.add_url_rule("/<name>", "file", lambda name: send_from_directory(_FOLDER, name))
    routes.add_url_rule(
        "/responses/<name>",
        "words",
        lambda name: send_from_directory(responses, name, mimetype="text/plain"),
    )
    return routes


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()"
    response.headers["Cache-Control"] = "no-cache"  # what a developer changed is seen at the next load
    return response
