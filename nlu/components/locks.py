"""Locks in Redis, and forgotten."""

from __future__ import annotations

from rasa.core.lock import TicketLock
from rasa.core.lock_store import RedisLockStore
from rasa.utils.endpoints import EndpointConfig


class ForgetfulLockStore(RedisLockStore):
    """Rasa's own locks in Redis, with the expiry they lack: a Rasa killed in a turn leaves its CallSid for ever."""

    def __init__(self, endpoint_config: EndpointConfig, record_exp: int = 60) -> None:
        """Keep a lock for ``record_exp`` seconds after its last use, far longer than any turn."""
        settings = dict(endpoint_config.kwargs)
        self._expiry = int(settings.pop("record_exp", record_exp))
        super().__init__(host=endpoint_config.url, **settings)

    def save_lock(self, lock: TicketLock) -> None:
        """See LockStore.save_lock."""
        self.red.set(self.key_prefix + lock.conversation_id, lock.dumps(), ex=self._expiry)
