"""The call log's database: its tables, how it is opened, brought to its newest shape, and made to forget.

Of a caller it holds the call's pseudonym (ivr/pseudonym.py); and redacted words, of no call, where an operator wants
them. Times are UTC, to the minute: a telephone bill
knows the second, and nothing here is to be laid beside it; the hour alone would lose the order of a call's turns when
two processes write.
"""

import datetime
import secrets
import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError

_PATIENCE = 5  # seconds: to connect, and to wait for another process's lock
_MIGRATIONS = Path(__file__).parent / "migrations"
_ID_BITS = 62
_MIGRATION_LOCK = 0x1E3AF1E7  # any number, the same in every process
_migrating = threading.Lock()  # Alembic's context is one for the whole process
_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up by itself in an Integer only

metadata = MetaData()

turns = Table(
    "turns",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("call", String, nullable=False),
    Column("at", DateTime, nullable=False, index=True),
    Column("how", String, nullable=False),  # ivr.watching.How: a key, speech, silence ...
    Column("kind", String, nullable=False),  # ivr.reply.Kind
    Column("topic", String, nullable=False),
    Column("sureness", String, nullable=False),  # high, middle, low, none
    Column("milliseconds", Integer, nullable=False),  # how long the answer took, to the nearest 10
)
"""One row a turn, in the order in which they were taken."""

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", _Number, primary_key=True),
    Column("call", String, nullable=False),
    Column("at", DateTime, nullable=False, index=True),
    Column("outcome", String, nullable=False),  # dial, hang_up, text_..., transfer_<DialCallStatus>, call_<CallStatus>
    Column("seconds", Integer),  # the call's length to the nearest 10, where it is known
)
"""What became of a call: put through, how the transfer ended, how the call did."""

questions = Table(
    "questions",
    metadata,
    Column("id", _Number, primary_key=True, default=lambda: secrets.randbits(_ID_BITS)),  # tells no order
    Column("at", DateTime, nullable=False, index=True),  # the day alone
    Column("words", String, nullable=False),  # redacted: ivr/redaction.py
    Column("why", String, nullable=False),  # ivr.unanswered.Why
    Column("got", String, nullable=False),  # the topics that were answered or offered, with blanks between; may be none
    Column("heard", String, nullable=False),  # the topic that was heard before, or nothing
)
"""Questions that found no answer, where KEEP_UNANSWERED is set: of no call.

On a day of few calls one can still be laid beside a turn of the call log that found no answer.
"""


def connect(address: str) -> Engine:
    """Return what opens the database at ``address`` when it is needed; raise OSError if its folder cannot be made."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    patience = {"connect_timeout": _PATIENCE, "tcp_user_timeout": 1000 * _PATIENCE}
    url = url.set(drivername="postgresql+psycopg")
    return create_engine(url, connect_args=patience, pool_size=1, pool_pre_ping=True)


def migrate(engine: Engine) -> None:
    """Bring the database to its newest shape. Any number of processes may do so at once: the first does, the rest wait.

    Raises SQLAlchemyError, or Alembic's CommandError if the database is newer than this program.
    """
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with _migrating, engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def forget(engine: Engine, days: int) -> int:
    """Delete calls older than ``days``; return how many rows that were."""
    return sum(_delete_older(engine, table, days) for table in (turns, outcomes))


def forget_questions(engine: Engine, days: int) -> int:
    """Delete questions older than ``days``, or all where that is 0; return how many."""
    return _delete_older(engine, questions, days or -1)


def _delete_older(engine: Engine, table: Table, days: int) -> int:
    with engine.begin() as connection:
        return connection.execute(delete(table).where(table.c.at < now() - datetime.timedelta(days=days))).rowcount


def today() -> datetime.datetime:
    """Return this day in UTC, as the tables hold it."""
    return now().replace(hour=0, minute=0)


def now() -> datetime.datetime:
    """Return this minute in UTC, as the tables hold it."""
    return datetime.datetime.now(datetime.UTC).replace(second=0, microsecond=0, tzinfo=None)


def in_short(error: Exception) -> str:
    """Return the database's own words, without the statement: rows stay out of the log."""
    told = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return f"{type(error).__name__}: {told}".splitlines()[0]


def _sqlite(url: URL) -> Engine:
    if url.database:
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": _PATIENCE})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: DBAPIConnection, _: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin, so that changes of shape are part of them
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):  # what is forgotten is overwritten
        connection.cursor().execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', '')}")
