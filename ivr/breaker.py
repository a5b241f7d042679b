"""Keeps callers from waiting one after another for something that hangs: a circuit breaker."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from circuitbreaker import CircuitBreaker

_FAILURES = 3  # in a row; each costs a caller the whole patience
_REST = 5  # seconds in which nobody asks; then one caller tries


class Breaker:
    """Counts ``trouble``, the exception of a thing that is away or hangs, whatever thread it happens in.

    The library lets everybody try when the rest is over; here one tries (half-open), and the others go on without.
    """

    def __init__(self, trouble: type[Exception]) -> None:
        """Be closed: everybody asks."""
        self._trouble = trouble
        self._circuit = CircuitBreaker(_FAILURES, _REST, expected_exception=trouble)
        self._probe = Lock()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Watch what is asked inside, or raise the trouble at once: it failed too often, or somebody is trying."""
        if self._circuit.closed:
            with self._circuit:
                yield
            return
        if self._circuit.opened or not self._probe.acquire(blocking=False):
            raise self._trouble("resting")
        try:
            with self._circuit:
                yield
        finally:
            self._probe.release()
