"""Does Rasa's memory stay bounded? Leads many short calls through a real Rasa and weighs it as it goes.

`make soak` (CALLS=20000). `python -m tests.soak --store InMemoryTrackerStore` weighs Rasa's own store instead.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import local

import requests

from ivr.processes import rasa_server
from scoring.line import free_port

ROOT = Path(__file__).resolve().parent.parent
SEED = 20_000
TOPICS = ("biopsy", "symptoms", "ect_hair_loss", "ct_scan", "treatment", "more", "how_long", "lumps", "person")
ABOUT = ("nothing", "biopsy", "ect")
SETTLED = 4_000  # calls: the store is full since 2,000, and Python's free lists have filled
BOUND = 15  # MB from then on: ours grew by 0.0, Rasa's own store by 61 (4 kB a call, for ever)
_AT_ONCE = 6
_PATIENCE = 30  # seconds: this asks for a weight, not for speed
_shared = local()


@dataclass(frozen=True)
class Weight:
    """Rasa's resident memory after ``calls`` calls and ``turns`` turns, in MB."""

    calls: int
    turns: int
    megabytes: float


@contextmanager
def staged(folder: Path, store: str = "") -> Iterator[Path]:
    """Yield ``folder`` as a root to start processes in: this checkout by links, with logs of its own.

    With ``store``, such as InMemoryTrackerStore, Rasa keeps conversations in that one instead of ours.
    """
    for name in (".venv-rasa", "models", "nlu", "config.yml", "ivr", "responses", "endpoints-redis.yml"):
        (folder / name).symlink_to(ROOT / name)
    if store:
        (folder / "endpoints.yml").write_text(f"tracker_store:\n  type: {store}\n")
    else:
        (folder / "endpoints.yml").symlink_to(ROOT / "endpoints.yml")
    yield folder


def soaked(url: str, process: int, calls: int, step: int) -> Iterator[Weight]:
    """Lead ``calls`` calls of one or two turns at ``url``; yield a weight before, and after every ``step``."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    turns = 0
    yield Weight(0, 0, resident(process))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for first in range(0, calls, step):
            batch = [_call(chance) for _ in range(min(step, calls - first))]
            turns += sum(pool.map(lambda call: _lead(url, *call), batch))
            yield Weight(first + len(batch), turns, resident(process))


def growth(weights: list[Weight], since: int = SETTLED) -> float:
    """Return by how many MB Rasa grew from call ``since`` to the last."""
    return weights[-1].megabytes - next(w.megabytes for w in weights if w.calls >= since)


def resident(process: int) -> float:
    """Return the resident memory of ``process`` in MB (Linux)."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {process} has ended")


def _call(chance: random.Random) -> tuple[str, list[tuple[str, str]]]:
    """Return a new CallSid, and the one or two (topic, about) of its turns."""
    turns = [(chance.choice(TOPICS), chance.choice(ABOUT)) for _ in range(chance.randint(1, 2))]
    return f"CA{chance.getrandbits(128):032x}", turns


def _lead(url: str, call: str, turns: list[tuple[str, str]]) -> int:
    """Lead one call as ivr/rasa.py does; return its number of turns."""
    if not hasattr(_shared, "session"):
        _shared.session = requests.Session()
        _shared.session.trust_env = False
    for topic, about in turns:
        path = f"{url}/conversations/{call}/trigger_intent?include_events=NONE"
        led = _shared.session.post(path, json={"name": topic, "entities": {"about": about}}, timeout=_PATIENCE)
        led.raise_for_status()
        assert led.json()["messages"], f"no answer to {topic}"
    return len(turns)


def run(calls: int, store: str, bound: float) -> int:
    """Print the table; return 1 if Rasa grew beyond ``bound`` MB after call SETTLED."""
    with tempfile.TemporaryDirectory() as folder, staged(Path(folder), store) as root:
        url = f"http://127.0.0.1:{free_port()}"
        with rasa_server(root, url) as process:
            assert process
            began = time.monotonic()
            print(f"store: {store or 'endpoints.yml'}\n  calls   turns   Rasa's memory   seconds", flush=True)
            weights = []
            for weight in soaked(url, process.pid, calls, step=1_000):
                weights.append(weight)
                passed = time.monotonic() - began
                print(f"{weight.calls:7} {weight.turns:7} {weight.megabytes:12.1f} MB {passed:9.0f}", flush=True)
    if calls <= SETTLED:
        print(f"Too few calls to judge: the growth after call {SETTLED} is what counts.")
        return 0
    grown = growth(weights)
    print(f"Growth from call {SETTLED} to call {calls}: {grown:.1f} MB (at most {bound:.0f}).")
    return int(grown > bound)


def main() -> int:
    """Read the arguments, run, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--store", default="", help="another store's name, to compare")
    parser.add_argument("--bound", type=float, default=BOUND, help="MB that Rasa may grow once it has settled")
    given = parser.parse_args()
    return run(given.calls, given.store, given.bound)


if __name__ == "__main__":
    sys.exit(main())
