"""Every series that Prometheus reads from this line: its name, its labels, and what it means."""

import logging
import math
from functools import partial
from typing import get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from ivr.asking import Request
from ivr.content import Content
from ivr.reply import URGENT, Kind
from ivr.watching import How

# Seconds; fine where a healthy line answers, and no turn takes longer than three.
_WAITS = (*(0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25), *(0.5, 0.75, 1, 1.5, 2, 3))
_CALLS = (10, 20, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 2700, 3600)  # seconds

# https://www.twilio.com/docs/voice/twiml: DialCallStatus, and the CallStatus of a call that is over.
DIALLED = ("completed", "answered", "busy", "no-answer", "failed", "canceled")
OVER = ("completed", "busy", "no-answer", "failed", "canceled")

CLARIFIED: dict[Kind, str] = {
    "answer": "answered",
    "clarify": "asked_again",
    "refuse": "refused",
    "rephrase": "not_understood",
    "silence": "silent",
    "transfer": "person",
    "control": "declined",
    "menu": "declined",
    **dict.fromkeys((*URGENT, "distress"), "urgent"),
}
"""How a question back ended, by the next turn's kind; an answer by key is "chosen", the end of the call "hung_up"."""

# Counted from the log, as to the caller and to watchers it is a transfer like any other.
_faults = Counter("ivr_faults", "Turns our own code failed at: the caller was put through instead", registry=None)


def _note_fault(record: logging.LogRecord) -> bool:
    if record.levelno == logging.ERROR:  # the last resort, which is critical, comes after one
        _faults.inc()
    return True


logging.getLogger("ivr.calls").addFilter(_note_fault)
disable_created_metrics()  # type: ignore[no-untyped-call] # else each series comes twice


class Series:
    """One line's series, all at zero, in a ``registry`` of their own."""

    def __init__(self) -> None:
        """Name them; the labels are kinds, topics and outcomes, never a call, a number or a word."""
        self.registry = CollectorRegistry()
        counter = partial(Counter, namespace="ivr", registry=self.registry)
        gauge = partial(Gauge, namespace="ivr", registry=self.registry)
        histogram = partial(Histogram, namespace="ivr", registry=self.registry)
        self.turns = counter("turns", "Answered webhooks", ["how", "kind", "topic"])
        self.waits = histogram("turn_duration_seconds", "How long the line took to answer", ["how"], buckets=_WAITS)
        self.no_input = counter("no_input", "Turns in which nothing was heard")
        self.no_match = counter("no_match", "Keys that do nothing, and words nobody could place", ["how"])
        self.clarified = counter("clarifications", "Questions back, by how they ended", ["outcome"])
        self.red_flags = counter("red_flags", "How often callers came to an urgent text", ["kind", "topic"])
        self.ringing = counter("transfers_begun", "Transfers that began to ring")
        self.transfers = counter("transfers", "Transfers by how they ended; closed: it was not rung", ["outcome"])
        self.texts = counter("texts", "Text messages asked for and agreed to, by what became of them", ["outcome"])
        self.calls = counter("calls", "Calls begun")
        self.ended = counter("calls_ended", "Calls that ended, by Twilio's word", ["status"])
        self.lasted = histogram("call_duration_seconds", "How long calls lasted", buckets=_CALLS)
        self.active = gauge("calls_active", "Calls under way; one that is silent for an hour is over")
        self.open = gauge("helpline_open", "1: the Helpline is open, 0: closed, NaN: HELPLINE_HOURS is not known")
        self.rasa = histogram(
            "rasa_request_duration_seconds", "How long Rasa took", ["request", "outcome"], buckets=_WAITS
        )
        self.rasa_up = gauge("rasa_up", "1: Rasa answered when it was last asked, 0: it did not, NaN: never asked")
        self.rasa_up.set(math.nan)
        self.registry.register(_faults)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def expect(self, content: Content) -> None:
        """Show every series of ``content`` at zero: one that begins at one shows no increase, and no alert sees it."""
        for how in get_args(How):
            self.waits.labels(how)
            for kind in get_args(Kind):
                self.turns.labels(how, kind, "")
        for topic in (topic for topic, answer in content.answers.items() if answer.kind == "answer"):
            self.turns.labels("key", "answer", topic)
            self.turns.labels("speech", "answer", topic)
            self.turns.labels("speech", "clarify", topic)
        for topic, answer in content.answers.items():
            if answer.kind in URGENT:
                self.red_flags.labels(answer.kind, topic)
        for request in get_args(Request):
            self.rasa.labels(request, "ok")
            self.rasa.labels(request, "failed")
        for counter, values in (
            (self.no_match, ("key", "speech")),
            (self.clarified, (*CLARIFIED.values(), "chosen", "hung_up", "other")),
            (self.transfers, (*DIALLED, "closed", "other")),
            (self.ended, OVER),
            (self.texts, ("sent", "failed")),
        ):
            for value in values:
                counter.labels(value)
