"""The page of notices (알림): what the reader should hear, newest first, and what is new of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect
from msgspec import Meta

from booking import letters
from booking.account import Account
from booking.mail_choice import choose_mail
from booking.testbed import Testbed
from domain.period import Period
from web.access import LAB, SIGNED_IN, may
from web.api_mail import MailState, mail_state
from web.api_notices import Position, mark_read, notices_page
from web.as_of import AsOf
from web.forms import HttpRequest, form_of, query_of
from web.frame import go_to, page
from web.given import Given
from web.lists import CursorText, Paged
from web.notices_shown import NoticeShown
from web.step_bodies import NoBody

SHOWN_AT_ONCE = 30
LATE = timedelta(minutes=10)
"""Mail that waits longer than this waits for a server that is down."""


class NoticesQuery(AsOf, frozen=True, kw_only=True):
    """`after` is where the next page goes on."""

    after: CursorText | None = None


class ReadForm(msgspec.Struct, frozen=True, kw_only=True):
    """The newest notice that the page showed: what came since stays new."""

    through: Annotated[Position, Meta(le=2**53)]


class MailForm(msgspec.Struct, frozen=True, kw_only=True):
    """Whether notices are to come by e-mail too."""

    mailed: Literal["yes", "no"]


@get("/notices", opt=may(SIGNED_IN))
async def notices(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    as_of: Given[int | None],
) -> Response[str]:
    asked = query_of(request, NoticesQuery)
    query = Paged(limit=SHOWN_AT_ONCE, after=asked.after)
    shown = await notices_page(testbed, account, language, query, as_of)
    return await page(
        request,
        "notices.html",
        as_of=as_of,
        shown=shown,
        period_of=_period_of,
        newest=max((one.position for one in shown.items), default=0),
        any_unread=any(one.unread for one in shown.items),
        mail=await _mail(testbed, account, language) if as_of is None else None,
        mailed=account.mailed,
        email=account.email,
        sends_mail=testbed.settings.smtp_url is not None,
    )


@post("/notices/read", opt=may(SIGNED_IN))
async def read(request: HttpRequest, account: Given[Account], testbed: Given[Testbed]) -> Redirect:
    form = await form_of(request, ReadForm)
    await mark_read(testbed, account, form.through)
    return go_to("/notices")


@post("/notices/mail", opt=may(SIGNED_IN))
async def choose(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Redirect:
    """Turn one's mail on or off. Twice is as good as once."""
    form = await form_of(request, MailForm)
    mailed = form.mailed == "yes"
    await choose_mail(testbed.database.app, account.account_id, mailed=mailed)
    return go_to("/notices#mail")


@post("/notices/undelivered", opt=may(LAB))
async def send_again(request: HttpRequest, testbed: Given[Testbed]) -> Redirect:
    await form_of(request, NoBody)
    await letters.try_again(testbed.database.app)
    return go_to("/notices#undelivered")


async def _mail(testbed: Testbed, account: Account, language: str) -> MailState | None:
    """What staff should know of the mail: what failed, and a server that has long been behind."""
    if not account.is_lab:
        return None
    state = await mail_state(testbed, account, language)
    late = state.since is not None and datetime.now(UTC) - state.since > LATE
    if not state.items and not late:
        return None
    return state if late else msgspec.structs.replace(state, waiting=0, since=None)


def _period_of(notice: NoticeShown) -> Period | None:
    if notice.start is None or notice.end is None:
        return None
    return Period(notice.start, notice.end)


route_handlers = [notices, read, choose, send_again]
