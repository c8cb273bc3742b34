"""What series and bundles are asked for with, and the commands that they become."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from booking.account import Account
from booking.bearer import opaque_id
from booking.testbed import Testbed
from domain.events import UsageType
from domain.period import Period
from domain.series import MOST_DATES, SeriesRule, occurrences, zone_named
from domain.terms_of_use import WEEKDAYS
from domain.together import Member, ReserveTogether
from web.forms import Id, Line, Moment, RequiredProse, period_of
from web.problem import wrong
from web.reserving import MOST_PEOPLE, ReserveBody, reserve_command
from web.when import ClockText

MOST_DEVICES = 20
MINUTES_A_DAY = 24 * 60
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ZoneName = Annotated[str, Meta(pattern=r"\A[A-Za-z][A-Za-z0-9_+/-]{1,49}\Z")]
Interval = Annotated[int, Meta(ge=1, le=52)]
Times = Annotated[int, Meta(ge=1, le=MOST_DATES)]


class Repeat(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every so many days or weeks, on some weekdays; until a date (included), or so many times."""

    every: Literal["day", "week"] = "week"
    interval: Interval = 1
    weekdays: list[Weekday] = []
    until: date | None = None
    count: Times | None = None


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same for every member; the fields are those of a single reservation."""

    purpose: RequiredProse
    usage_type: UsageType = "direct"
    people: Annotated[list[Line], Meta(max_length=MOST_PEOPLE)] = []
    irb_number: Annotated[str, Meta(max_length=100)] | None = None
    company_id: Id | None = None
    account: Line | None = None
    only_free: bool = False


class SeriesBody(_Asked, frozen=True, kw_only=True):
    """A device on `first` and repeated, from `start_time` to `end_time` on the clock of `zone`.

    An `end_time` that is not later is that of the next day. With `only_free` the dates that cannot
    be booked are left out; without it, one of them refuses all.
    """

    device_id: Id
    first: date
    start_time: ClockText
    end_time: ClockText
    repeat: Repeat
    zone: ZoneName = "Asia/Seoul"

    @property
    def rule(self) -> SeriesRule:
        """Raises Invalid for a zone that is unknown."""
        start, end = minute_of(self.start_time), minute_of(self.end_time)
        if start == MINUTES_A_DAY:
            raise wrong("start_time", "form", "09:30")
        require_zone(self.zone)
        return SeriesRule(
            first=self.first,
            start=datetime.strptime(self.start_time, "%H:%M").time(),  # noqa: DTZ007 - a clock
            minutes=end - start if end > start else end - start + MINUTES_A_DAY,
            zone=self.zone,
            every=self.repeat.every,
            interval=self.repeat.interval,
            weekdays=tuple(sorted({WEEKDAYS.index(day) for day in self.repeat.weekdays})),
            until=self.repeat.until,
            count=self.repeat.count,
        )


class BundleBody(_Asked, frozen=True, kw_only=True):
    """Several devices (a rig with its cabin) for one time, all or none."""

    device_ids: Annotated[list[Id], Meta(min_length=1, max_length=MOST_DEVICES)]
    start: Moment
    end: Moment


class TogetherCancelBody(msgspec.Struct, frozen=True, kw_only=True):
    """`later` is the reservation `from` and those that start after it."""

    scope: Literal["all", "later"] = "all"
    from_: Id | None = msgspec.field(name="from", default=None)
    reason: Annotated[str, Meta(max_length=2000)] | None = None


class TogetherRescheduleBody(msgspec.Struct, frozen=True, kw_only=True):
    """The reservation `from` moves to start and end, the others as far on the clock of `zone`."""

    from_: Id = msgspec.field(name="from")
    start: Moment
    end: Moment
    scope: Literal["all", "later"] = "all"
    zone: ZoneName = "Asia/Seoul"


async def series_command(testbed: Testbed, account: Account, body: SeriesBody) -> ReserveTogether:
    """The command; raises Invalid, Problem (403), and Rejected for a rule without dates or end."""
    members = tuple(
        Member(
            reservation_id=opaque_id("r"),
            device_id=body.device_id,
            period=one.period,
            missing=None if one.exists else one.local,
        )
        for one in occurrences(_bounded(body))
    )
    return await _command(testbed, account, body, members, series_id=opaque_id("s"))


async def bundle_command(testbed: Testbed, account: Account, body: BundleBody) -> ReserveTogether:
    """The command; raises Invalid, and Problem (403) for a booking in another company's name."""
    period = period_of(body.start, body.end)
    for number, device_id in enumerate(body.device_ids):
        if device_id in body.device_ids[:number]:
            raise wrong(f"device_ids[{number}]", "twice", device_id)
    members = tuple(
        Member(reservation_id=opaque_id("r"), device_id=device_id, period=period)
        for device_id in body.device_ids
    )
    return await _command(testbed, account, body, members, group_id=opaque_id("g"))


def require_zone(name: str) -> None:
    """Refuses what is no zone of the IANA database; raises Invalid."""
    try:
        zone_named(name)
    except ValueError as unknown:
        raise wrong("zone", "value") from unknown


def minute_of(clock: str) -> int:
    """Minutes since midnight of `HH:MM`."""
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _bounded(body: SeriesBody) -> SeriesRule:
    earliest, latest = date(2000, 1, 2), date(2190, 1, 1)
    for field, day in (("first", body.first), ("repeat.until", body.repeat.until)):
        if day is not None and not earliest <= day <= latest:
            raise wrong(field, "time_range", f"{earliest} ~ {latest}")
    return body.rule


async def _command(
    testbed: Testbed,
    account: Account,
    body: Any,
    members: Sequence[Member],
    **named: str,
) -> ReserveTogether:
    """Who may ask for whom, and the sealing, are those of a single reservation."""
    period: Period = members[0].period
    shared = ("purpose", "usage_type", "people", "irb_number", "company_id", "account")
    one = await reserve_command(
        testbed,
        account,
        ReserveBody(
            device_id=members[0].device_id,
            start=period.start,
            end=period.end,
            **{name: getattr(body, name) for name in shared},
        ),
    )
    return ReserveTogether(
        by=one.by,
        members=tuple(members),
        company_id=one.company_id,
        account_id=one.account_id,
        purpose=one.purpose,
        usage_type=one.usage_type,
        people=one.people,
        irb_number=one.irb_number,
        only_free=body.only_free,
        **named,
    )
