"""Mails notices to the people whom they concern: a task in every web process, one at a time.

A round brings the views up to date, makes new notices into letters (`booking.letters`), and hands
what is due to the mail server. A server that is down delays everybody's letters and costs none of
them a try; a letter that is not taken waits by itself and lets the others pass.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from typing import TypeAlias

import asyncpg

from booking import letters
from booking.account import Account
from booking.database import connect_alone
from booking.letters import Letter
from booking.smtp import BAD_MAILBOX, NotTaken, Post, ServerDown, connected
from booking.smtp_url import SmtpServer
from booking.testbed import Testbed
from projections import notices
from projections.notices import Notice
from projections.position import positions_of
from projections.views import VIEWS

POLL_SECONDS = 3.0
"""How late a mail may be while everything is up."""
LONGEST_PAUSE_SECONDS = 300.0
"""Between two attempts at a server that is down."""
CLOSE_SECONDS = 2.0
END_SECONDS = 5.0
"""That the mail at hand gets when the process is to end."""
NOTICES_AT_ONCE = 200
LETTERS_AT_ONCE = 50
BREAKS_IN_A_ROW = 3
"""Connections that break at so many letters, one after the other, are the server's fault."""
READ_VIEWS = ("notices", "calendar", "devices", "usage")
"""What letters are written from; none is written before all of them are there."""
TOLD_TOGETHER = frozenset({"request"})
"""Kinds of which one letter names all that came at once. What changes somebody's own booking is
told one by one, since a calendar part is about one entry."""
# Any number will do that nothing else locks: "mailer" in ASCII.
ONE_AT_A_TIME = int.from_bytes(b"mailer")

Compose = Callable[[Notice, Account], Awaitable[EmailMessage]]
"""Writes a mail for a person; raises BadAddress."""

_log = logging.getLogger(__name__)
_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class BadAddress(Exception):  # noqa: N818 - an answer
    """No mail can be written to this address, which is not one of RFC 5322."""


class Mailer:
    """One process's candidate for sending mail, on a connection of its own."""

    def __init__(self, testbed: Testbed, url: str, server: SmtpServer, compose: Compose) -> None:
        self._testbed = testbed
        self._url = url
        self._server = server
        self._sender = testbed.settings.mail_sender[1]
        self._compose = compose
        self._down = 0
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Mails whenever no other process does, until `stop` is set and the mail at hand is out.

        One that takes too long is broken off, and goes again with the next start.
        """
        self._stop = stop
        working = asyncio.create_task(self._work(stop))
        await stop.wait()
        await asyncio.wait([working], timeout=END_SECONDS)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)

    async def round(self, connection: _Connection) -> int:
        """Address what is new and send what is due; answers how many letters were seen to."""
        reached = await self._reached()
        await self._address(connection, reached)
        found = await letters.due(connection, reached, LETTERS_AT_ONCE)
        if not found:
            return 0
        try:
            await self._send_all(connection, found)
        except ServerDown as down:
            if not self._down:
                _log.warning("the mail server takes nothing at present: %s", down)
            self._down += 1
            return 0
        self._down = 0
        return len(found)

    async def _work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._run_connected(stop)
            except Exception:  # noqa: BLE001 - the background outlives every fault
                # What waits goes on waiting, and the next round, here or elsewhere, may do better.
                _log.exception("mail could not be seen to; trying again")
                await _pause(stop, POLL_SECONDS)

    async def _run_connected(self, stop: asyncio.Event) -> None:
        connection = await connect_alone(self._url)
        try:
            # The lock is the session's: it goes with the connection, whatever ends that. Letters
            # are noted over the same connection, so whoever lost the lock notes nothing either.
            while not stop.is_set():
                if await connection.fetchval("SELECT pg_try_advisory_lock($1)", ONE_AT_A_TIME):
                    break
                await _pause(stop, POLL_SECONDS)
            while not stop.is_set():
                if await self.round(connection) < LETTERS_AT_ONCE:
                    wait = POLL_SECONDS * 2 ** min(self._down, 10)
                    await _pause(stop, min(wait, LONGEST_PAUSE_SECONDS))
        finally:
            await connection.close(timeout=CLOSE_SECONDS)

    async def _reached(self) -> int:
        """The position that all views which letters are written from have reached."""
        await self._testbed.projector.catch_up(*READ_VIEWS)
        found = await positions_of(self._testbed.database.app, VIEWS)
        return min(found[name].position for name in READ_VIEWS)

    async def _address(self, connection: _Connection, reached: int) -> None:
        position = await letters.begin(connection, (await self._testbed.ledger.head()).position)
        while position < reached:
            new = await notices.after_position(connection, position, reached, NOTICES_AT_ONCE)
            # A full page may end in the midst of an event's notices: those come with the next.
            full = len(new) == NOTICES_AT_ONCE
            position = new[-1].position - 1 if full else reached
            new = [one for one in new if one.position <= position]
            new = [one for one in new if await self._leads(connection, one)]
            people = await self._testbed.accounts.list() if new else ()
            await letters.address(connection, new, people, position)

    async def _leads(self, connection: _Connection, notice: Notice) -> bool:
        """Whether a notice gets a letter: a series asked for at once is one, of its first."""
        if notice.kind not in TOLD_TOGETHER:
            return True
        first = (await notices.told_together(connection, notice))[0]
        return first.cursor == notice.cursor

    async def _send_all(self, connection: _Connection, found: list[Letter]) -> None:
        """Raises ServerDown; what was sent before that is noted."""
        rest, broken = list(found), 0
        while rest and not self._stop.is_set():
            async with connected(self._server, self._sender) as post:
                while rest and not self._stop.is_set():
                    letter = rest.pop(0)
                    try:
                        await self._see_to(connection, post, letter)
                        broken = 0
                    except NotTaken as refusal:
                        await _note(connection, letter, refusal)
                        if refusal.disconnected:
                            broken += 1
                            break
            if broken == BREAKS_IN_A_ROW:
                raise ServerDown(0, "connections break")

    async def _see_to(self, connection: _Connection, post: Post, letter: Letter) -> None:
        """Send a letter and note that; one that nobody is to be mailed any more is dropped."""
        notice = await notices.notice_at(connection, letter.position, letter.number)
        account = await self._testbed.accounts.by_id(letter.account_id)
        if notice is None or account is None or not letters.concerns(notice, account):
            await letters.finish(connection, letter, "dropped", None)
            return
        try:
            message = await self._compose(notice, account)
        except BadAddress:
            raise NotTaken(BAD_MAILBOX, permanent=True) from None
        except Exception:  # noqa: BLE001 - whatever it was, it is this one mail's
            # A mail that cannot be written must not keep back the others.
            _log.exception("a notice could not be written: %s", notice.kind)
            raise NotTaken(0, permanent=False) from None
        await post.send(message, account.email)
        await letters.finish(connection, letter, "sent", None)


async def _note(connection: _Connection, letter: Letter, refusal: NotTaken) -> None:
    if refusal.permanent:
        _log.warning("a mail was refused for good: %s", refusal.code)
        await letters.finish(connection, letter, "refused", refusal.code)
    else:
        await letters.delay(connection, letter, refusal.code)


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
