"""A series or a bundle on one page: what became of each, and moving or cancelling some or all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from booking.account import Account
from booking.testbed import Testbed
from domain.decisions import Command
from domain.period import Period
from domain.rejected import Rejected
from domain.together_changes import RescheduleTogether
from projections.calendar import Entry
from projections.devices import Device, list_devices
from web.access import BOOKERS, SIGNED_IN, may, may_change
from web.book import Fields, key_of
from web.done import Seen, done_words
from web.form_errors import words_by_field
from web.forms import HttpRequest, Id, form_fields, form_of, query_of
from web.frame import go_to, page, present
from web.given import FromPath, Given
from web.language import in_language
from web.problem import Invalid, Problem
from web.reader import language_of
from web.step_bodies import RescheduleBody
from web.steps import STEPS, given
from web.together_changed import require_together
from web.together_kept import Kind, members_kept
from web.together_refused import Other, times_to_move_to, to_choose
from web.together_shown import MemberShown, members_refused
from web.when import When, fields_of, hours_of
from web.writes import give

AHEAD = ("requested", "confirmed")
Scope = Literal["one", "later", "all"]


class TogetherQuery(Seen, frozen=True, kw_only=True):
    """`from` is the reservation that the form moves; without it, the next one."""

    from_: Id | None = msgspec.field(name="from", default=None)


class MoveForm(When, frozen=True, kw_only=True):
    """The new time of `from`; the others of the scope move as far on the clock of Asia/Seoul."""

    from_: Id = msgspec.field(name="from")
    scope: Scope = "one"


class Trouble(NamedTuple):
    """Why nothing moved, and what was typed."""

    status: int
    fields: Fields
    refusals: Sequence[str] = ()
    errors: Mapping[str, str] = {}
    members: Sequence[MemberShown] = ()
    others: Sequence[Other] = ()


def _showing(path: str, kind: Kind) -> HTTPRouteHandler:
    async def together(
        request: HttpRequest, together_id: FromPath[str], as_of: Given[int | None]
    ) -> Response[str]:
        asked = query_of(request, TogetherQuery)
        return await _page(request, kind, together_id, asked.from_, done=asked.done, as_of=as_of)

    return get(f"{path}/{{together_id:str}}", opt=may(SIGNED_IN))(together)


def _moving(path: str, kind: Kind) -> HTTPRouteHandler:
    async def move(
        request: HttpRequest,
        account: Given[Account],
        testbed: Given[Testbed],
        language: Given[str],
        together_id: FromPath[str],
    ) -> Response[Any]:
        fields = await form_fields(request)
        first = fields["from"] if isinstance(fields.get("from"), str) else None
        try:
            form = await form_of(request, MoveForm)
            command = await _command(testbed, account, kind, together_id, form)
            await give(request, testbed, command, form, key=key_of(fields))
        except Invalid as invalid:
            errors = words_by_field(invalid, language)
            trouble = Trouble(422, fields, errors=errors)
        except Rejected as rejected:
            said = dict.fromkeys(one.message(language) for one in rejected.violations)
            members = members_refused(rejected, language)
            status = 409 if rejected.is_conflict else 422
            others: Sequence[Other] = ()
            if rejected.is_conflict and isinstance(command, RescheduleTogether):
                others = to_choose(fields, await times_to_move_to(testbed, command, rejected))
            trouble = Trouble(status, fields, list(said), members=members, others=others)
        else:
            return go_to(f"{path}/{together_id}?done=moved-together")
        return await _page(request, kind, together_id, str(first), trouble=trouble)

    return post(f"{path}/{{together_id:str}}/move", opt=may(BOOKERS))(move)


async def _command(
    testbed: Testbed, account: Account, kind: Kind, together_id: str, form: MoveForm
) -> Command:
    """The move of one or of several; raises Problem (403, 404) and Invalid."""
    period = form.period
    if form.scope == "one":
        start = await given(testbed, account, form.from_, BOOKERS)
        if getattr(start.made.require_made(), f"{kind}_id") != together_id:
            raise Problem("not-found")
        body = RescheduleBody(start=period.start, end=period.end)
        return await STEPS["reschedule"].build(start, body)
    tag = await require_together(testbed, account, kind, together_id, form.scope, form.from_)
    return RescheduleTogether(
        by=account.actor, together=tag, scope=form.scope, reservation_id=form.from_, period=period
    )


async def _page(
    request: HttpRequest,
    kind: Kind,
    together_id: str,
    first: str | None,
    *,
    done: str | None = None,
    trouble: Trouble | None = None,
    as_of: int | None = None,
) -> Response[str]:
    account: Account = request.user
    testbed: Testbed = request.app.state.testbed
    entries = await members_kept(testbed, account, kind, together_id, as_of=as_of)
    now = await present(testbed, as_of)
    ahead = [one for one in entries if one.status in AHEAD and one.period.end > now]
    chosen = next((one for one in ahead if one.entry_id == first), ahead[0] if ahead else None)
    known = {one.device_id: one for one in await list_devices(testbed.database.app, limit=10_000)}
    return await page(
        request,
        "together_kept.html",
        status=trouble.status if trouble is not None else 200,
        as_of=as_of,
        done=done_words(done, in_language(language_of(request))),
        is_series=kind == "series",
        together_id=together_id,
        entries=entries,
        ahead={one.entry_id for one in ahead},
        chosen=chosen,
        changes=as_of is None and chosen is not None and _may_change(account, chosen),
        devices=known,
        asking=[one.device_id for one in known.values() if one.terms.approval_required],
        trouble=trouble,
        refused=[(Period(one.start, one.end), one) for one in trouble.members] if trouble else [],
        fields=_fields(chosen, trouble),
        hours=_hours(chosen, known),
    )


def _may_change(account: Account, entry: Entry) -> bool:
    holder, company_id = entry.account_id or "", entry.company_id or ""
    return account.role != "auditor" and may_change(account, company_id, holder)


def _fields(chosen: Entry | None, trouble: Trouble | None) -> Fields:
    before = fields_of(chosen.period) if chosen is not None else {}
    return {**before, **(trouble.fields if trouble is not None else {})}


def _hours(chosen: Entry | None, known: Mapping[str, Device]) -> list[str]:
    device = known.get(chosen.device_id) if chosen is not None else None
    return hours_of(device.terms.slot_minutes if device is not None else 30)


route_handlers = [
    _showing("/series", "series"),
    _showing("/bundles", "group"),
    _moving("/series", "series"),
    _moving("/bundles", "group"),
]
