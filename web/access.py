"""Who may do what. Every handler names its rule, and without a rule nobody gets in.

    @post("/api/devices/{device_id:str}/outages", opt=may(LAB))

The rule stands in the handler's `opt`, is enforced by one guard for the whole application before
any of the request is read, and a test walks all routes for one without. What depends on the thing
itself (whose reservation it is) is decided where the thing is known, by the functions below.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.handlers import BaseRouteHandler

from booking.account import Account
from web.problem import Problem
from web.reader import Connection, method_of
from web.session import recognise, require_own_page


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Which roles pass. `anonymous` lets in visitors too; with `blind` nobody is even looked up."""

    roles: frozenset[str] = frozenset()
    anonymous: bool = False
    blind: bool = False


COMPANY_ROLES = frozenset({"member", "manager"})
LAB_ROLES = frozenset({"staff", "administrator"})

PUBLIC = Rule(anonymous=True, blind=True)
"""Liveness, files, calendar feeds (whose address is the secret): no account is involved."""
ANYONE = Rule(anonymous=True)
"""Visitors as well, and who is signed in is known: the sign-in page."""
SIGNED_IN = Rule(roles=COMPANY_ROLES | LAB_ROLES | {"auditor"})
BOOKERS = Rule(roles=COMPANY_ROLES | LAB_ROLES)
"""All who may change anything; auditors only read."""
LAB = Rule(roles=LAB_ROLES)
SEES_EVERYTHING = Rule(roles=LAB_ROLES | {"auditor"})


def may(rule: Rule, **documented: Any) -> dict[str, Any]:
    """A handler's `opt`: its rule and, for the API's description, the structs that it reads."""
    return {"may": rule, **documented}


async def require_access(connection: Connection, handler: BaseRouteHandler) -> None:
    """The guard of the whole application. It leaves the account in `connection.user`.

    Raises Problem: 401 for visitors, 403 for the wrong role or a forged request.
    """
    rule: Rule | None = handler.opt.get("may")
    if method_of(connection) == "OPTIONS" or (rule is not None and rule.blind):
        return
    account = await recognise(connection)
    if rule is None or (account is not None and not rule.anonymous and _foreign(rule, account)):
        raise Problem("forbidden")
    if account is None and not rule.anonymous:
        raise Problem("not-signed-in", headers={"WWW-Authenticate": "Bearer"})
    await require_own_page(connection)


def may_see_company(account: Account, company_id: str | None) -> bool:
    """Its own people see a company's affairs in full; so do the laboratory's people."""
    return account.sees_everything or account.company_id == company_id


def require_company(account: Account, company_id: str) -> None:
    """Refuses a stranger's company just as one that does not exist."""
    if not may_see_company(account, company_id):
        raise Problem("not-found")


def may_change(account: Account, company_id: str, holder_id: str) -> bool:
    """Who may change a reservation: its holder, managers of its company, the laboratory."""
    if account.is_lab:
        return True
    if account.company_id != company_id:
        return False
    return account.role == "manager" or account.account_id == holder_id


def _foreign(rule: Rule, account: Account) -> bool:
    return account.role not in rule.roles
