"""Twilio's webhooks: a request becomes what was heard, a turn becomes TwiML. HTTP only."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from urllib.parse import urlencode

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from ivr.guard import is_tester, may_call
from ivr.hearing import heard
from ivr.line import Line
from ivr.messages import texting
from ivr.pseudonym import pseudonym
from ivr.reply import URGENT
from ivr.setting_faults import E164
from ivr.settings import Settings
from ivr.state import State
from ivr.texts import Outcome
from ivr.turn import Turn
from ivr.twiml import Links
from ivr.watching import CHECKS_CALL, CallEnded, How, TurnTaken, tell

_log = logging.getLogger(__name__)
_XML = "text/xml; charset=utf-8"


GetLine = Callable[[], Line]
"""Returns the line to answer a request with: its words may change between two turns."""


def calls_blueprint(line: GetLine) -> Blueprint:
    """Return the routes below /calls, each turn answered by ``line()``."""
    routes = Blueprint("calls", __name__, url_prefix="/calls")
    routes.before_request(_note_the_time)
    routes.before_request(lambda: _refuse_strangers(line().settings))
    routes.register_error_handler(Exception, lambda error: _apologise(line(), error))
    routes.add_url_rule("/start", "start", lambda: _start(line()), methods=["POST"])
    routes.add_url_rule("/turn", "turn", lambda: _turn(line()), methods=["POST"])
    routes.add_url_rule("/dialled", "dialled", lambda: _dialled(line()), methods=["POST"])
    routes.add_url_rule("/status", "status", lambda: _status(line()), methods=["POST"])
    return routes


def _note_the_time() -> None:
    g.began = time.perf_counter()


def _refuse_strangers(settings: Settings) -> Response | None:
    try:
        is_known = may_call(request, settings)
    except HTTPException:
        raise
    except Exception:  # a body that cannot be read, such as broken chunks: no fault of ours
        is_known = False
    return None if is_known else Response(status=403)


def _start(line: Line) -> Response:
    known = texting(request.form.get("From", "")) if line.equipment.messenger else "not_set_up"
    return _speak(line, line.conversation.start(_call(), known))


def _turn(line: Line) -> Response:
    state = _state(line)
    if state is None:  # altered, expired or another call's: begin again at the menu
        return _start(line)
    said = heard(request.form)
    turn, text = line.conversation.turn(state, said), None
    if line.equipment.unanswered and _call() != CHECKS_CALL:
        line.equipment.unanswered.turn(state, said.words, turn)
    if turn.sends_text:
        text = _send_text(line)
        turn = line.conversation.texted(turn.state, text)
    return _speak(line, turn, after_key=bool(said.key), text=text)


def _send_text(line: Line) -> Outcome:
    if not line.equipment.messenger:  # the operator switched texts off while the caller thought
        return "failed"
    return line.equipment.messenger.send(_call(), request.form.get("From", ""), line.message)


def _dialled(line: Line) -> Response:
    outcome = request.form.get("DialCallStatus", "")
    return _speak(line, line.conversation.dialled(_state(line) or State(_call()), outcome))


def _status(line: Line) -> Response:
    seconds = request.form.get("CallDuration", "")
    lasted = int(seconds) if seconds.isdecimal() else 0
    name = pseudonym(line.settings.secret_key, _call(), time.time() - lasted)
    tell(line.equipment.watchers, CallEnded(name, request.form.get("CallStatus", ""), lasted))
    return Response(status=204)


def _apologise(line: Line, error: Exception) -> Response:
    """Put the caller through to a person: whatever broke, nobody is left in silence."""
    if isinstance(error, HTTPException):  # no call of Twilio's: too large, or malformed
        return Response(status=error.code)
    name = _pseudonym(line)
    _log.error("call %s was put through after %s", name, type(error).__name__, exc_info=_without_words(error))
    try:
        return _speak(line, Turn(line.trouble, State(_call())))
    except Exception:
        _log.critical("call %s got the last resort", name)
        return Response(line.last_resort, content_type=_XML)


def _pseudonym(line: Line) -> str:
    state = _state(line)
    began = state.began if state and state.began else time.time()
    return pseudonym(line.settings.secret_key, _call(), began)


def _without_words(error: Exception) -> Exception:
    """Keep the trace and lose the message: it could quote what a caller said."""
    return RuntimeError(type(error).__name__).with_traceback(error.__traceback__)


def _speak(line: Line, turn: Turn, *, after_key: bool = False, text: Outcome | None = None) -> Response:
    reply, state = turn.reply, turn.state
    xml = line.speaker.speak(reply, _links(line, state), slow=state.slow, after_key=after_key)
    response = Response(xml, content_type=_XML)
    response.headers["X-Reply-Kind"] = reply.kind
    response.headers["X-Reply-Topic"] = reply.topic
    if is_tester(request, line.settings):  # nobody else is told
        response.headers["X-Reply-Detail"] = json.dumps(asdict(turn.detail))
        response.headers["X-Reply-File"] = f"responses/{reply.topic or 'phone'}.yml"
    if _call() != CHECKS_CALL:
        tell(line.equipment.watchers, _taken(line, turn, text))
    return response


def _taken(line: Line, turn: Turn, text: Outcome | None) -> TurnTaken:
    ranking, how = turn.detail.ranking, _how()
    return TurnTaken.of(
        turn.reply,
        call=pseudonym(line.settings.secret_key, _call(), turn.state.began or time.time()),
        how=how,
        sureness=ranking[0][1] if ranking else None,
        readings=turn.detail.readings,
        seconds=time.perf_counter() - g.began,
        outcome=request.form.get("DialCallStatus", "") if how == "transfer" else "",
        text=text or "",
        flag=turn.state.place.removeprefix("topic:") if turn.reply.kind in URGENT else "",
    )


def _how() -> How:
    if request.endpoint in ("calls.start", "calls.dialled"):
        return "start" if request.endpoint == "calls.start" else "transfer"
    said = heard(request.form)
    return "key" if said.key else "speech" if said.words else "silence"


def _links(line: Line, state: State) -> Links:
    here = f"http://{request.host}"
    base = here if is_tester(request, line.settings) else line.settings.public_url
    query = urlencode({"state": line.signer.pack(state)})
    ours = request.form.get("To", "")
    return Links(
        turn=f"{base}/calls/turn?{query}",
        dialled=f"{base}/calls/dialled?{query}",
        dial_number=line.settings.helpline_number,
        caller_id=ours if E164.fullmatch(ours) else "",
    )


def _call() -> str:
    return request.form["CallSid"]


def _state(line: Line) -> State | None:
    return line.signer.unpack(request.args.get("state", ""), _call())
