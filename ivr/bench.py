"""Times turns of a running line as a caller meets them: whole HTTP requests, one after another."""

import time
from collections.abc import Callable, Iterator
from statistics import median, quantiles

from ivr.player import Player
from ivr.settings import Settings

_QUESTIONS = (
    "does the biopsy hurt",
    "how long does the treatment take",
    "will my hair fall out",
    "where can it spread to",
    "is there anyone i can talk to about this",
)


def measure(address: str, settings: Settings, turns: int) -> Iterator[str]:
    """Yield one line of figures for key turns and one for spoken turns, in milliseconds."""
    player = Player(address, settings.public_url, settings.auth_token)
    player.dial()
    if player.ending:
        yield f"{address} does not answer as a line should: {player.fault}"
        return
    yield _row("key turn", [_timed(player.press, "*2"[turn % 2]) for turn in range(turns)])
    asked = [_QUESTIONS[turn % len(_QUESTIONS)] for turn in range(turns)]
    yield _row("spoken turn", [_timed(player.say, question) for question in asked])


def _timed(act: Callable[[str], object], said: str) -> float:
    start = time.perf_counter()
    act(said)
    return (time.perf_counter() - start) * 1000


def _row(name: str, times: list[float]) -> str:
    p95 = quantiles(times, n=20)[-1]
    return f"{name:12} p50 {median(times):6.1f} ms   p95 {p95:6.1f} ms   ({len(times)} turns)"
