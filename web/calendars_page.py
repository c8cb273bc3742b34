"""Calendar subscriptions: make an address, see which program last used it, revoke it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import segno
from litestar import Response, get, post
from litestar.response import Redirect
from markupsafe import Markup

from booking.account import Account
from booking.testbed import Testbed
from projections import devices, usage
from web.access import SIGNED_IN, may
from web.api_feeds import FeedBody, subscribe
from web.book import key_of
from web.done import Seen, done_words
from web.entry_words import SECTORS, sector_word
from web.forms import HttpRequest, form_fields, form_of, query_of
from web.frame import go_to, page
from web.given import FromPath, Given
from web.language import Language, in_language
from web.problem import Problem
from web.reader import language_of

QR_SCALE = 4


@get("/calendars", opt=may(SIGNED_IN))
async def calendars(request: HttpRequest, language: Given[str]) -> Response[str]:
    asked = query_of(request, Seen)
    return await _page(request, done=done_words(asked.done, in_language(language)))


@post("/calendars", opt=may(SIGNED_IN))
async def make_calendar(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Response[str]:
    """The secret address is in this answer and nowhere else."""
    fields, body = await form_fields(request), await form_of(request, FeedBody)
    made = await subscribe(request, testbed, account, body, key_of(fields))
    return await _page(request, status=201, made=_ways(made.url or ""))


@post("/calendars/{feed_id:str}/revoke", opt=may(SIGNED_IN))
async def revoke_calendar(
    account: Given[Account], testbed: Given[Testbed], feed_id: FromPath[str]
) -> Redirect:
    if not await testbed.feeds.revoke(feed_id, account.account_id):
        raise Problem("not-found")
    return go_to("/calendars?done=revoked")


async def _page(
    request: HttpRequest,
    *,
    status: int = 200,
    done: str | None = None,
    made: dict[str, Any] | None = None,
) -> Response[str]:
    account: Account = request.user
    testbed: Testbed = request.app.state.testbed
    language = in_language(language_of(request))
    scopes = await _scopes(testbed, account, language)
    names = dict(scopes)
    feeds = [
        (feed, names.get(feed.scope, feed.scope))
        for feed in await testbed.feeds.list(account.account_id)
    ]
    return await page(
        request,
        "calendars.html",
        status=status,
        feeds=feeds,
        scopes=scopes,
        made=made,
        done=done,
    )


async def _scopes(testbed: Testbed, account: Account, language: Language) -> list[tuple[str, str]]:
    """What this account may subscribe to, with the words for it."""
    reader, say = testbed.database.app, language.text
    companies = await usage.companies(reader)
    own = [one for one in companies if account.sees_everything or _is_own(account, one)]
    found = await devices.list_devices(reader, limit=1_000)
    return [
        ("mine", say("My device bookings")),
        *(
            (
                f"company:{one.company_id}",
                say("Bookings of %(name)s", name=one.name.in_language(language.code)),
            )
            for one in own
        ),
        ("maintenance", say("Maintenance, calibration and breakdowns")),
        *(
            (f"sector:{name}", say("%(sector)s devices", sector=sector_word(name, language)))
            for name in SECTORS
        ),
        *(
            (
                f"device:{one.device_id}",
                f"{one.device_id} {one.name.in_language(language.code)}",
            )
            for one in found
        ),
    ]


def _is_own(account: Account, company: usage.Company) -> bool:
    return company.company_id == account.company_id


def _ways(url: str) -> dict[str, Any]:
    """The ways into calendar programs. Google reads `webcal` addresses as its `cid`."""
    webcal = "webcal://" + url.partition("://")[2]
    code = segno.make(webcal, error="m")
    # Drawn from the address that we made; SVG, since pages load no pictures from elsewhere.
    drawing = Markup(code.svg_inline(scale=QR_SCALE, omitsize=False, dark="#000", light="#fff"))  # noqa: S704
    return {
        "url": url,
        "webcal": webcal,
        "google": f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        "outlook": f"https://outlook.live.com/calendar/0/addfromweb?url={quote(url, safe='')}",
        "qr": drawing,
    }


route_handlers = [calendars, make_calendar, revoke_calendar]
