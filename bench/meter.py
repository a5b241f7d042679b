"""What processes use: computing time and memory."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

Processes = Mapping[str, int]  # a name and the id of a process that may have children


@dataclass(frozen=True)
class Used:
    """What processes used in ``seconds`` on the clock: seconds of computing, and megabytes at the end, by name."""

    seconds: float
    computing: dict[str, float]
    memory: dict[str, float]

    def share(self, name: str) -> float:
        """Return how much of one core ``name`` used, 1 for all of it."""
        return self.computing[name] / self.seconds


class Meter:
    """Measures ``processes`` from the moment it is made."""

    def __init__(self, processes: Processes) -> None:
        """Start."""
        self._processes = processes
        self._start, self._before = time.monotonic(), _computing(processes)

    def used(self) -> Used:
        """Return what was used until now."""
        computing = {name: seconds - self._before[name] for name, seconds in _computing(self._processes).items()}
        return Used(time.monotonic() - self._start, computing, memory(self._processes))


def memory(processes: Processes) -> dict[str, float]:
    """Return the resident megabytes of each of ``processes`` with its children."""
    return {name: sum(one.memory_info().rss for one in _family(pid)) / 1e6 for name, pid in processes.items()}


def _computing(processes: Processes) -> dict[str, float]:
    times = {name: [one.cpu_times() for one in _family(pid)] for name, pid in processes.items()}
    return {name: sum(one.user + one.system for one in of_all) for name, of_all in times.items()}


def _family(pid: int) -> list[psutil.Process]:
    first = psutil.Process(pid)
    return [first, *first.children(recursive=True)]
