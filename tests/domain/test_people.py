"""Accounts and qualifications, by opaque account id."""

from datetime import UTC, datetime

from domain import events as e
from domain.decisions import Command
from domain.people import (
    AddAccount,
    ErasePerson,
    GrantQualification,
    GrantRole,
    RevokeQualification,
)
from tests.scenario import AUT, ENE, HANBIT, MUDEUNG, STAFF, device, given, ten

ADD = AddAccount(by=STAFF, account_id="kim", role="member", company_id=MUDEUNG)
ERASE = ErasePerson(by=STAFF, account_id="kim")
MANAGER = GrantRole(by=STAFF, account_id="kim", role="manager", company_id=MUDEUNG)
REVOKE = RevokeQualification(by=STAFF, account_id="kim", device_id=AUT)


def grant(until: datetime | None = None, device_id: str = AUT) -> Command:
    return GrantQualification(by=STAFF, account_id="kim", device_id=device_id, valid_until=until)


async def test_an_account_is_added_once() -> None:
    """Loading it twice changes nothing."""
    past = given()
    await past.when(ADD).happened(e.AccountAdded, account_id="kim", company_id=MUDEUNG)
    await past.when(ADD).nothing_happened()


async def test_a_person_is_erased_once() -> None:
    """Erasing again changes nothing, and an erased account is not added again."""
    past = given().when(ADD)
    await past.when(ERASE).happened(e.PersonErased, account_id="kim")
    await past.when(ERASE).nothing_happened()
    await past.when(ADD).nothing_happened()


async def test_a_role_takes_the_place_of_the_one_before() -> None:
    """Revoked and granted at once; the same again changes nothing, another company does."""
    past = given().when(ADD)
    assert await past.when(MANAGER).accepted() == [
        e.RoleRevoked(account_id="kim", role="member"),
        e.RoleGranted(account_id="kim", role="manager", company_id=MUDEUNG),
    ]
    await past.when(MANAGER).nothing_happened()
    elsewhere = GrantRole(by=STAFF, account_id="kim", role="manager", company_id=HANBIT)
    await past.when(elsewhere).happened(e.RoleRevoked, e.RoleGranted, role="manager")
    await past.when(ADD).nothing_happened()


async def test_nobody_erased_is_granted_a_role() -> None:
    """What the laboratory no longer knows a person for, it grants nobody."""
    past = given().when(ADD).when(ERASE)
    await past.when(MANAGER).nothing_happened()


async def test_a_qualification_is_granted_once() -> None:
    """The same end again changes nothing, on whichever clock; another end is granted anew."""
    past = given(device())
    await past.when(grant(ten)).happened(e.QualificationGranted, valid_until=ten)
    await past.when(grant(ten.astimezone(UTC))).nothing_happened()
    await past.when(grant()).happened(e.QualificationGranted, valid_until=None)
    await past.when(grant()).nothing_happened()


async def test_a_qualification_is_revoked_once() -> None:
    """What nobody has cannot be revoked; what was revoked may be granted again."""
    past = given(device())
    await past.when(REVOKE).rejected("nothing_to_change")
    await past.when(grant()).when(REVOKE).happened(e.QualificationRevoked, account_id="kim")
    await past.when(REVOKE).rejected("nothing_to_change")
    await past.when(grant()).happened(e.QualificationGranted)


async def test_a_qualification_is_for_a_device_that_exists() -> None:
    """Nobody is trained on a device that is not in the catalogue."""
    await given(device()).when(grant(device_id=ENE)).rejected("device_unknown", actual=ENE)
