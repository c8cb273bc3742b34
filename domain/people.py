"""Commands about accounts and qualifications; who a person is stays outside the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from domain import events as e
from domain.decisions import Command, Fact, Happened, Query, Recall
from domain.device import Service
from domain.event import Event
from domain.qualification import Qualification
from domain.rejected import Rejected


class AddAccount(Command, frozen=True, kw_only=True):
    """Record that an account exists and what it may do; who that is stays outside the ledger."""

    account_id: str
    role: str
    company_id: str | None = None


class GrantRole(Command, frozen=True, kw_only=True):
    """Record that an account has another role, or belongs to another company."""

    account_id: str
    role: str
    company_id: str | None = None


class ErasePerson(Command, frozen=True, kw_only=True):
    """Record that a person's data were erased; the erasing itself is done where they were kept."""

    account_id: str


class GrantQualification(Command, frozen=True, kw_only=True):
    account_id: str
    device_id: str
    valid_until: datetime | None = None


class RevokeQualification(Command, frozen=True, kw_only=True):
    account_id: str
    device_id: str


class _Account(Fact):
    """Whether an account was added already, and what it may do."""

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id
        self.added = False
        self.erased = False
        self.role: str | None = None
        self.company_id: str | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.AccountAdded, e.RoleGranted, e.PersonErased)
        return [Query(types=types, tags=(f"account:{self.account_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.AccountAdded() | e.RoleGranted():
                self.added = True
                self.role, self.company_id = event.role, event.company_id
            case e.PersonErased():
                self.erased = True
            case _:
                raise TypeError(f"an account does not know {event!r}")


async def add_account(command: AddAccount, recall: Recall) -> Happened:
    (account,) = await recall(_Account(command.account_id))
    if account.added:
        return []
    return [
        e.AccountAdded(
            account_id=command.account_id, role=command.role, company_id=command.company_id
        )
    ]


async def grant_role(command: GrantRole, recall: Recall) -> Happened:
    """The role before goes with the same append; granting what an account has changes nothing."""
    (account,) = await recall(_Account(command.account_id))
    account_id, role, company_id = command.account_id, command.role, command.company_id
    if account.erased or (account.role, account.company_id) == (role, company_id):
        return []
    granted = e.RoleGranted(account_id=account_id, role=role, company_id=company_id)
    if account.role is None:
        return [granted]
    return [e.RoleRevoked(account_id=account_id, role=account.role), granted]


async def erase_person(command: ErasePerson, recall: Recall) -> Happened:
    (account,) = await recall(_Account(command.account_id))
    return [] if account.erased else [e.PersonErased(account_id=command.account_id)]


async def grant_qualification(command: GrantQualification, recall: Recall) -> Happened:
    service, known = await recall(
        Service(command.device_id), Qualification(command.device_id, (command.account_id,))
    )
    service.require_known()
    until = command.valid_until and command.valid_until.astimezone(UTC)
    if known.granted.get(command.account_id, _NEVER) == until:
        return []
    return [
        e.QualificationGranted(
            account_id=command.account_id, device_id=command.device_id, valid_until=until
        )
    ]


async def revoke_qualification(command: RevokeQualification, recall: Recall) -> Happened:
    (known,) = await recall(Qualification(command.device_id, (command.account_id,)))
    if command.account_id not in known.granted:
        raise Rejected("nothing_to_change")
    return [e.QualificationRevoked(account_id=command.account_id, device_id=command.device_id)]


_NEVER = datetime.min.replace(tzinfo=UTC)
"""No certificate ends here, so nobody's missing qualification is taken for one without an end."""
