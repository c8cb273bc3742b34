"""Who hears a notice: an account, or the people that a group consists of today."""

from __future__ import annotations

from booking.account import Account
from projections.notices import Addressee
from projections.notices_fold import STAFF, managers_of


def addressee_of(account: Account) -> Addressee:
    """An account with its groups, as of today; notices of a company that it left stay there."""
    groups: tuple[str, ...] = ()
    if account.is_lab:
        groups = (STAFF,)
    elif account.role == "manager" and account.company_id is not None:
        groups = (managers_of(account.company_id),)
    company_id = None if account.sees_everything else account.company_id
    return Addressee(account_id=account.account_id, groups=groups, company_id=company_id)
