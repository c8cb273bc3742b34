"""Everything of one process, put together: pools, ledger, views, people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from booking.access_log import AccessLog
from booking.answered import Answered
from booking.api_tokens import ApiTokens
from booking.app import Booking
from booking.config import Settings
from booking.database import Database, connect
from booking.feed_tokens import Feeds
from booking.identity import Accounts
from booking.ledger import Ledger
from booking.read_marks import ReadMarks
from booking.seal import Seals
from booking.sessions import Sessions
from booking.sign_in import SignIn
from projections.projector import Projector


@dataclass(frozen=True)
class Testbed:
    """What commands, pages and tasks of one process work with."""

    __test__ = False  # pytest takes classes that begin with Test for its own

    settings: Settings
    database: Database
    ledger: Ledger
    booking: Booking
    projector: Projector
    accounts: Accounts
    sessions: Sessions
    sign_in: SignIn
    api_tokens: ApiTokens
    feeds: Feeds
    answered: Answered
    seals: Seals
    access_log: AccessLog
    read_marks: ReadMarks


@asynccontextmanager
async def open_testbed(url: str, settings: Settings) -> AsyncIterator[Testbed]:
    """Connects to a migrated database, makes missing views, and closes everything at the end."""
    database = await connect(
        url, app_size=settings.app_connections, views_size=settings.views_connections
    )
    ledger = Ledger(database.app)
    try:
        projector = Projector(database.views)
        await projector.install()
        yield Testbed(
            settings=settings,
            database=database,
            ledger=ledger,
            booking=Booking(ledger, database.app),
            projector=projector,
            accounts=Accounts(database.app),
            sessions=Sessions(database.app),
            sign_in=SignIn(database.app),
            api_tokens=ApiTokens(database.app),
            feeds=Feeds(database.app),
            answered=Answered(database.app),
            seals=Seals(database.app),
            access_log=AccessLog(database.app),
            read_marks=ReadMarks(database.app),
        )
    finally:
        await ledger.close()
        await database.close()
