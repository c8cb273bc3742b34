"""People and their accounts: the only place that holds names, e-mail and phone numbers.

The ledger knows people by opaque account ids; whoever renders a name asks here, so that erasing
an account erases the person everywhere (Korea's PIPA, article 21). Names are always today's, also
in a view of the past.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg

from booking import account_fields as fields
from booking.account import ACCOUNT_COLUMNS, Account, account_from
from booking.bearer import opaque_id
from booking.erasure import Erasure, erase_person
from booking.identity_error import IdentityError
from booking.passwords import hash_password, require_good_password

__all__ = ["Account", "Accounts"]


class Accounts:
    """The accounts of one database."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def add(
        self,
        email: str,
        name_ko: str,
        role: str,
        company_id: str | None = None,
        password: str | None = None,
        *,
        name_en: str = "",
        phone: str = "",
        language: str = "ko",
        demonstration: bool = False,
        account_id: str | None = None,
    ) -> Account:
        """Add an account; without a password, it can use API tokens and feeds only.

        `account_id` is for loaders whose event named the account first. Raises IdentityError,
        also (`email_taken`, `account_taken`) when there is such an account already.
        """
        email = fields.require_email(email)
        names = fields.require_name(name_ko, name_en)
        phone = fields.require_phone(phone)
        fields.require_role(role, company_id)
        fields.require_language(language)
        hashed = None
        if password is not None:
            require_good_password(password, email, allow_demonstration=demonstration)
            hashed = await hash_password(password)
        values = (account_id or opaque_id("a"), email, *names, phone, role, company_id, language)
        try:
            row = await self._pool.fetchrow(_ADD, *values, hashed, demonstration)
        except asyncpg.UniqueViolationError as taken:
            same_email = taken.constraint_name == "accounts_email_key"
            raise IdentityError("email_taken" if same_email else "account_taken") from None
        return account_from(row)

    async def by_id(self, account_id: str) -> Account | None:
        return (await self.many([account_id])).get(account_id)

    async def by_email(self, email: str) -> Account | None:
        """The account with this e-mail, in whatever case and form it was typed."""
        sought = fields.normal_email(email)
        if not fields.storable(sought):
            return None
        row = await self._pool.fetchrow(f"{_SELECT} WHERE a.email = $1", sought)
        return None if row is None else account_from(row)

    async def many(self, account_ids: Iterable[str]) -> dict[str, Account]:
        """The accounts with these ids, for rendering names; unknown ids are left out."""
        sought = [account_id for account_id in set(account_ids) if fields.storable(account_id)]
        rows = await self._pool.fetch(f"{_SELECT} WHERE a.account_id = ANY($1::text[])", sought)
        return {account.account_id: account for account in map(account_from, rows)}

    async def list(self, company_id: str | None = None) -> Sequence[Account]:
        """All accounts that are not erased, or those of one company, oldest first."""
        rows = await self._pool.fetch(
            f"{_SELECT} WHERE a.erased_at IS NULL AND ($1::text IS NULL OR a.company_id = $1)"
            " ORDER BY a.created_at, a.account_id",
            company_id,
        )
        return [account_from(row) for row in rows]

    async def set_profile(
        self,
        account_id: str,
        name_ko: str,
        name_en: str = "",
        phone: str = "",
        language: str = "ko",
    ) -> Account:
        """What people may change about themselves. Raises IdentityError."""
        names = fields.require_name(name_ko, name_en)
        values = (*names, fields.require_phone(phone), fields.require_language(language))
        return await self._change(_SET_PROFILE, account_id, *values)

    async def set_role(self, account_id: str, role: str, company_id: str | None) -> Account:
        """Grant another role; sessions and feeds of the old one end with it."""
        fields.require_role(role, company_id)
        return await self._change(_SET_ROLE, account_id, role, company_id)

    async def set_password(
        self, account_id: str, password: str, *, keep_session_id: str | None = None
    ) -> None:
        """Set a good password and end all sessions but the one that asked for it."""
        account = await self.by_id(account_id)
        if account is None or account.disabled_at is not None:
            raise IdentityError("account_unknown")
        require_good_password(password, account.email, allow_demonstration=account.demonstration)
        hashed = await hash_password(password)
        await self._change(_SET_PASSWORD, account_id, hashed, keep_session_id)

    async def disable(self, account_id: str) -> Account:
        """Shut an account out at once: sessions closed, API tokens and feeds revoked."""
        return await self._change(_DISABLE, account_id)

    async def erase(self, account_id: str) -> Erasure:
        """Remove the person from the account for ever; twice is as good as once.

        Call `Seals.forget` too, so that this process opens nothing more with the erased key.
        Raises IdentityError when there is no such account.
        """
        return await erase_person(self._pool, account_id)

    async def _change(self, statement: str, account_id: str, *values: Any) -> Account:
        if not fields.storable(account_id):
            raise IdentityError("account_unknown")
        row = await self._pool.fetchrow(statement, account_id, *values)
        if row is None:
            raise IdentityError("account_unknown")
        return account_from(row)


_SELECT = f"SELECT {ACCOUNT_COLUMNS} FROM identity.accounts a"

_ADD = f"""
    INSERT INTO identity.accounts AS a (account_id, email, name_ko, name_en, phone, role,
        company_id, language, password_hash, demonstration)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING {ACCOUNT_COLUMNS}
"""

_SET_PROFILE = f"""
    UPDATE identity.accounts a SET name_ko = $2, name_en = $3, phone = $4, language = $5
    WHERE a.account_id = $1 AND a.erased_at IS NULL RETURNING {ACCOUNT_COLUMNS}
"""

# Each of these is one statement, so what an account loses with a change goes with it or not at all.
_SET_ROLE = f"""
    WITH closed AS (DELETE FROM identity.sessions WHERE account_id = $1),
        revoked AS (UPDATE identity.feeds SET revoked_at = clock_timestamp()
            WHERE account_id = $1 AND revoked_at IS NULL)
    UPDATE identity.accounts a SET role = $2, company_id = $3
    WHERE a.account_id = $1 AND a.erased_at IS NULL RETURNING {ACCOUNT_COLUMNS}
"""

_SET_PASSWORD = f"""
    WITH closed AS (DELETE FROM identity.sessions
        WHERE account_id = $1 AND session_id IS DISTINCT FROM $3)
    UPDATE identity.accounts a SET password_hash = $2
    WHERE a.account_id = $1 AND a.disabled_at IS NULL RETURNING {ACCOUNT_COLUMNS}
"""

_DISABLE = f"""
    WITH closed AS (DELETE FROM identity.sessions WHERE account_id = $1),
        tokens AS (UPDATE identity.api_tokens SET revoked_at = clock_timestamp()
            WHERE account_id = $1 AND revoked_at IS NULL),
        feeds AS (UPDATE identity.feeds SET revoked_at = clock_timestamp()
            WHERE account_id = $1 AND revoked_at IS NULL)
    UPDATE identity.accounts a SET disabled_at = coalesce(disabled_at, clock_timestamp())
    WHERE a.account_id = $1 RETURNING {ACCOUNT_COLUMNS}
"""
