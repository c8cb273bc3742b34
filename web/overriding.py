"""Rules that the laboratory sets aside for one booking, as requests name them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from booking.account import Account
from booking.testbed import Testbed
from domain.overriding import OVERRIDABLE, Override
from web.forms import Line, RequiredProse, read
from web.problem import Problem

RULES_FIELD, REASON_FIELD = "override_rules", "override_reason"


class OverrideBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules that must not refuse this one booking, and why.

    Of notice, horizon, opening_hours, minimum, maximum, quota and, for moving a booking within the
    notice of its cancellation, change_notice; the laboratory only.
    """

    rules: Annotated[list[Line], Meta(min_length=1, max_length=len(OVERRIDABLE))]
    reason: RequiredProse


async def override_of(
    testbed: Testbed, account: Account, body: OverrideBody | None
) -> Override | None:
    """The override with its reason sealed; raises Problem (403) for a company's people."""
    if body is None:
        return None
    if not account.is_lab:
        raise Problem("forbidden")
    reason = await testbed.seals.seal(account.account_id, body.reason)
    return Override(rules=tuple(dict.fromkeys(body.rules)), reason=reason)


class _Carrier(msgspec.Struct, frozen=True):
    override: OverrideBody | None = None


def override_in(fields: dict[str, Any]) -> OverrideBody | None:
    """Takes the override out of a form's fields; raises Invalid."""
    given = {name: fields.pop(name) for name in (RULES_FIELD, REASON_FIELD) if name in fields}
    return read(_Carrier, nested(given), strict=False).override


def nested(fields: dict[str, Any]) -> dict[str, Any]:
    """A form's flat fields with the override as the API takes it; without rules there is none."""
    rules = fields.get(RULES_FIELD)
    rest = {name: one for name, one in fields.items() if name not in {RULES_FIELD, REASON_FIELD}}
    if not rules:
        return rest
    named = [rules] if isinstance(rules, str) else rules
    return {**rest, "override": {"rules": named, "reason": fields.get(REASON_FIELD, "")}}
