"""Whether a ledger that was loaded is whole: everything is computed from its bodies once more."""

from __future__ import annotations

import asyncpg

from booking.backup_manifest import BackupError, LedgerHead
from booking.tree_hash import TreeHash

LEAVES_AT_ONCE = 20_000


async def check_ledger(connection: asyncpg.Connection, head: LedgerHead) -> None:
    """Raises BackupError, with the first thing that is wrong, unless the ledger is what it was.

    Positions are dense, every leaf is the hash of its body, the tree over all leaves has the root
    of the backup, every column says what the body says, appends are whole, and there are as many
    tags as there were.
    """
    count = await connection.fetchval("SELECT count(*) FROM ledger.events")
    if count != head.position:
        raise BackupError(f"{count} events were loaded where the backup counts {head.position}.")
    for query, what in ((_GAP, "is missing"), (_WRONG, "is not what its body and its leaf say")):
        position = await connection.fetchval(query)
        if position is not None:
            raise BackupError(f"the event at position {position} {what}: nothing was restored.")
    if await _root(connection, head.position) != head.root:
        raise BackupError("the leaves do not add up to the backup's root: nothing was restored.")
    tags = await connection.fetchval("SELECT count(*) FROM ledger.event_tags")
    if tags != head.tags:
        raise BackupError(f"the events carry {tags} tags where the backup counts {head.tags}.")
    last = await connection.fetchval(_TIME_OF_LAST, head.position)
    if last != head.recorded_at:
        raise BackupError("the newest event is not as old as the backup says.")


async def _root(connection: asyncpg.Connection, position: int) -> str:
    tree = TreeHash()
    for after in range(0, position, LEAVES_AT_ONCE):
        for row in await connection.fetch(_LEAVES, after, after + LEAVES_AT_ONCE):
            tree.add(row["leaf"])
    return tree.root().hex()


_GAP = """
    SELECT n.place FROM (
        SELECT position, row_number() OVER (ORDER BY position) AS place FROM ledger.events
    ) AS n WHERE n.position <> n.place ORDER BY n.place LIMIT 1
"""

# An append begins with the event that has the request's digest, and goes on until the next.
_WRONG = r"""
    SELECT position FROM (
        SELECT e.position, e.first, e.type, e.recorded_at, e.digest,
               e.leaf = sha256('\x00'::bytea || e.body) AS is_leaf,
               convert_from(e.body, 'UTF8')::json AS body,
               lag(e.first) OVER (ORDER BY e.position) AS first_before
        FROM ledger.events AS e
    ) AS e
    WHERE NOT is_leaf
       OR (body ->> 'position')::bigint <> position
       OR (body ->> 'recorded_at')::timestamptz <> recorded_at
       OR body ->> 'type' IS DISTINCT FROM type
       OR (digest IS NOT NULL AND body ->> 'digest' <> digest)
       OR first <> CASE WHEN digest IS NOT NULL THEN position ELSE first_before END
    ORDER BY position LIMIT 1
"""

_TIME_OF_LAST = "SELECT recorded_at FROM ledger.events WHERE position = $1"

_LEAVES = """
    SELECT leaf FROM ledger.events WHERE position > $1 AND position <= $2 ORDER BY position
"""
