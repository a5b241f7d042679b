"""An hour's worth of calls, as fast as they go: what it leaves in memory."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bench.caller import Turn
from bench.load import PACE
from bench.meter import memory
from bench.subject import Subject

_AT_ONCE = 4  # callers: enough that the line never waits for one
_LOOKS = 4  # at memory, evenly over the hour


@dataclass(frozen=True)
class Hour:
    """The turns that ``callers`` take in an hour, done in ``seconds``, and megabytes after so many turns."""

    callers: int
    turns: int
    calls: int
    errors: int
    seconds: float
    memory: dict[int, dict[str, float]]


def hour(subject: Subject, questions: list[str], callers: int) -> Hour:
    """Take the turns of ``callers`` in an hour, looking at memory before, meanwhile and after."""
    telephones = [subject.caller(questions, seed) for seed in range(_AT_ONCE)]
    share = round(callers * 3600 / PACE / _LOOKS / _AT_ONCE)
    taken: list[Turn] = []
    start = time.monotonic()
    seen = {0: memory(subject.processes)}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in range(_LOOKS):
            for turns in pool.map(lambda telephone: [telephone.act() for _ in range(share)], telephones):
                taken += turns
            seen[len(taken)] = memory(subject.processes)
    calls = sum(turn.sort == "call start" for turn in taken)
    errors = sum(bool(turn.problem) for turn in taken)
    return Hour(callers, len(taken), calls, errors, time.monotonic() - start, seen)
