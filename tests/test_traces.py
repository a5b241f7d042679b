"""Traces, by a real process and a collector on this machine: what was done, and for nobody."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ivr.player import Player
from ivr.processes import phone_line
from ivr.settings import Settings
from scoring.line import free_port
from tests.conftest import ROOT
from tests.servers import absent, answering, as_json

RASA = {
    "intent": {"name": "biopsy", "confidence": 0.9},
    "intent_ranking": [{"name": "biopsy", "confidence": 0.9}],
    "messages": [{"custom": {"topic": "biopsy"}}],
}
"""What Rasa answers, whatever it is asked."""

ALLOWED = {f"ivr.{name}" for name in ("call", "how", "kind", "topic", "then", "outcome", "status", "sureness")}
ALLOWED |= {"ivr.readings", "error.type"}


@dataclass
class Collector:
    """Takes spans as OTLP over HTTP."""

    address: str = ""
    bodies: list[bytes] = field(default_factory=list)

    @property
    def spans(self) -> list[Any]:
        messages = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return [span for m in messages for r in m.resource_spans for scope in r.scope_spans for span in scope.spans]

    def awaits(self, count: int) -> list[Any]:
        """Return at least ``count`` spans by their time."""
        for _ in range(100):
            if len(self.spans) >= count:
                break
            time.sleep(0.1)
        return sorted(self.spans, key=lambda span: span.start_time_unix_nano)


@contextmanager
def collecting() -> Iterator[Collector]:
    """Run a collector on a free port of this machine."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            collector.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep the test output readable."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def traced_line(collector: str, rasa: str) -> Iterator[str]:
    """Run a line whose spans go to ``collector``, and which logs as JSON to build/line-traced.log."""
    settings = Settings(port=free_port(), rasa_url=rasa, root=ROOT)
    own = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector, "OTEL_BSP_SCHEDULE_DELAY": "100", "LOG_FORMAT": "json"}
    with phone_line(settings, ROOT, "line-traced", **own):
        yield settings.local_address


def attributes(span: Any) -> dict[str, Any]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}


def test_a_turn_is_a_span_and_each_request_to_rasa_one_in_it() -> None:
    with answering(200, as_json(RASA)) as rasa, collecting() as collector, traced_line(collector.address, rasa) as line:
        player = Player(line)
        player.dial()
        player.say("does it hurt, says wobblethwaite")
        start, turn, *asked = collector.awaits(4)
    assert [start.name, turn.name, *(span.name for span in asked)] == [
        *("calls.start", "calls.turn"),
        *("rasa parse", "rasa lead"),
    ]
    assert not turn.parent_span_id
    assert {span.parent_span_id for span in asked} == {turn.span_id}
    assert {span.trace_id for span in asked} == {turn.trace_id} != {start.trace_id}
    told = attributes(turn)
    assert (told["ivr.how"], told["ivr.kind"], told["ivr.topic"]) == ("speech", "answer", "biopsy")
    assert told["ivr.call"] == attributes(start)["ivr.call"]
    assert told["ivr.readings"] == 1


def test_spans_and_lines_name_nobody() -> None:
    with answering(200, as_json(RASA)) as rasa, collecting() as collector, traced_line(collector.address, rasa) as line:
        player = Player(line)
        player.dial()
        player.say("does it hurt, says wobblethwaite")
        player.press("0")
        player.end_transfer("busy")
        spans = collector.awaits(6)
    assert {key for span in spans for key in attributes(span)} <= ALLOWED
    assert all(not span.events for span in spans)
    log = Path(ROOT / "build/line-traced.log").read_text()
    assert [json.loads(line)["how"] for line in log.splitlines() if '"turn"' in line] == [
        *("start", "speech", "key", "transfer")
    ]
    for secret in ("wobblethwaite", player.call, player.caller[1:], player.line[1:], "state=", "127.0.0.1"):
        assert all(secret.encode() not in body for body in collector.bodies), secret
        assert secret not in log, secret


def test_an_answer_rasa_does_not_give_is_marked_with_its_type_alone() -> None:
    with (
        answering(500, b"wobblethwaite") as rasa,
        collecting() as collector,
        traced_line(collector.address, rasa) as line,
    ):
        player = Player(line)
        player.dial()
        player.say("does it hurt")
        *_, asked = collector.awaits(3)
    assert asked.name == "rasa parse"
    assert attributes(asked) == {"error.type": "RasaUnavailable"}
    assert (asked.status.code, asked.status.message) == (2, "")
    assert not asked.events


def test_without_a_collector_callers_wait_no_longer_and_the_line_stops_in_time() -> None:
    with absent() as collector, answering(200, as_json(RASA)) as rasa:
        with traced_line(collector, rasa) as line:
            player = Player(line)
            began = time.monotonic()
            player.dial()
            for _ in range(5):
                player.say("does it hurt")
            assert time.monotonic() - began < 3
            assert player.headers["X-Reply-Kind"] == "answer"
            stopping = time.monotonic()
        assert time.monotonic() - stopping < 9, "it would be killed after ten"


@pytest.mark.parametrize("endpoint", ["", "http://127.0.0.1:4318"])
def test_nothing_of_opentelemetry_is_imported_where_no_collector_is_named(endpoint: str) -> None:
    script = "import sys, ivr; ivr.create_app(); print(any(m.startswith('opentelemetry') for m in sys.modules))"
    environ = {"SECRET_KEY": "s", "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert done.stdout.strip() == str(bool(endpoint)), done.stderr
