"""The pages for people: every HTML handler, and how a problem looks to a browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

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
    mine,
    notices_page,
    rates_page,
    reservation_page,
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
from web.forms import HttpRequest
from web.frame import go_to, page_at_once
from web.problem import Problem


@get("/", opt=may(ANYONE))
async def home() -> Redirect:
    return go_to("/timeline")


def render_problem(
    request: HttpRequest, problem: Problem, body: dict[str, Any]
) -> Response[Any] | None:
    """A problem as a page; whoever has to sign in first is led there and back."""
    if request.scope["path"].startswith("/calendar/"):
        return None  # calendar programs, whatever they accept
    if problem.name == "not-signed-in" and request.method in {"GET", "HEAD"}:
        query = request.scope["query_string"].decode("latin-1")
        wanted = request.scope["path"] + (f"?{query}" if query else "")
        return go_to("/sign-in" if wanted == "/" else f"/sign-in?to={quote(wanted, safe='/')}")
    shown = {"errors": [], "violations": [], **body}
    return page_at_once(
        request, "problem.html", status=problem.status, headers=problem.headers, problem=shown
    )


route_handlers = [
    home,
    *timeline.route_handlers,
    *device_page.route_handlers,
    *rates_page.route_handlers,
    *book.route_handlers,
    *reservation_page.route_handlers,
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
