"""Letters: what was, is and will be mailed of the notices, one for each notice and person.

Notices become letters in the order of their positions, in the transaction that notes how far that
has come: so each becomes a letter once, whatever dies meanwhile, and no rebuilding of a view makes
another. A letter waits until the mail server has taken it, and is noted as sent only then; who
dies in between sends it again, under the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

import asyncpg
import msgspec

from booking.account import Account
from booking.recipients import addressee_of
from projections.notices import Notice

_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Reader: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.Pool[asyncpg.Record]"

FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=5)
"""Of trying again (RFC 5321, 4.5.4.1); then staff read that it was not delivered."""
MOST_LISTED = 200

Ending = Literal["sent", "refused", "dropped"]
"""`refused` by the mail server for good; `dropped` where nobody is to be mailed any more."""

State: TypeAlias = Literal["waiting"] | Ending


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A notice (by position and number) to one person. `code` is the last refusal's, if any."""

    position: int
    number: int
    account_id: str
    tries: int
    code: int | None
    addressed_at: datetime
    changed_at: datetime


class Followed(Letter, frozen=True, kw_only=True):
    """A letter with what became of it up to now."""

    state: State


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """How many letters wait for the mail server, and since when the first of them does."""

    count: int
    since: datetime | None


async def begin(connection: _Connection, head: int) -> int:
    """Through which position notices are letters already; from the head on at the first time."""
    await connection.execute(_BEGIN, head)
    position: int = await connection.fetchval("SELECT position FROM mail.progress")
    return position


async def address(
    connection: _Connection, notices: Sequence[Notice], people: Sequence[Account], through: int
) -> int:
    """Make notices into letters to whom they concern today, and note that this was done.

    Answers how many letters there are now to send.
    """
    rows = [
        (notice.position, notice.number, person.account_id)
        for notice in notices
        for person in people
        if concerns(notice, person)
    ]
    async with connection.transaction():
        await connection.executemany(_ADDRESS, rows)
        await connection.execute("UPDATE mail.progress SET position = $1", through)
    return len(rows)


async def due(connection: _Connection, upto: int, most: int) -> list[Letter]:
    """Letters to be sent now, oldest first, of notices up to a position."""
    return [_letter(row) for row in await connection.fetch(_DUE, upto, most)]


async def finish(connection: _Connection, letter: Letter, how: Ending, code: int | None) -> None:
    """Nothing more is done about a letter."""
    await connection.execute(_FINISH, *_key(letter), how, code)


async def delay(connection: _Connection, letter: Letter, code: int) -> None:
    """Try again later, the longer the oftener that failed; after five days never."""
    wait = min(FIRST_WAIT * 2 ** min(letter.tries, 16), LONGEST_WAIT)
    await connection.execute(_DELAY, *_key(letter), code, wait, GIVE_UP_AFTER)


async def undelivered(reader: Reader) -> list[Letter]:
    """Letters that were refused for good, newest first."""
    return [_letter(row) for row in await reader.fetch(_REFUSED, MOST_LISTED)]


async def waiting(reader: Reader) -> Waiting:
    row = await reader.fetchrow(_WAITING)
    return Waiting(count=row["count"], since=row["since"]) if row else Waiting(count=0, since=None)


async def unsent(reader: Reader, account_id: str | None, most: int) -> list[Followed]:
    """Letters that wait or were refused, to somebody or to everybody, newest first."""
    rows = await reader.fetch(_UNSENT, account_id, most)
    return [_followed(row) for row in rows]


async def of_notices(reader: Reader, places: Iterable[tuple[int, int]]) -> list[Followed]:
    """The letters that notices became, by their positions and numbers."""
    positions, numbers = [], []
    for position, number in places:
        positions.append(position)
        numbers.append(number)
    return [_followed(row) for row in await reader.fetch(_OF_NOTICES, positions, numbers)]


async def try_again(reader: Reader) -> int:
    """Have all refused letters sent once more; answers how many those are."""
    return len(await reader.fetch(_AGAIN))


def concerns(notice: Notice, account: Account) -> bool:
    """Whether somebody is to be mailed a notice: today's rights and choice, an account in use."""
    in_use = account.disabled_at is None and account.erased_at is None
    return in_use and account.mailed and bool(account.email) and addressee_of(account).hears(notice)


def _key(letter: Letter) -> tuple[int, int, str]:
    return letter.position, letter.number, letter.account_id


def _letter(row: asyncpg.Record) -> Letter:
    return Letter(**{name: row[name] for name in Letter.__struct_fields__})


def _followed(row: asyncpg.Record) -> Followed:
    return Followed(**{name: row[name] for name in Followed.__struct_fields__})


_COLUMNS = ", ".join(Letter.__struct_fields__)
_BEGIN = "INSERT INTO mail.progress (position) VALUES ($1) ON CONFLICT DO NOTHING"
_ADDRESS = """
    INSERT INTO mail.letters (position, number, account_id) VALUES ($1, $2, $3)
    ON CONFLICT DO NOTHING
"""
_DUE = f"""
    SELECT {_COLUMNS} FROM mail.letters
    WHERE state = 'waiting' AND next_at <= clock_timestamp() AND position <= $1
    ORDER BY position, number, account_id LIMIT $2
"""
_FINISH = """
    UPDATE mail.letters SET state = $4, code = $5, changed_at = clock_timestamp()
    WHERE position = $1 AND number = $2 AND account_id = $3 AND state = 'waiting'
"""
_DELAY = """
    UPDATE mail.letters SET tries = tries + 1, code = $4, changed_at = clock_timestamp(),
        next_at = clock_timestamp() + $5::interval,
        state = CASE WHEN addressed_at + $6::interval < clock_timestamp()
            THEN 'refused' ELSE 'waiting' END
    WHERE position = $1 AND number = $2 AND account_id = $3 AND state = 'waiting'
"""
_REFUSED = f"""
    SELECT {_COLUMNS} FROM mail.letters WHERE state = 'refused'
    ORDER BY changed_at DESC, position DESC LIMIT $1
"""
_UNSENT = f"""
    SELECT {_COLUMNS}, state FROM mail.letters
    WHERE state IN ('waiting', 'refused') AND ($1::text IS NULL OR account_id = $1)
    ORDER BY position DESC, number DESC, account_id LIMIT $2
"""
_OF_NOTICES = f"""
    SELECT {_COLUMNS}, state FROM mail.letters
    WHERE (position, number) IN (SELECT * FROM unnest($1::bigint[], $2::integer[]))
    ORDER BY position, number, account_id
"""
_WAITING = """
    SELECT count(*) AS count, min(addressed_at) AS since FROM mail.letters WHERE state = 'waiting'
"""
_AGAIN = """
    UPDATE mail.letters SET state = 'waiting', tries = 0, addressed_at = clock_timestamp(),
        next_at = clock_timestamp(), changed_at = clock_timestamp()
    WHERE state = 'refused' RETURNING position
"""
