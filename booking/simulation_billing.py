"""The laboratory's bookkeeping in a simulated history: prices, statements, waived fees."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial

from booking.simulation_stage import Stage
from booking.simulation_world import KnownDevice
from domain import events as e
from domain.devices import SetRate
from domain.period import month_of, months_before
from domain.statements import IssueStatement
from domain.usage import WaiveUsage

DEAREST = 3
"""So many devices, the ones of the highest price, cost large companies more than others."""
DEARER_PERCENT = 120


def plan_prices(stage: Stage, day: datetime) -> None:
    """On the first of December (midnight in Asia/Seoul), plan next year's prices."""
    if (day.month, day.day) == (12, 1):
        morning = stage.in_office(day + timedelta(hours=stage.rng.uniform(9, 11)))
        stage.at(morning, partial(_set_prices, stage, day.year + 1))


def plan_statements(stage: Stage, day: datetime) -> None:
    """On the first of a month (midnight in Asia/Seoul), plan the statements of the one before."""
    if day.day == 1:
        (month,) = months_before(month_of(day), 1)
        morning = stage.in_office(day + timedelta(hours=stage.rng.uniform(9, 11)))
        stage.at(morning, partial(_issue_statements, stage, month))


async def waive(stage: Stage, latest: e.ReservationEvent) -> None:
    """Somebody of the laboratory does not ask for a fee, since the device let its user down."""
    staff = stage.staff_for(stage.world.devices[latest.device_id])
    reason = await stage.sealed(staff, "사용 중 장비 이상으로 면제")
    if reason is not None:
        await stage.give(WaiveUsage(by=staff, reservation_id=latest.reservation_id, reason=reason))


async def _set_prices(stage: Stage, year: int) -> None:
    """The dearest devices cost large companies more in a year, from its first day to its last."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    dearest = sorted(
        stage.world.devices.values(), key=lambda one: (-_price(one, first), one.device_id)
    )
    for device in dearest[:DEAREST]:
        await stage.give(
            SetRate(
                by=stage.staff_for(device),
                device_id=device.device_id,
                # Parts of a hundred won are dropped, in the company's favour.
                krw_per_hour=_price(device, first) * DEARER_PERCENT // 10_000 * 100,
                company_kind="large",
                valid_from=first,
                valid_until=after,
            )
        )


def _price(device: KnownDevice, day: date) -> int:
    """What everybody pays on a day."""
    return device.rates.krw_per_hour(None, day)


async def _issue_statements(stage: Stage, month: str) -> None:
    """A statement for each company that used something in a month, or had it corrected since."""
    world = stage.world
    clerks = [actor for actor in world.staff.values() if actor.role == "staff"]
    if not clerks:
        return
    lines = [known.line for known in world.reservations.values() if known.line is not None]
    users = {line.company_id for line in lines if month_of(line.used.start) == month}
    for company_id in sorted(users & world.companies.keys()):
        await stage.give(IssueStatement(by=clerks[0], company_id=company_id, month=month))
