"""Calendar feeds at secret addresses: `/calendar/{token}/{name}.ics`.

Programs poll these for years, so what is promised is narrow: the same state gives the same bytes
and the same ETag, a fault is never an empty calendar (Thunderbird would clear its own), a revoked
address answers 410 and an unknown one 404.
"""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote, urlsplit

from litestar import Response, get

from booking.feed_tokens import Feed
from booking.testbed import Testbed
from domain import events as e
from domain.stored import decode_body
from projections.position import positions_of
from projections.views import VIEWS
from web.access import PUBLIC, may
from web.as_of import WAIT_SECONDS
from web.feed_scope import Contents, contents_of, shows_companies, window_around
from web.feed_text import Writer, etag_of, feed_bytes
from web.forms import HttpRequest
from web.given import FromPath, Given
from web.language import in_language
from web.problem import Problem

SETTLED = timedelta(seconds=5)
"""HTTP's dates are whole seconds, and a view may lag: what is newer is not called unchanged yet."""
WORTH_PACKING = 1_000
READ_VIEWS = ("devices", "calendar", "usage")


@get("/calendar/{token:str}/{name:str}", opt=may(PUBLIC), name="feed")
async def feed_at(
    request: HttpRequest,
    testbed: Given[Testbed],
    token: FromPath[str],
    name: FromPath[str],
    as_of: Given[int | None],
) -> Response[bytes]:
    if not name.endswith(".ics"):
        raise Problem("not-found")
    feed = await testbed.feeds.find(token)
    if feed is None:
        raise Problem("not-found")
    if feed.revoked_at is not None:
        raise Problem("gone")
    moment = datetime.now(UTC)
    window = window_around(moment)
    epoch = await _epoch(testbed)
    contents = await contents_of(testbed, feed, window, as_of)
    if contents is None:
        raise Problem("not-found")
    writer = await _writer(testbed, feed, token, contents)
    body = feed_bytes(contents.heading, contents.items, writer)
    tag = etag_of(body, epoch)
    # Entries leave the window, devices are renamed and texts erased without an event of an entry.
    changed_at = moment if as_of is not None else await testbed.feeds.served(feed.feed_id, tag)
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": _disposition(contents.heading.name),
        "ETag": tag,
        "Last-Modified": format_datetime(_settled(changed_at, moment), usegmt=True),
        "Vary": "Accept-Encoding",
        "X-Robots-Tag": "noindex",
    }
    await testbed.feeds.touch(feed.feed_id, request.headers.get("user-agent", ""))
    if shows_companies(feed):
        # A look of a program is that of whoever gave it the address.
        await testbed.access_log.record_daily(feed.account.account_id, "read feed", feed.scope)
    return _answer(request, body, headers)


def _answer(request: HttpRequest, body: bytes, headers: dict[str, str]) -> Response[bytes]:
    if len(body) >= WORTH_PACKING and _wants_gzip(request.headers.get("accept-encoding", "")):
        # Another representation, so another strong tag (RFC 9110, 8.8.3.3); no time in its header.
        body = gzip.compress(body, mtime=0)
        headers |= {"Content-Encoding": "gzip", "ETag": headers["ETag"][:-1] + '-gzip"'}
    if _has_it(request, headers):
        headers.pop("Content-Encoding", None)
        return Response(content=b"", status_code=304, headers=headers)
    headers["Content-Length"] = str(len(body))
    return Response(content=body, media_type="text/calendar", headers=headers)


def _has_it(request: HttpRequest, headers: dict[str, str]) -> bool:
    """Whether the reader has these bytes already. If-None-Match wins (RFC 9110, 13.2.2)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        given = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return "*" in given or headers["ETag"] in given
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    try:
        known = parsedate_to_datetime(since)
    except (ValueError, OverflowError):
        return False
    if known.tzinfo is None:
        known = known.replace(tzinfo=UTC)
    return parsedate_to_datetime(headers["Last-Modified"]) <= known


def _settled(changed_at: datetime, moment: datetime) -> datetime:
    return min(changed_at, moment - SETTLED).astimezone(UTC).replace(microsecond=0)


async def _epoch(testbed: Testbed) -> str:
    """The calendar's epoch, once the views are complete.

    Views that are still being filled would make a feed with holes: that is 503, so that programs
    keep what they have. A view that an event stopped was complete before, and is served.
    """
    head = await testbed.ledger.head()
    reached = await testbed.projector.wait_for(READ_VIEWS, head.position, WAIT_SECONDS)
    # Not over the projector's own connections, which may all be waiting for whoever holds it up.
    views = await positions_of(testbed.database.app, VIEWS)
    if not reached and any(views[name].stopped_at is None for name in READ_VIEWS):
        raise Problem("unreachable", headers={"Retry-After": "60"})
    return views["calendar"].epoch


async def _writer(testbed: Testbed, feed: Feed, token: str, contents: Contents) -> Writer:
    return Writer(
        language=in_language(feed.language),
        origin=await origin_of(testbed),
        site=testbed.settings.public_url,
        secret=token,
        names_device=contents.names_device,
        buffers=contents.buffers,
    )


async def origin_of(testbed: Testbed) -> str:
    """The host in the ledger's origin, which stays the same wherever the service moves."""
    opened = await testbed.ledger.stored(types=["LedgerOpened"], tags=["ledger"], limit=1)
    event = decode_body(opened[0].body).event if opened else None
    origin = event.origin if isinstance(event, e.LedgerOpened) else testbed.settings.public_url
    return urlsplit(origin if "//" in origin else f"//{origin}").hostname or "testbed"


def _disposition(name: str) -> str:
    """`inline` with an ASCII name and the real one (RFC 6266; RFC 8187)."""
    ascii_name = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-") or "calendar"
    return f"inline; filename=\"{ascii_name}.ics\"; filename*=UTF-8''{quote(name, safe='')}.ics"


def _wants_gzip(accepted: str) -> bool:
    """What is said of gzip itself holds, and else what is said of all codings."""
    said: dict[str, bool] = {}
    for part in accepted.lower().split(","):
        coding, _, parameters = part.partition(";")
        refused = re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", parameters)
        said[coding.strip()] = refused is None
    return said.get("gzip", said.get("*", False))


route_handlers = [feed_at]
