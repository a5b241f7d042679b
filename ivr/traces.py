"""Spans for OpenTelemetry: one a turn, and in it one each request to Rasa. Imported only where a collector is named.

They are written by hand: the ready-made instrumentations of Flask and requests would send addresses, which hold where
a caller is. The SDK reads its settings from the environment (OTEL_EXPORTER_OTLP_ENDPOINT and _HEADERS,
OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER ...: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables).
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import Flask, g, request
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode

from ivr.asking import Request
from ivr.rasa import RasaUnavailable
from ivr.watching import CallEnded, TurnTaken

_OURS = ("call", "how", "kind", "topic", "then", "outcome", "status", "sureness", "readings")


class Traces:
    """A watcher that says on each turn's span what the turn was; ``asking`` goes around each request to Rasa."""

    def __init__(self) -> None:
        """Send to the collector in the background; what it does not take is dropped, and no caller waits for it."""
        name = os.environ.get("OTEL_SERVICE_NAME") or "helpline-companion"
        provider = TracerProvider(resource=Resource.create({SERVICE_NAME: name}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = provider.get_tracer("ivr")

    def attach(self, app: Flask) -> None:
        """Let each of Twilio's requests to ``app`` be a span."""
        app.before_request(self._begin)
        app.teardown_request(lambda _: g.pop("span", ExitStack()).close())

    def turn(self, taken: TurnTaken) -> None:
        """See Watcher.turn."""
        _describe(taken)

    def ended(self, ended: CallEnded) -> None:
        """See Watcher.ended."""
        _describe(ended)

    @contextmanager
    def asking(self, request: Request) -> Iterator[None]:
        """Let one request to Rasa be a span; of an error it has the type and no text."""
        with self._span(f"rasa {request}", SpanKind.CLIENT) as span:
            try:
                yield
            except RasaUnavailable as error:
                span.set_status(StatusCode.ERROR)
                span.set_attribute("error.type", type(error).__name__)
                raise

    def _begin(self) -> None:
        if request.blueprint == "calls":
            g.span = ExitStack()
            g.span.enter_context(self._span(str(request.endpoint), SpanKind.SERVER))

    @contextmanager
    def _span(self, name: str, kind: SpanKind) -> Iterator[trace.Span]:
        with self._tracer.start_as_current_span(
            name, kind=kind, record_exception=False, set_status_on_exception=False
        ) as span:
            yield span


def _describe(happened: TurnTaken | CallEnded) -> None:
    known = {f"ivr.{name}": value for name in _OURS if (value := vars(happened).get(name)) not in ("", None)}
    trace.get_current_span().set_attributes(known)
