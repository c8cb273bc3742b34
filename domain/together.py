"""Several reservations at once: the devices of a bundle, or the dates of a series.

All of them are made, moved or cancelled in one append, or none is. Whatever is in one command is
checked in its order, each member against facts that hold the members before it.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from domain import events as e
from domain.agenda import Agenda
from domain.closures import Closures
from domain.decisions import Command, Fact, Happened, Recall
from domain.device import Calibration, Service
from domain.period import Period
from domain.quota import Quota
from domain.refusing import Refused, refused_together, request_refused
from domain.rejected import Rejected
from domain.remembering import Remembering
from domain.reservation import Reservation
from domain.reservations import ReserveDevice, reserve_device
from domain.safety import SafetyStop
from domain.sealed import Sealed
from domain.series import MOST_DATES
from domain.standing import Standing
from domain.terms import Terms


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One device at one time. `missing` is the local time that its zone's clocks do not have."""

    reservation_id: str
    device_id: str
    period: Period
    missing: str | None = None


class ReserveTogether(Command, frozen=True, kw_only=True):
    """Book every member for a company or, with `only_free`, every one that can be booked.

    A bundle carries a `group_id`, a series a `series_id`; the rest is as in `ReserveDevice`.
    """

    members: tuple[Member, ...]
    company_id: str
    account_id: str
    purpose: Sealed | None = None
    usage_type: e.UsageType = "direct"
    people: tuple[str, ...] = ()
    irb_number: Sealed | None = None
    group_id: str | None = None
    series_id: str | None = None
    only_free: bool = False

    @property
    def device_id(self) -> str | None:
        """The one device of all members, where it is one."""
        devices = {member.device_id for member in self.members}
        return devices.pop() if len(devices) == 1 else None

    def keys(self) -> tuple[str, ...]:
        devices = sorted({f"device:{member.device_id}" for member in self.members})
        return (*devices, f"company:{self.company_id}")

    def one(self, member: Member) -> ReserveDevice:
        """The command that books one member alone."""
        return ReserveDevice(
            by=self.by,
            reservation_id=member.reservation_id,
            device_id=member.device_id,
            company_id=self.company_id,
            account_id=self.account_id,
            period=member.period,
            purpose=self.purpose,
            usage_type=self.usage_type,
            people=self.people,
            irb_number=self.irb_number,
            group_id=self.group_id,
            series_id=self.series_id,
        )


async def reserve_together(command: ReserveTogether, recall: Recall) -> Happened:
    """Where some are not free and the rest is booked, what was refused is recorded beside it."""
    require_few(len(command.members))
    memory = Remembering(recall)
    await memory.ahead(_shared(command))
    happened: Happened = []
    refused: list[Refused] = []
    for number, member in enumerate(command.members):
        try:
            if member.missing is not None:
                raise Rejected("no_such_time", actual=member.missing)  # noqa: TRY301
            made = await reserve_device(command.one(member), memory)
        except Rejected as rejected:
            refused.append(Refused(number, rejected))
        else:
            memory.hear(made)
            happened += made
    if refused and not (command.only_free and happened):
        raise refused_together(refused)
    if refused:
        happened.append(request_refused(command, refused_together(refused)))
    return happened


def require_few(members: int) -> None:
    """Refuses nothing at all, and more than one append should hold."""
    if members == 0:
        raise Rejected("series_empty")
    if members > MOST_DATES:
        raise Rejected("series_too_long", limit=MOST_DATES, actual=members)


def _shared(command: ReserveTogether) -> Iterator[Fact]:
    """What the members will ask for, so that all of it is read in one round trip."""
    yield Standing(command.company_id)
    for device_id in {member.device_id for member in command.members}:
        yield from (Terms(device_id), Service(device_id), SafetyStop(device_id))
        yield Calibration(device_id)
    for member in command.members:
        yield Reservation(member.reservation_id)
        yield Closures(member.period)
        yield Agenda(member.device_id, member.period)
        yield Quota(command.company_id, "", member.period)
