"""The log as JSON, one object a line and one line a turn, where LOG_FORMAT asks for it.

A terminal's log stays as it is: warnings and faults in plain words, and no line a turn. JSON lines hold the fields
named here and no others, so that nothing a library adds to a record is ever written.
"""

import datetime
import json
import logging
import os
import sys
from collections.abc import Mapping

from ivr.watching import CallEnded, TurnTaken, Watcher

_log = logging.getLogger(__name__)
_OURS = ("call", "how", "kind", "topic", "then", "outcome", "text", "status", "sureness", "readings", "seconds")


class JsonLine(logging.Formatter):
    """Writes a record as one JSON object: time (UTC), level, logger, message, what ``extra`` has of ours, trace."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for ``record``."""
        line: dict[str, object] = {
            "time": datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name in _OURS if (value := record.__dict__.get(name, "")) not in ("", None)}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line)


class TurnLog:
    """A watcher that writes one line a turn and one a call's end, by the call's pseudonym."""

    def turn(self, taken: TurnTaken) -> None:
        """See Watcher.turn."""
        _log.info("turn", extra={**vars(taken), "seconds": round(taken.seconds, 4)})

    def ended(self, ended: CallEnded) -> None:
        """See Watcher.ended."""
        _log.info("call ended", extra=vars(ended))


def wanted_log(environ: Mapping[str, str] = os.environ) -> list[Watcher]:
    """Make this process log as LOG_FORMAT says; return the watcher it takes, if any."""
    if environ.get("LOG_FORMAT", "").strip().lower() != "json":
        return []
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(JsonLine())
    root = logging.getLogger()
    root.handlers = [*(handler for handler in root.handlers if not isinstance(handler.formatter, JsonLine)), lines]
    _log.setLevel(logging.INFO)
    return [TurnLog()]
