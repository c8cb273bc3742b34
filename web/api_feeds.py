"""`/api/feeds`: an account's own calendar subscriptions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, delete, get, post
from msgspec import Meta

from booking.account import Account
from booking.answered import Within
from booking.feed_tokens import Feed, Feeds
from booking.testbed import Testbed
from projections import devices, usage
from web.access import SIGNED_IN, may, require_company
from web.entry_words import SECTORS
from web.forms import HttpRequest, body_of, query_of
from web.given import FromPath, Given
from web.lists import OwnPaged, Page, cut, newest_first
from web.problem import Problem, wrong
from web.session import credential_of
from web.writes import request_by

LONGEST_SCOPE = 100


class FeedBody(msgspec.Struct, frozen=True, kw_only=True):
    """`scope` is `device:ID`, `sector:NAME`, `company:ID`, `mine` or `maintenance`."""

    scope: Annotated[str, Meta(max_length=LONGEST_SCOPE)]
    detail: Literal["full", "busy"] = "full"
    language: Literal["ko", "en"] | None = None


class FeedShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A subscription as its owner sees it; its secret address only when it is made."""

    feed_id: str
    scope: str
    detail: str
    language: str
    created_at: datetime
    last_used_at: datetime | None
    last_user_agent: str
    url: str | None = None


@get("/api/feeds", opt=may(SIGNED_IN, query=OwnPaged, answer=Page[FeedShown]))
async def list_feeds(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Page[FeedShown]:
    """Newest first."""
    query = query_of(request, OwnPaged)
    found = await testbed.feeds.list(account.account_id)
    page, further = cut(found, query, lambda one: newest_first(one.created_at, one.feed_id))
    return Page(items=[_shown(feed) for feed in page], next=further)


@post("/api/feeds", status_code=201, opt=may(SIGNED_IN, body=FeedBody, answer=FeedShown))
async def issue_feed(
    request: HttpRequest, account: Given[Account], testbed: Given[Testbed]
) -> Response[Any]:
    """The answer, and a repeated one within a day, shows the address; nothing else ever does."""
    body = await body_of(request, FeedBody)
    shown = await subscribe(request, testbed, account, body)
    return Response(shown, status_code=201)


@delete("/api/feeds/{feed_id:str}", status_code=204, opt=may(SIGNED_IN))
async def revoke_feed(
    account: Given[Account], testbed: Given[Testbed], feed_id: FromPath[str]
) -> None:
    if not await testbed.feeds.revoke(feed_id, account.account_id):
        raise Problem("not-found")


async def subscribe(
    request: HttpRequest,
    testbed: Testbed,
    account: Account,
    body: FeedBody,
    key: str | None = None,
) -> FeedShown:
    """A new feed with its secret address, once for each idempotency key (`key` that of a form).

    Raises Problem (404) for another company's feed as for one of a company or device that does not
    exist, and IdentityError for a scope of no known form.
    """
    await _require_scope(testbed, account, body.scope)
    account_id, language = account.account_id, body.language or account.language

    async def make(within: Within, secret: str) -> bytes:
        feeds = Feeds(within)
        feed_id, _ = await feeds.issue(account_id, body.scope, body.detail, language, secret)
        made = {feed.feed_id: feed for feed in await feeds.list(account_id)}
        return msgspec.json.encode(_shown(made[feed_id]))

    answer, secret = await testbed.answered.once_with_secret(
        request_by(request, account_id, body, key), account_id, credential_of(request), make
    )
    name = body.scope.replace(":", "-")
    url = f"{testbed.settings.public_url}/calendar/{secret}/{name}.ics"
    return msgspec.structs.replace(msgspec.json.decode(answer, type=FeedShown), url=url)


async def _require_scope(testbed: Testbed, account: Account, scope: str) -> None:
    about, _, value = scope.partition(":")
    reader = testbed.database.app
    if about == "company":
        require_company(account, value)
        if await usage.company(reader, value) is None:
            raise Problem("not-found")
    elif about == "device" and await devices.get_device(reader, value) is None:
        raise Problem("not-found")
    elif about == "sector" and not await devices.device_ids(reader, sector=value):
        raise wrong("scope", "choice", ", ".join(f"sector:{name}" for name in SECTORS))


def _shown(feed: Feed) -> FeedShown:
    return FeedShown(
        feed_id=feed.feed_id,
        scope=feed.scope,
        detail=feed.detail,
        language=feed.language,
        created_at=feed.created_at,
        last_used_at=feed.last_used_at,
        last_user_agent=feed.last_user_agent,
    )


route_handlers = [list_feeds, issue_feed, revoke_feed]
