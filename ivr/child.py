"""A program that runs beside ours: started, waited for, and stopped."""

import errno
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

_STOP_PATIENCE = 10  # seconds

Process = subprocess.Popen[bytes]


class CannotStart(Exception):
    """A process cannot start; the message says what, why and what to do."""


@contextmanager
def running(
    command: list[str], root: Path, name: str, environ: dict[str, str], url: str, patience: float
) -> Iterator[Process]:
    """Run ``command`` in ``root`` while inside, from when it answers at ``url``, and log to build/``name``.log.

    It has our environment and ``environ``. Raises CannotStart if it ends or is silent for ``patience`` seconds.
    """
    log = root / "build" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    if log.exists():  # why the last one ended
        log.replace(log.with_suffix(".1.log"))
    with log.open("wb") as output:
        # A session of its own: Ctrl-C reaches us alone, and we stop both in order.
        process = subprocess.Popen(
            command, cwd=root, env={**os.environ, **environ}, stdout=output, stderr=output, start_new_session=True
        )
        try:
            _await(url, process, patience, log)
            yield process
        finally:
            _stop(process)


def refuse_taken_port(host: str, port: int, setting: str, cure: str) -> None:
    """Raise CannotStart if something listens on ``port`` already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CannotStart(f"{host}:{port} cannot be listened on ({error}): correct HOST") from error
            cure = f"PORT={port + 1} {cure}" if setting == "PORT" else cure
            raise CannotStart(
                f"Port {port} is in use by another program ({setting}): stop that program, or try {cure}"
            ) from error


def _await(url: str, process: Process, patience: float, log: Path) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CannotStart(f"{_last_lines(log)}\nIt stopped at once; the whole log is {log}")
        try:
            if requests.get(url, headers={"Accept": "application/json"}, timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise CannotStart(f"{url} did not answer within {patience:.0f} seconds; see {log}")


def _stop(process: Process) -> None:
    process.terminate()
    try:
        process.wait(_STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
