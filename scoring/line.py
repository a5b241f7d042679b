"""A whole line to call: Rasa and the telephone, on free ports of this machine."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from ivr import create_app
from ivr.content_files import load
from ivr.processes import MODEL, rasa_server
from ivr.settings import Settings
from scoring.measures import Facts

PROMPTLY = 0.02
"""Seconds until a server notices that it is to stop: its own half a second adds up over a thousand tests."""


class _SilentHandler(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Keep the terminal readable, and what callers say out of it."""


@contextmanager
def running_line(root: Path, model: str = MODEL) -> Iterator[str]:
    """Run the line with Rasa's ``model`` while inside; yield its address. Raises CannotStart."""
    rasa = f"http://127.0.0.1:{free_port()}"
    settings = Settings(rasa_url=rasa, secret_key="scoring", root=root)  # noqa: S106 - nobody else can call it
    with rasa_server(root, rasa, model), served(create_app(settings)) as address:
        yield address


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve ``app`` over HTTP on a free port of this machine; yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_SilentHandler)
    thread = threading.Thread(target=server.serve_forever, args=[PROMPTLY])
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def facts_by_topic(root: Path) -> Facts:
    """Return the facts in the first part of each answer that callers can hear."""
    answers = load(root / "responses").answers
    return {topic: frozenset(answer.parts[0].facts) for topic, answer in answers.items() if answer.kind == "answer"}
