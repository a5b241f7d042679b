"""The Helpline as callers hear of it: its number, whether it is open, and who else to call."""

import datetime
from collections.abc import Callable, Mapping, Sequence

from ivr.content import Content
from ivr.hours import UK, Closure, Hours, Opening

Clock = Callable[[], datetime.datetime]


class Helpline:
    """Fills the placeholders of prompts that depend on the time and on the operator's settings."""

    def __init__(
        self, content: Content, openings: Sequence[Opening], number: str, nation: str = "", clock: Clock | None = None
    ) -> None:
        """Speak ``number``; ``nation`` is a key of nations: in phone.yml, or empty when unknown."""
        self._words = content.hours
        self._leaflet = content.phone.leaflet
        self._nation: Mapping[str, str] = content.phone.nations[nation or "unknown"]
        self._number = number
        closures = [Closure(period.start, period.end) for period in content.hours.closures]
        self._hours = Hours(openings, closures, nation, content.hours.bank_holidays)
        self._clock = clock or (lambda: datetime.datetime.now(datetime.UTC))

    @property
    def clock(self) -> Clock:
        """Return what tells the time."""
        return self._clock

    @property
    def is_closed(self) -> bool:
        """Tell whether the Helpline is known to be closed now."""
        return self._hours.status(self._clock()) == "closed"

    def notices(self) -> list[str]:
        """Return what is to be announced at this moment."""
        now = self._clock().astimezone(UK).replace(tzinfo=None)
        return [notice.say for notice in self._words.notices if notice.start <= now < notice.end]

    def fillings(self) -> dict[str, str]:
        """Return what each placeholder of a prompt means at this moment."""
        now = self._clock()
        fixed = {
            "number": self._number,
            "reviewed": self._leaflet.reviewed,
            "review_due": str(self._leaflet.review_due),
            "opens": self._hours.opens(now),
            "hours": self._hours.spoken(),
            **self._nation,
        }
        about = {"open": self._words.open_now, "closed": self._words.closed_now, "unknown": self._words.unknown}
        return {**fixed, "opening": about[self._hours.status(now)].format(**fixed)}
