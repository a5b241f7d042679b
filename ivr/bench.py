"""Times turns of a running line as a caller meets them: whole HTTP requests, one after another."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from statistics import median, quantiles

from ivr.player import Player
from ivr.settings import Settings

_QUESTIONS = (
    "does the biopsy hurt",
    "how long does the treatment take",
    "will my hair fall out",
    "where can it spread to",
    "what are the symptoms",
)
_TURNS_A_CALL = 10  # Rasa reads a whole conversation each turn, and real ones are short


def measure(address: str, settings: Settings, turns: int) -> Iterator[str]:
    """Yield a line of figures for key turns and one for spoken turns, in milliseconds."""

    def call() -> Player:
        player = Player(address, settings.public_url, settings.auth_token)
        player.dial()
        return player

    if fault := call().fault:
        yield f"{address} does not answer as a line should: {fault}"
        return
    yield _row("key turn", _times(call, Player.press, ("2", "*"), turns))
    yield _row("spoken turn", _times(call, Player.say, _QUESTIONS, turns))


def _times(
    call: Callable[[], Player], act: Callable[[Player, str], object], said: Sequence[str], turns: int
) -> Iterator[float]:
    """Time ``turns`` acts, over as many calls as they need."""
    for first in range(0, turns, _TURNS_A_CALL):
        player = call()
        for turn in range(first, min(first + _TURNS_A_CALL, turns)):
            start = time.perf_counter()
            act(player, said[turn % len(said)])
            yield (time.perf_counter() - start) * 1000


def _row(name: str, timed: Iterable[float]) -> str:
    times = list(timed)
    return f"{name:12} p50 {median(times):6.1f} ms   p95 {quantiles(times, n=20)[-1]:6.1f} ms   ({len(times)} turns)"
