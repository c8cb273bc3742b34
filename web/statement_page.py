"""A statement as it was issued: a page to print, and a file. Neither ever changes."""

from __future__ import annotations

from litestar import Response, get

from booking.account import Account
from booking.testbed import Testbed
from web.access import SIGNED_IN, may
from web.api_statements import statement_for
from web.as_of import AsOf
from web.csv_text import csv_file, hours, wall_clock
from web.entry_words import text
from web.forms import HttpRequest, query_of
from web.frame import page
from web.given import FromPath, Given
from web.language import in_language

HEADINGS = (
    text("Line"),
    text("Reservation"),
    text("Device"),
    text("Name"),
    text("From"),
    text("To"),
    text("Hours of use"),
    text("KRW an hour"),
    text("Fee (KRW)"),
    text("Usage type"),
    text("Waived"),
)


@get("/statements/{statement_id:str}", opt=may(SIGNED_IN))
async def statement(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    statement_id: FromPath[str],
    as_of: Given[int | None],
) -> Response[str]:
    query_of(request, AsOf)
    found = await statement_for(testbed, account, statement_id, as_of)
    return await page(request, "statement.html", as_of=as_of, statement=found)


@get("/statements/{statement_id:str}/file.csv", opt=may(SIGNED_IN))
async def statement_file(  # noqa: PLR0917
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    language: Given[str],
    statement_id: FromPath[str],
    as_of: Given[int | None],
) -> Response[bytes]:
    """The lines of a statement, in the reader's language."""
    query_of(request, AsOf)
    words = in_language(language)
    found = await statement_for(testbed, account, statement_id, as_of)
    rows = [
        (
            *(
                line.kind,
                line.reservation_id,
                line.device_id,
                line.device_name.in_language(language),
            ),
            *(wall_clock(line.used.start), wall_clock(line.used.end)),
            *(hours(line.minutes), line.krw_per_hour, line.fee),
            *(line.usage_type, int(line.waived)),
        )
        for line in found.lines
    ]
    headings = [words.text(heading) for heading in HEADINGS]
    return csv_file(f"{found.statement_id}.csv", headings, rows)


route_handlers = [statement, statement_file]
