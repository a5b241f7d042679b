"""Conversations kept in memory, and forgotten."""

from __future__ import annotations

from typing import Any, Dict, Optional, Text

from cachetools import TTLCache
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain


class ForgetfulTrackerStore(InMemoryTrackerStore):
    """Rasa's own store in memory, with two bounds it lacks: it would keep every call until it is restarted.

    A call is forgotten ``record_exp`` seconds after its last turn, as in Rasa's Redis store, and the
    one silent for longest when there are more than ``most`` at once. Nothing breaks when one is forgotten:
    the phone sends what Rasa needs with every turn.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: Optional[EventBroker] = None,
        host: Optional[Text] = None,
        record_exp: int = 3600,
        most: int = 2000,
        **kwargs: Dict[Text, Any],
    ) -> None:
        """Keep ``most`` conversations, each for ``record_exp`` seconds; ``host`` means nothing here."""
        super().__init__(domain, event_broker, **kwargs)
        self.store = TTLCache(maxsize=most, ttl=record_exp)
