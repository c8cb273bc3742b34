"""Buttons of the laboratory about a company."""

from __future__ import annotations

from typing import Any

from litestar import Response, post

from booking.account import Account
from booking.testbed import Testbed
from domain.companies import ReinstateCompany
from web.access import LAB, may
from web.book import key_of
from web.forms import HttpRequest, form_fields, require_id
from web.frame import go_to
from web.given import FromPath, Given
from web.step_bodies import NoBody
from web.writes import give


@post("/companies/{company_id:str}/reinstate", opt=may(LAB))
async def reinstate(
    request: HttpRequest,
    account: Given[Account],
    testbed: Given[Testbed],
    company_id: FromPath[str],
) -> Response[Any]:
    fields = await form_fields(request)
    command = ReinstateCompany(by=account.actor, company_id=require_id(company_id))
    await give(request, testbed, command, NoBody(), key=key_of(fields))
    return go_to("/staff?done=reinstated")


route_handlers = [reinstate]
