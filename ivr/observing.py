"""Joins what operators see of the line: metrics always; logs as JSON, and traces, where the environment asks."""

import os
from collections.abc import Callable

from flask import Flask

from ivr.asking import Around, ObservedDialogue
from ivr.helpline import Clock
from ivr.line import Line
from ivr.logs import wanted_log
from ivr.metrics import Metrics, metrics_blueprint
from ivr.rasa import Dialogue
from ivr.watching import Watcher


class Observing:
    """The watchers of one line, and what else they need of it."""

    def __init__(self) -> None:
        """Read from the environment what is wanted; OpenTelemetry is imported only where a collector is named."""
        self._metrics = Metrics()
        self._around: list[Around] = [self._metrics.asking]
        self._attach: list[Callable[[Flask], object]] = []
        self.watchers: list[Watcher] = [self._metrics, *wanted_log()]
        if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
            from ivr.traces import Traces

            traces = Traces()
            self._around.append(traces.asking)
            self._attach.append(traces.attach)
            self.watchers.append(traces)

    def over(self, dialogue: Dialogue) -> Dialogue:
        """Return ``dialogue`` with every request to Rasa timed."""
        for around in self._around:
            dialogue = ObservedDialogue(dialogue, around)
        return dialogue

    def attach(self, app: Flask, line: Callable[[], Line], clock: Clock | None) -> None:
        """Let ``app`` show /metrics of ``line``, and its requests be traced where that is wanted."""
        app.register_blueprint(metrics_blueprint(line, self._metrics, clock))
        for attach in self._attach:
            attach(app)
