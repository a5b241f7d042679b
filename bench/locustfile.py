"""Callers at human pace, for Locust: ``locust --headless --locustfile bench/locustfile.py OurCaller``."""

import json
import os
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import ClassVar

from locust import User, between, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from bench.caller import OURS, PEER, Caller, Manner, said_by_callers
from bench.meter import Meter, Used

_QUESTIONS = said_by_callers(Path(__file__).resolve().parent.parent)
_SEEDS = count(1)


class _Telephone(User):
    abstract = True
    wait_time = between(15, 30)  # seconds: an answer is listened to before the next turn
    manner: ClassVar[Manner]

    def on_start(self) -> None:
        """Pick up."""
        self.caller = Caller(str(self.host), self.manner, _QUESTIONS, next(_SEEDS))

    @task
    def turn(self) -> None:
        """Take one turn, and tell Locust of it."""
        turn = self.caller.act()
        self.environment.events.request.fire(
            request_type="call",
            name=turn.sort,
            response_time=turn.milliseconds,
            response_length=0,
            exception=RuntimeError(turn.problem) if turn.problem else None,
        )


class OurCaller(_Telephone):
    """A caller of our line."""

    manner = OURS


class PeerCaller(_Telephone):
    """A caller of Rasa's own connector."""

    manner = PEER


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator] # Locust's own
def add_options(parser: LocustArgumentParser) -> None:
    """Take what to measure meanwhile, and the file to write."""
    parser.add_argument("--metered", type=json.loads, help="processes: a JSON object of names and ids")
    parser.add_argument("--result", type=Path, help="where every time (rounded by Locust) and problem is written")


@events.init.add_listener  # type: ignore[untyped-decorator]
def measure(environment: Environment, **_: object) -> None:
    """Measure from the last caller's ring to the first one's last turn, as Locust's own figures do."""
    options = environment.parsed_options
    assert options
    meters: list[Meter] = []
    used: list[Used] = []

    @environment.events.spawning_complete.add_listener  # type: ignore[untyped-decorator]
    def start(user_count: int) -> None:
        meters.append(Meter({**options.metered, "Locust": os.getpid()}))

    @environment.events.test_stopping.add_listener  # type: ignore[untyped-decorator]
    def stop(environment: Environment) -> None:
        used.extend(meter.used() for meter in meters)

    @environment.events.quitting.add_listener  # type: ignore[untyped-decorator]
    def write(environment: Environment) -> None:  # only now the last, slowest turns are done
        options.result.write_text(json.dumps(_result(environment, used[0])), encoding="utf-8")


def _result(environment: Environment, used: Used) -> dict[str, object]:
    """Return what bench/load.py reads: Locust's own JSON does not say what went wrong."""
    entries = environment.stats.entries.values()
    return {
        "times": {entry.name: entry.response_times for entry in entries},
        "errors": {entry.name: entry.num_failures for entry in entries},
        "problems": {str(error.error): error.occurrences for error in environment.stats.errors.values()},
        "used": asdict(used),
    }
