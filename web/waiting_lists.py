"""What pages show of the waiting list: a company's offers and wishes, and a device's line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from booking.account import Account
from booking.testbed import Testbed
from domain.period import Period
from domain.text import Text
from projections import devices, usage, waiting
from projections.devices import Device
from web.access import may_change
from web.frame import present
from web.waiting_shown import WishShown, wishes_in_full

MOST_SHOWN = 100
TOLD_FOR = timedelta(days=14)
"""How long a page tells that somebody waited in vain."""


class Waiting(NamedTuple):
    """A wish with its device and its company, as lists show it, and whether one may leave it."""

    shown: WishShown
    device: Device | None
    company: Text | None
    may_leave: bool

    @property
    def period(self) -> Period:
        return Period(self.shown.start, self.shown.end)


class OwnList(NamedTuple):
    """A company's offers, its wishes that wait, and those that waited in vain of late."""

    offers: Sequence[Waiting] = ()
    wishes: Sequence[Waiting] = ()
    ended: Sequence[Waiting] = ()


async def own_list(
    testbed: Testbed, account: Account, language: str, *, everyone: bool, as_of: int | None
) -> OwnList:
    """For one's own page. Offers are the whole company's, since anybody of it may accept them;
    wishes are one's own unless `everyone`'s are asked for.
    """
    if account.company_id is None:
        return OwnList()
    now = await present(testbed, as_of)
    found = await waiting.list_wishes(
        testbed.database.app, now, company_id=account.company_id, limit=MOST_SHOWN, as_of=as_of
    )
    told = [one for one in found if _is_told(one, now)]
    listed = await _listed(testbed, account, language, told, as_of)
    mine = [one for one in listed if everyone or one.shown.account.account_id == account.account_id]
    return OwnList(
        offers=[one for one in listed if one.shown.status == "offered"],
        wishes=[one for one in mine if one.shown.status == "waiting"],
        ended=[one for one in mine if one.shown.status in {"expired", "passed"}],
    )


async def line_of(
    testbed: Testbed, account: Account, language: str, device: Device, as_of: int | None
) -> list[Waiting]:
    """Who waits for a device: its whole line for the laboratory, one's own wishes for a company."""
    company_id = None if account.sees_everything else account.company_id or ""
    found = await waiting.list_wishes(
        testbed.database.app,
        await present(testbed, as_of),
        company_id=company_id,
        device_id=device.device_id,
        status="open",
        limit=MOST_SHOWN,
        as_of=as_of,
    )
    if found and account.sees_everything:
        subject = f"all companies, {device.device_id}"
        await testbed.access_log.record(account.account_id, "list waiting list", subject)
    return await _listed(testbed, account, language, found, as_of)


def _is_told(wish: waiting.Wish, now: datetime) -> bool:
    over = wish.period.start if wish.status == "passed" else wish.changed_at
    return wish.is_open or (wish.status in {"expired", "passed"} and over >= now - TOLD_FOR)


async def _listed(
    testbed: Testbed,
    account: Account,
    language: str,
    found: Sequence[waiting.Wish],
    as_of: int | None,
) -> list[Waiting]:
    if not found:
        return []
    reader = testbed.database.app
    known = await devices.list_devices(reader, limit=1_000, as_of=as_of)
    by_id = {device.device_id: device for device in known}
    names = {one.company_id: one.name for one in await usage.companies(reader, as_of=as_of)}
    return [
        Waiting(
            shown,
            by_id.get(shown.device_id),
            names.get(shown.company_id),
            may_change(account, shown.company_id, shown.account.account_id),
        )
        for shown in await wishes_in_full(testbed, language, found)
    ]
