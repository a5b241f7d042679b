"""Counts what happens in calls, for Prometheus: kinds, topics and outcomes, never a call, a number or a word.

A process keeps its own counts: each replica is scraped by itself, and Prometheus adds them up.
"""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, request
from prometheus_client.exposition import choose_encoder

from ivr.asking import Request
from ivr.guard import is_operator
from ivr.helpline import Clock, Helpline
from ivr.line import Line
from ivr.rasa import RasaUnavailable
from ivr.reply import URGENT
from ivr.series import CLARIFIED, DIALLED, OVER, Series
from ivr.under_way import CallsUnderWay, Stand
from ivr.watching import CallEnded, TurnTaken


class Metrics:
    """A watcher that counts what it is told; ``asking`` goes around each request to Rasa."""

    def __init__(self, calls: CallsUnderWay | None = None) -> None:
        """Count from zero; ``calls`` remembers where each call stands."""
        self.series = Series()
        self._calls = CallsUnderWay() if calls is None else calls

    def turn(self, taken: TurnTaken) -> None:
        """See Watcher.turn."""
        self._end_the_silent()
        before, now = self._calls.moved(taken)
        self.series.turns.labels(taken.how, taken.kind, taken.topic).inc()
        self.series.waits.labels(taken.how).observe(taken.seconds)
        if taken.how == "start" and before is None:  # Twilio may ask twice
            self.series.calls.inc()
        if taken.how == "silence":
            self.series.no_input.inc()
        if taken.kind == "rephrase" and taken.how in ("key", "speech"):
            self.series.no_match.labels(taken.how).inc()
        if now.kind in URGENT and (before is None or before.kind != now.kind):  # said again, it is the same danger
            self.series.red_flags.labels(now.kind, taken.flag).inc()
        if before and before.kind == "clarify" and now is not before:
            by_key = taken.kind == "answer" and taken.how == "key"
            self.series.clarified.labels("chosen" if by_key else CLARIFIED.get(taken.kind, "other")).inc()
        if taken.text:
            self.series.texts.labels(taken.text).inc()
        self._note_transfer(taken)

    def ended(self, ended: CallEnded) -> None:
        """See Watcher.ended; a call that is said to go on is not over."""
        if ended.status in OVER:
            self.series.ended.labels(ended.status).inc()
            self.series.lasted.observe(ended.seconds)
            self._note_end(self._calls.ended(ended.call))

    @contextmanager
    def asking(self, request: Request) -> Iterator[None]:
        """Time one request to Rasa."""
        began = time.perf_counter()
        try:
            yield
        except RasaUnavailable:
            self._note_asked(request, "failed", began)
            raise
        self._note_asked(request, "ok", began)

    def look(self, *, is_open: bool | None) -> None:
        """Note how things are now; ``is_open`` is the Helpline, None if nobody knows."""
        self._end_the_silent()
        self.series.active.set(len(self._calls))
        self.series.open.set(math.nan if is_open is None else is_open)

    def _note_transfer(self, taken: TurnTaken) -> None:
        if taken.then == "dial":
            self.series.ringing.inc()
        elif taken.how == "transfer":
            self.series.transfers.labels(taken.outcome if taken.outcome in DIALLED else "other").inc()
        elif taken.kind == "transfer":
            self.series.transfers.labels("closed").inc()

    def _note_asked(self, request: Request, outcome: str, began: float) -> None:
        self.series.rasa.labels(request, outcome).observe(time.perf_counter() - began)
        if request != "lead":  # leads fail too when only Redis is lost
            self.series.rasa_up.set(outcome == "ok")

    def _end_the_silent(self) -> None:
        for stand in self._calls.silent():
            self._note_end(stand)

    def _note_end(self, stand: Stand | None) -> None:
        if stand and stand.kind == "clarify":
            self.series.clarified.labels("hung_up").inc()


def metrics_blueprint(line: Callable[[], Line], metrics: Metrics, clock: Clock | None = None) -> Blueprint:
    """Return /metrics, for operators alone."""
    routes = Blueprint("metrics", __name__)
    metrics.series.expect(line().content)

    @routes.get("/metrics")
    def show() -> Response:
        if not is_operator(request, line().settings):
            return Response(status=403)
        metrics.look(is_open=_is_open(line(), clock))
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(metrics.series.registry), content_type=content_type)

    return routes


def _is_open(line: Line, clock: Clock | None) -> bool | None:
    """Tell whether the Helpline is open, or None where HELPLINE_HOURS is not set."""
    settings = line.settings
    helpline = Helpline(line.content, settings.openings, settings.spoken_number, settings.nation, clock)
    return not helpline.is_closed if settings.openings else None
