"""What is measured: our line as in production, and the peer; each with its processes and how it is called."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.caller import OURS, PEER, Caller, Manner
from bench.meter import Processes
from bench.peer import running_peer
from ivr.processes import phone_line, rasa_server
from ivr.settings import Settings
from scoring.line import free_port

# What an operator may have set would make this line another one: with a token it hides how it read.
_NOT_OURS = ("TWILIO_AUTH_TOKEN", "PUBLIC_URL", "REDIS_URL", "HOST", "HELPLINE_HOURS", "HELPLINE_NUMBER")


@dataclass(frozen=True)
class Subject:
    """A running line at ``address``, its ``processes``, and the class of locustfile.py that calls it."""

    locust: Literal["OurCaller", "PeerCaller"]
    address: str
    manner: Manner
    processes: Processes

    def caller(self, questions: list[str], seed: int = 0) -> Caller:
        """Return a caller of this line."""
        return Caller(self.address, self.manner, questions, seed)


@contextmanager
def our_line(root: Path) -> Iterator[tuple[Subject, str]]:
    """Run Rasa and the telephone under gunicorn while inside; yield the line and Rasa's address. Raises CannotStart."""
    for name in _NOT_OURS:
        os.environ.pop(name, None)
    rasa_url = f"http://127.0.0.1:{free_port()}"
    settings = Settings(port=free_port(), rasa_url=rasa_url, root=root)
    with rasa_server(root, rasa_url) as rasa, phone_line(settings, root, DATABASE_URL="off") as line:
        assert rasa  # on this machine it is always ours
        yield Subject("OurCaller", settings.local_address, OURS, {"line": line.pid, "Rasa": rasa.pid}), rasa_url


@contextmanager
def the_peer(root: Path) -> Iterator[Subject]:
    """Run the peer while inside. Raises CannotStart."""
    with running_peer(root) as (address, pid):
        yield Subject("PeerCaller", address, PEER, {"Rasa": pid})


def apologies(root: Path) -> int:
    """Return how often our line failed and put the caller through to a person: to the caller it is no error."""
    return (root / "build/line.log").read_text(errors="replace").count("a call was put through after")
