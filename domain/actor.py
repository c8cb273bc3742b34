"""Who gives a command: an opaque account with a role, never a name."""

from __future__ import annotations

import msgspec

SYSTEM_ACCOUNT = "system"
"""The account of what nobody in particular orders: loading fixtures, deadlines."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """The account that gives a command. `company_id` is None for the laboratory's people."""

    account_id: str
    role: str = "staff"
    company_id: str | None = None

    @property
    def of_company(self) -> bool:
        return self.company_id is not None


SYSTEM = Actor(account_id=SYSTEM_ACCOUNT, role="administrator")
