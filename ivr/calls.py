"""Twilio's webhooks: a request becomes what was heard, a turn becomes TwiML. HTTP only."""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from ivr.conversation import Conversation
from ivr.guard import is_tester, may_call
from ivr.hearing import heard
from ivr.reply import Reply
from ivr.settings import Settings
from ivr.state import State, StateSigner
from ivr.turn import Turn
from ivr.twiml import Links, Speaker

_log = logging.getLogger(__name__)
_E164 = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True)
class Line:
    """What answering a call takes."""

    settings: Settings
    conversation: Conversation
    speaker: Speaker
    signer: StateSigner
    trouble: Reply


def calls_blueprint(line: Line) -> Blueprint:
    """Return the routes below /calls, for ``line``."""
    routes = Blueprint("calls", __name__, url_prefix="/calls")
    routes.before_request(lambda: _refuse_strangers(line.settings))
    routes.register_error_handler(Exception, lambda error: _apologise(line, error))
    routes.add_url_rule("/start", "start", _start(line), methods=["POST"])
    routes.add_url_rule("/turn", "turn", _turn(line), methods=["POST"])
    routes.add_url_rule("/dialled", "dialled", _dialled(line), methods=["POST"])
    routes.add_url_rule("/status", "status", _status, methods=["POST"])
    return routes


def _refuse_strangers(settings: Settings) -> Response | None:
    return None if may_call(request, settings) else Response(status=403)


def _start(line: Line) -> Callable[[], Response]:
    return lambda: _speak(line, line.conversation.start(_call()))


def _turn(line: Line) -> Callable[[], Response]:
    def turn() -> Response:
        state = _state(line)
        if state is None:  # altered, expired or another call's: begin again at the menu
            return _speak(line, line.conversation.start(_call()))
        said = heard(request.form)
        return _speak(line, line.conversation.turn(state, said), after_key=bool(said.key))

    return turn


def _dialled(line: Line) -> Callable[[], Response]:
    def dialled() -> Response:
        outcome = request.form.get("DialCallStatus", "")
        return _speak(line, line.conversation.dialled(_state(line) or State(_call()), outcome))

    return dialled


def _status() -> Response:
    return Response(status=204)


def _apologise(line: Line, error: Exception) -> Response:
    """Put the caller through to a person: whatever broke, nobody is left in silence."""
    if isinstance(error, HTTPException):  # no call of Twilio's: too large, or malformed
        return Response(status=error.code)
    _log.error("a call was put through after %s", type(error).__name__, exc_info=_without_words(error))
    return _speak(line, Turn(line.trouble, State(_call())))


def _without_words(error: Exception) -> Exception:
    """Keep the trace and lose the message: it could quote what a caller said."""
    return RuntimeError(type(error).__name__).with_traceback(error.__traceback__)


def _speak(line: Line, turn: Turn, *, after_key: bool = False) -> Response:
    reply, state = turn.reply, turn.state
    xml = line.speaker.speak(reply, _links(line, state), slow=state.slow, after_key=after_key)
    response = Response(xml, content_type="text/xml; charset=utf-8")
    response.headers["X-Reply-Kind"] = reply.kind
    response.headers["X-Reply-Topic"] = reply.topic
    if is_tester(request, line.settings):  # nobody else is told
        response.headers["X-Reply-Detail"] = json.dumps(asdict(turn.detail))
        response.headers["X-Reply-File"] = f"responses/{reply.topic or 'phone'}.yml"
    return response


def _links(line: Line, state: State) -> Links:
    here = f"http://{request.host}"
    base = here if is_tester(request, line.settings) else line.settings.public_url
    query = urlencode({"state": line.signer.pack(state)})
    ours = request.form.get("To", "")
    return Links(
        turn=f"{base}/calls/turn?{query}",
        dialled=f"{base}/calls/dialled?{query}",
        dial_number=line.settings.helpline_number,
        caller_id=ours if _E164.fullmatch(ours) else "",
    )


def _call() -> str:
    return request.form["CallSid"]


def _state(line: Line) -> State | None:
    return line.signer.unpack(request.args.get("state", ""), _call())
