"""`/api/notices`: what the signed-in person should hear (알림), and how much of it was read."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get, post
from msgspec import Meta

from booking.account import Account
from booking.answered import Within
from booking.read_marks import ReadMarks
from booking.recipients import addressee_of
from booking.testbed import Testbed
from projections import notices
from web.access import SIGNED_IN, may
from web.as_of import WAIT_SECONDS, position_of
from web.forms import HttpRequest, body_of, query_of
from web.given import Given
from web.lists import Page, Paged, cursor, read_cursor
from web.notices_shown import NoticeShown, count_unread, notices_in_full
from web.problem import wrong
from web.writes import request_by

Position = Annotated[int, Meta(ge=0)]


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a list goes on: position and number of the last notice of the page before."""

    position: Annotated[int, Meta(ge=0, le=2**62)]
    number: Annotated[int, Meta(ge=0, le=2**30)]


class ReadBody(msgspec.Struct, frozen=True, kw_only=True):
    """Everything through this position was read; without it, everything that there is."""

    through: Position | None = None


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """How many notices are new, counted to a hundred."""

    unread: int


@get("/api/notices", opt=may(SIGNED_IN, query=Paged, answer=Page[NoticeShown]))
async def list_notices(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed], language: Given[str]
) -> Page[NoticeShown]:
    """Newest first; notices to the laboratory or to a company's managers are among them."""
    query = query_of(request, Paged)
    as_of = await position_of(testbed, query.as_of)
    return await notices_page(testbed, account, language, query, as_of)


@post("/api/notices/read", status_code=200, opt=may(SIGNED_IN, body=ReadBody, answer=Unread))
async def read_notices(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Unread:
    """Marks as read; what was read stays read."""
    body = await body_of(request, ReadBody)
    through = await position_read(testbed, body.through)
    account_id = account.account_id

    async def mark(within: Within) -> bytes:
        await ReadMarks(within).read(account_id, through)
        return b""

    # What came after the first request stays unread, whenever its repetition comes.
    await testbed.answered.once(request_by(request, account_id, body), account_id, mark)
    return Unread(unread=await count_unread(testbed, account))


async def notices_page(
    testbed: Testbed, account: Account, language: str, query: Paged, as_of: int | None
) -> Page[NoticeShown]:
    """A page of what an account should hear, with everything that is in the ledger by now."""
    place = read_cursor(query.after, Place)
    upto = (await testbed.ledger.head()).position if as_of is None else as_of
    await testbed.projector.wait_for(("notices",), upto, WAIT_SECONDS)
    found = await notices.list_notices(
        testbed.database.app,
        addressee_of(account),
        limit=query.limit + 1,
        after=None if place is None else (place.position, place.number),
        as_of=as_of,
    )
    read = await testbed.read_marks.position(account.account_id)
    page = found[: query.limit]
    return Page(
        items=await notices_in_full(testbed, language, page, read),
        next=cursor(page[-1].cursor) if len(found) > query.limit else None,
    )


async def mark_read(testbed: Testbed, account: Account, through: int | None) -> None:
    """Raises Invalid for a position that the ledger has not reached."""
    await testbed.read_marks.read(account.account_id, await position_read(testbed, through))


async def position_read(testbed: Testbed, through: int | None) -> int:
    """The position itself, without one the newest; raises Invalid as `mark_read`."""
    head = (await testbed.ledger.head()).position
    if through is not None and through > head:
        raise wrong("through", "position", head)
    return head if through is None else through


route_handlers = [list_notices, read_notices]
