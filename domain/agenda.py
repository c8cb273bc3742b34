"""What holds a device's time: reservations, offers, outages and breakdowns, month by month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from domain import events as e
from domain.decisions import Fact, Query
from domain.event import Event, Occupancy
from domain.period import Period, months_touched, stamp
from domain.rejected import Conflict, Rejected

EntryKind = Literal["reservation", "buffer", "maintenance", "calibration", "breakdown"]
"""What somebody hears of the time that something else holds."""
HolderKind = EntryKind | Literal["offer"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Time of a device that something holds. `in_use` from hand-out to return."""

    kind: HolderKind
    occupied: Period
    reservation: e.ReservationEvent | None = None
    offer: e.SlotOffered | None = None
    in_use: bool = False

    @property
    def planned(self) -> bool:
        """True for what was planned ahead, which never overlaps anything else that was."""
        planned = {"reservation", "offer", "maintenance", "calibration"}
        return self.kind in planned and not self.in_use

    def conflict(self, device_id: str) -> Conflict:
        """What somebody hears whom this entry is in the way of."""
        return Conflict(device_id=device_id, period=self.occupied, kind=told(self.kind))


HOLDING = (
    e.ReservationRequested,
    e.ReservationConfirmed,
    e.ReservationApproved,
    e.ReservationRescheduled,
    e.ReservationShortened,
    e.ReservationExtended,
    e.ReservationTransferred,
    e.DeviceHandedOut,
    e.DeviceReturned,
    e.OutageScheduled,
    e.OutageRescheduled,
    e.BreakdownReported,
    e.BreakdownExtended,
)
FREEING = (
    e.ReservationDeclined,
    e.RequestExpired,
    e.ReservationCancelled,
    e.ReservationDisplaced,
    e.NoShowRecorded,
    e.NoShowWithdrawn,
    e.OutageCancelled,
    e.DeviceRepaired,
)


OFFERS = (
    e.SlotOffered,
    e.OfferAccepted,
    e.OfferExpired,
    e.OfferWithdrawn,
    e.WaitlistLeft,
)
"""The first holds time, the others free it."""


