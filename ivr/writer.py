"""Writes rows to the database beside the calls: one thread, a bounded queue, and never a caller's time."""

import atexit
import logging
import threading
import time
from collections.abc import Iterator
from itertools import groupby
from queue import Empty, Full, Queue

from sqlalchemy import Engine, Table, insert
from sqlalchemy.exc import DataError, IntegrityError

from ivr.database import connect, forget, forget_questions, in_short, migrate
from ivr.setting_faults import MOST_QUESTION_DAYS

_MOST_WAITING = 10_000  # rows, about 4 MB: the turns of an hour with a hundred callers at once
_BATCH = 500  # rows in one transaction
_BATCH_PAUSE = 0.5  # seconds between two looks at the queue
_RETRY_PAUSE = 5  # seconds, where the database is away
_COMPLAINT_PAUSE = 60
_STOP_PATIENCE = 3  # seconds: gunicorn grants 5
_DAY = 24 * 60 * 60

_log = logging.getLogger(__name__)
Row = tuple[Table, dict[str, object]]


class Writer:
    """Keeps rows in the database at ``address`` for ``days``, and drops and counts what it cannot keep.

    Questions are kept for ``question_days``; 0 deletes them all.
    """

    def __init__(
        self, address: str, days: int, question_days: int = MOST_QUESTION_DAYS, most_waiting: int = _MOST_WAITING
    ) -> None:
        """Begin at once, in a thread of its own: a database that is away delays nothing."""
        self._address = address
        self._days = days
        self._question_days = question_days
        self._waiting: Queue[Row] = Queue(most_waiting)
        self._batch: list[Row] = []
        self._engine: Engine | None = None
        self._forgets_at = 0.0
        self._fault = ""
        self._dropped = self._dropped_before = 0
        self._complained_at = -float(_COMPLAINT_PAUSE)
        self._counting = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="call log", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def put(self, table: Table, **values: object) -> None:
        """Let a row be written soon; return at once."""
        try:
            self._waiting.put_nowait((table, values))
        except Full:
            with self._counting:
                self._dropped += 1

    def close(self) -> None:
        """Write what waits, within seconds, and end; what could not be written is counted in the log."""
        atexit.unregister(self.close)
        self._stopping.set()
        self._thread.join(_STOP_PATIENCE)
        left = len(self._batch) + self._waiting.qsize()
        if left:
            _log.error("the call log lost its last %d rows: %s", left, self._fault or "the database was too slow")

    def warnings(self) -> Iterator[str]:
        """Yield what an operator must know."""
        if self._fault:
            yield (
                f"The call log cannot be written ({self._fault}); {self._dropped} rows are lost so far. Calls go on. "
                "Check the database and DATABASE_URL."
            )

    def _run(self) -> None:
        is_working = True
        while not self._stopping.wait(_BATCH_PAUSE if is_working else _RETRY_PAUSE):
            is_working = self._try_to_work()
        self._try_to_work()
        self._let_go()

    def _try_to_work(self) -> bool:
        try:
            self._flush(self._ready())
        except Exception as error:  # whatever it is, the thread must live on
            self._fault = in_short(error)
            self._let_go()  # its shape is looked at anew, should somebody have put another in its place
            self._complain()
            return False
        if self._fault:
            _log.warning("the call log is written again; %d rows were lost so far", self._dropped)
            self._fault = ""
        elif self._dropped > self._dropped_before:
            self._complain()
        return True

    def _ready(self) -> Engine:
        """Return the database in its newest shape, without what is too old."""
        if not self._engine:
            self._engine = connect(self._address)
            migrate(self._engine)
        if time.monotonic() >= self._forgets_at:
            forget(self._engine, self._days)
            forget_questions(self._engine, self._question_days)
            self._forgets_at = time.monotonic() + _DAY
        return self._engine

    def _let_go(self) -> None:
        if self._engine:
            self._engine.dispose()
        self._engine = None

    def _flush(self, engine: Engine) -> None:
        while self._batch or self._take():
            try:
                with engine.begin() as connection:
                    for table, rows in groupby(self._batch, key=lambda row: row[0]):
                        connection.execute(insert(table), [values for _, values in rows])
            except (DataError, IntegrityError):  # never to be written, however often it is tried
                with self._counting:
                    self._dropped += len(self._batch)
            self._batch = []

    def _take(self) -> bool:
        """Take the next rows from the queue; tell whether there were any."""
        try:
            while len(self._batch) < _BATCH:
                self._batch.append(self._waiting.get_nowait())
        except Empty:
            pass
        return bool(self._batch)

    def _complain(self) -> None:
        if time.monotonic() - self._complained_at < _COMPLAINT_PAUSE:
            return
        self._complained_at = time.monotonic()
        self._dropped_before = self._dropped
        reason = self._fault or "the database is too slow, or refused them"
        _log.error("the call log cannot be written (%s); %d rows were lost so far", reason, self._dropped)
