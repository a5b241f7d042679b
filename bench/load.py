"""Many callers at human pace: Locust, in a process of its own."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figures, counted
from bench.meter import Used
from bench.subject import Subject

PACE = 22.5  # seconds between a caller's turns, on average: callers ring evenly over one such time


class LocustFailed(Exception):
    """Locust gave no figures; the text is what it said."""


@dataclass(frozen=True)
class Load:
    """What one number of callers met, by sort of turn and as a whole, what went wrong, and what it took."""

    callers: int
    met: dict[str, Figures]
    whole: Figures
    problems: dict[str, int]
    used: Used

    @property
    def pace(self) -> float:
        """Turns a second."""
        return self.whole.turns / self.used.seconds


def load(subject: Subject, callers: int, minutes: float, root: Path) -> Load:
    """Let ``callers`` call ``subject`` for ``minutes`` after the last one rang. Raises LocustFailed."""
    path = root / "build/bench/locust.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    command = _command(subject, callers, minutes, path)
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)  # noqa: S603 - named just below
    if not path.exists():
        raise LocustFailed(f"{done.stdout}{done.stderr}")
    result = json.loads(path.read_text(encoding="utf-8"))
    met = {sort: _figures([times], result["errors"][sort]) for sort, times in result["times"].items()}
    whole = _figures(result["times"].values(), sum(result["errors"].values()))
    return Load(callers, met, whole, result["problems"], Used(**result["used"]))


def _command(subject: Subject, callers: int, minutes: float, result: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "locust", "--headless", "--locustfile", "bench/locustfile.py"),
        *("--host", subject.address, "--users", str(callers), "--spawn-rate", f"{callers / PACE:.2f}"),
        *("--run-time", f"{PACE + minutes * 60:.0f}s", "--reset-stats", "--stop-timeout", "5"),
        *("--metered", json.dumps(subject.processes), "--result", str(result)),
        *("--only-summary", "--exit-code-on-error", "0", subject.locust),
    ]


def _figures(by_sort: Iterable[Mapping[str, int]], errors: int) -> Figures:
    """Return the figures of all times together; JSON made the milliseconds words."""
    times: Counter[float] = Counter()
    for one in by_sort:
        times.update({float(milliseconds): turns for milliseconds, turns in one.items()})
    return counted(times, errors)