class Agenda(Fact):
    """Who holds the time of a device in the months that a period touches.

    Two occupied periods of a device never overlap, whatever holds them (the reason that this
    system exists). The months are read, never the device's whole life.
    """

    def __init__(self, device_id: str, occupied: Period) -> None:
        self.device_id = device_id
        self.asked = occupied
        self.entries: dict[str, Entry] = {}

    @property
    def queries(self) -> Sequence[Query]:
        return [
            Query(types=HOLDING + FREEING + OFFERS, tags=(f"device:{self.device_id}/{month}",))
            for month in months_touched(self.asked)
        ]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.OutageScheduled() | e.OutageRescheduled():
                self.entries[event.outage_id] = Entry(kind=event.kind, occupied=event.occupied)
            case e.OutageCancelled():
                self.entries.pop(event.outage_id, None)
            case e.BreakdownReported() | e.BreakdownExtended():
                self.entries[event.breakdown_id] = Entry(kind="breakdown", occupied=event.occupied)
            case e.DeviceRepaired():
                self.entries.pop(event.breakdown_id, None)
            case e.SlotOffered():
                self.entries[offer_key(event.wish_id)] = Entry(
                    kind="offer", occupied=event.occupied, offer=event
                )
            case e.WaitlistEvent():
                self.entries.pop(offer_key(event.wish_id), None)
            case e.ReservationEvent():
                self._hear(event)
            case _:
                raise TypeError(f"the agenda does not know {event!r}")

    def overlapping(self, occupied: Period, *, but: str | None = None) -> dict[str, Entry]:
        """Everything that overlaps `occupied`, by id, except the entry `but` itself."""
        return {
            entry_id: entry
            for entry_id, entry in self.entries.items()
            if entry_id != but and entry.occupied.overlaps(occupied)
        }

    def require_free(
        self, occupied: Period, *, but: str | None = None, held: Period | None = None
    ) -> None:
        """Refuses time that anything else holds.

        `but` is the entry being changed or accepted and `held` the time it holds already. Into
        that, a late return, a use that lasts, or a breakdown may have run meanwhile; nothing
        planned can have. What it would take in addition has to be free of everything.
        """
        taken = {
            entry_id: entry
            for entry_id, entry in self.overlapping(occupied, but=but).items()
            if entry.planned or any(map(entry.occupied.overlaps, beyond(occupied, held)))
        }
        if taken:
            raise Rejected(
                "slot_taken",
                conflicts=[
                    entry.conflict(self.device_id)
                    for entry in sorted(taken.values(), key=lambda entry: entry.occupied.start)
                ],
            )

    def require_not_held_by(self, account_id: str, occupied: Period) -> None:
        """Refuses somebody to wait for time that this very account holds or is offered."""
        for entry in self.overlapping(occupied).values():
            held = entry.reservation or entry.offer
            if held is not None and held.account_id == account_id:
                raise Rejected("own_time", actual=stamp(held.period.start))

    def require_no_outage(self, occupied: Period, *, but: str | None = None) -> None:
        """Refuses an outage over another outage, or over a device in somebody's hands."""
        taken = [
            entry
            for entry in self.overlapping(occupied, but=but).values()
            if entry.in_use or entry.kind not in {"reservation", "buffer", "offer"}
        ]
        if taken:
            conflicts = [entry.conflict(self.device_id) for entry in taken]
            raise Rejected("slot_taken", conflicts=conflicts)

    def displaced_by(self, occupied: Period) -> Iterator[e.ReservationEvent]:
        """The reservations that an outage would displace; a device in use stays in use."""
        for entry in self.overlapping(occupied).values():
            if entry.reservation is not None and not entry.in_use:
                yield entry.reservation

    def withdrawn_by(self, occupied: Period) -> Iterator[e.SlotOffered]:
        """The offers whose time an outage would take."""
        for entry in self.overlapping(occupied).values():
            if entry.offer is not None:
                yield entry.offer

    def next_reservation(self, within: Period, *, but: str) -> e.ReservationEvent | None:
        """The first booking to wait for the device within a time, apart from `but` itself."""
        waiting = [
            entry.reservation
            for entry in self.overlapping(within, but=but).values()
            if entry.reservation is not None and not entry.in_use
        ]
        ahead = [one for one in waiting if within.start <= one.period.start < within.end]
        return min(ahead, key=lambda one: one.period.start, default=None)

    def _hear(self, event: e.ReservationEvent) -> None:
        before = self.entries.pop(event.reservation_id, None)
        # A reservation that moved to another device only tells this one that it left.
        if isinstance(event, FREEING) or event.device_id != self.device_id:
            return
        if isinstance(event, e.DeviceReturned):
            # The rest of the period is free again; the buffer after the return is not.
            entry = Entry(kind="buffer", occupied=event.occupied)
        else:
            # A month that an extension enters never heard of the hand-out before it.
            out = isinstance(event, e.DeviceHandedOut) or getattr(event, "status", "") == "in_use"
            in_use = out or (before is not None and before.in_use)
            entry = Entry(
                kind="reservation", occupied=event.occupied, reservation=event, in_use=in_use
            )
        self.entries[event.reservation_id] = entry


def beyond(occupied: Period, held: Period | None) -> Iterator[Period]:
    """The parts of `occupied` that are not in `held`."""
    if held is None:
        yield occupied
        return
    if occupied.start < held.start:
        yield Period(occupied.start, min(occupied.end, held.start))
    if occupied.end > held.end:
        yield Period(max(occupied.start, held.end), occupied.end)


def told(kind: HolderKind) -> EntryKind:
    """What others hear: an offer is as good as booked."""
    return "reservation" if kind == "offer" else kind


def offer_key(wish_id: str) -> str:
    """What an offer is called among reservations and outages; no id of theirs is the same."""
    return f"wish:{wish_id}"


def leaving(event: e.ReservationEvent) -> Occupancy:
    """The time that a reservation held by its last event, for the `left` of the next."""
    return Occupancy(
        device_id=event.device_id, company_id=event.company_id, occupied=event.occupied
    )
