"""The pages for people: every HTML handler, and how a problem looks to a browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, quote

from litestar import Response, get
from litestar.response import Redirect

from web import (
    billing_page,
    book,
    bundle_page,
    calendars_page,
    company_steps,
    demand_page,
    device_page,
    devices_page,
    mine,
    notices_page,
    rates_page,
    reservation_page,
    reservation_steps,
    series_page,
    sign_in_page,
    staff_page,
    staff_upkeep,
    statement_page,
    static_files,
    timeline,
    together_page,
    upkeep_page,
    usage_page,
    wait_page,
)
from web.access import ANYONE, may
from web.as_of import AsOf
from web.forms import HttpRequest, query_of
from web.frame import go_to, page_at_once
from web.given import Given
from web.looking_back import looking_back
from web.problem import Problem
from web.sign_in_page import way_to_sign_in


@get("/", opt=may(ANYONE))
async def home(request: HttpRequest, as_of: Given[int | None]) -> Redirect:
    asked = query_of(request, AsOf).as_of
    return go_to("/timeline" if as_of is None or not asked else f"/timeline?as_of={quote(asked)}")


def render_problem(
    request: HttpRequest, problem: Problem, body: dict[str, Any]
) -> Response[Any] | None:
    """A problem as a page; whoever has to sign in first is led there and back."""
    if request.scope["path"].startswith("/calendar/"):
        return None  # calendar programs, whatever they accept
    sign_in = way_to_sign_in(request) if problem.name == "not-signed-in" else None
    if sign_in is not None and request.method in {"GET", "HEAD"}:
        return go_to(sign_in)
    shown = {"errors": [], "violations": [], **body}
    answer = page_at_once(
        request,
        "problem.html",
        status=problem.status,
        headers=problem.headers,
        problem=shown,
        sign_in=sign_in,
    )
    # What was asked may be the very thing that cannot be read, so nothing is expected of it.
    asked = dict(parse_qsl(request.scope["query_string"].decode("latin-1"))).get("as_of")
    if problem.name == "not-found" and asked:
        answer.content = looking_back(answer.content, asked)
    return answer


route_handlers = [
    home,
    *timeline.route_handlers,
    *devices_page.route_handlers,
    *device_page.route_handlers,
    *rates_page.route_handlers,
    *book.route_handlers,
    *reservation_page.route_handlers,
    *reservation_steps.route_handlers,
    *series_page.route_handlers,
    *bundle_page.route_handlers,
    *together_page.route_handlers,
    *mine.route_handlers,
    *wait_page.route_handlers,
    *notices_page.route_handlers,
    *staff_page.route_handlers,
    *staff_upkeep.route_handlers,
    *upkeep_page.route_handlers,
    *company_steps.route_handlers,
    *usage_page.route_handlers,
    *billing_page.route_handlers,
    *statement_page.route_handlers,
    *demand_page.route_handlers,
    *calendars_page.route_handlers,
    *sign_in_page.route_handlers,
    *static_files.route_handlers,
]
