"""What an account is, and how it is read from a row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from domain.actor import Actor


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person's account. `company_id` is None for the laboratory's own people.

    `role` is member, manager, staff, auditor or administrator; `language` is ko or en.
    `mailed` says whether notices come by e-mail too. An erased account keeps its id, role and
    company, and has empty personal fields.
    """

    account_id: str
    email: str
    name_ko: str
    name_en: str
    phone: str
    role: str
    company_id: str | None
    language: str
    demonstration: bool
    created_at: datetime
    mailed: bool = True
    disabled_at: datetime | None = None
    erased_at: datetime | None = None

    @property
    def is_lab(self) -> bool:
        """May act for the laboratory: staff and administrators."""
        return self.role in {"staff", "administrator"}

    @property
    def sees_everything(self) -> bool:
        """May read every company's data: the laboratory's people and auditors."""
        return self.role in {"staff", "auditor", "administrator"}

    @property
    def actor(self) -> Actor:
        return Actor(account_id=self.account_id, role=self.role, company_id=self.company_id)

    def name(self, language: str) -> str:
        """The name for a reader of `ko` or `en`, in the other language where there is only that."""
        if self.erased_at is not None:
            return "erased account" if language == "en" else "삭제된 계정"
        if language == "en":
            return self.name_en or self.name_ko
        return self.name_ko or self.name_en

    def __repr__(self) -> str:
        """Tracebacks and logs print accounts, and must not print people."""
        return f"Account(account_id={self.account_id!r}, role={self.role!r})"


ACCOUNT_COLUMNS = ", ".join(f"a.{field} AS account_{field}" for field in Account.__struct_fields__)
"""The columns that `account_from` reads, of `identity.accounts AS a`, also inside a join."""


def account_from(row: Any) -> Account:
    values = {field: row[f"account_{field}"] for field in Account.__struct_fields__}
    return Account(**values | {"email": values["email"] or ""})
