"""What may be kept for so long only is deleted once a day, by whichever process decides deadlines.

When that was last done is not noted anywhere: deleting again after a restart finds nothing to do.
"""

from __future__ import annotations

import logging

import asyncpg

from booking.access_log import AccessLog

DAY_SECONDS = 24 * 60 * 60.0
AGAIN_SECONDS = 60 * 60.0
"""How soon a deletion that failed is tried again; deadlines go on meanwhile."""

_log = logging.getLogger(__name__)


class Retention:
    """One process's daily look at what is too old: who looked at personal data, for two years."""

    def __init__(self, access_log: AccessLog) -> None:
        self._access_log = access_log
        self._due = 0.0

    async def look(self, now: float) -> int:
        """Delete what is too old if a day has passed; answers how many entries that were.

        `now` is in seconds of a clock that only goes forward. The first look always deletes.
        """
        if now < self._due:
            return 0
        self._due = now + AGAIN_SECONDS
        try:
            deleted = await self._access_log.prune()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            _log.exception("the access log could not be pruned; it is tried again in an hour")
            return 0
        self._due = now + DAY_SECONDS
        if deleted:
            _log.info("access log: %d entries of more than two years ago deleted", deleted)
        return deleted
