"""A statement as it was issued: a page to print, and a file. Neither ever changes."""

from __future__ import annotations

from litestar import Response, get

from booking.account import Account
from booking.billing_csv import STATEMENT_HEADINGS, statement_rows
from booking.csv_text import headings_in
from booking.testbed import Testbed
from web.access import SIGNED_IN, may
from web.api_statements import statement_for
from web.as_of import AsOf
from web.csv_text import csv_file
from web.forms import HttpRequest, query_of
from web.frame import page
from web.given import FromPath, Given


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
    found = await statement_for(testbed, account, statement_id, as_of, look="download statement")
    headings = headings_in(language, STATEMENT_HEADINGS)
    rows = statement_rows(found, language)
    return csv_file(f"{found.statement_id}.csv", headings, rows)


route_handlers = [statement, statement_file]
