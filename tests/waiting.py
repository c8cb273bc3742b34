"""Sentences about the waiting list, as `tests.scenario` has them about reservations.

The device is AUT-018, where `r-1` of mudeung has the time; hanbit waits as `w-1`, unless a sentence
says otherwise.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain import events as e
from domain.actor import SYSTEM, Actor
from domain.decisions import Command
from domain.period import Period
from domain.waiting import AcceptOffer, ExpireOffer, JoinWaitlist, LeaveWaitlist, PassWish
from tests.scenario import AUT, DAY, HANBIT, LEE, NOW

TOMORROW = NOW + DAY
"""When an offer made now expires, unless terms say otherwise or its time begins before."""


def join(start: datetime, end: datetime, **fields: Any) -> JoinWaitlist:
    """Lee stands in line for AUT-018, as `w-1` of hanbit."""
    asked: dict[str, Any] = {
        "by": LEE,
        "wish_id": "w-1",
        "device_id": AUT,
        "company_id": HANBIT,
        "account_id": "lee",
        "period": Period(start, end),
    }
    return JoinWaitlist(**(asked | fields))


def accept(wish_id: str = "w-1", reservation_id: str = "r-9", by: Actor = LEE) -> Command:
    return AcceptOffer(by=by, wish_id=wish_id, reservation_id=reservation_id)


def leave(wish_id: str = "w-1", by: Actor = LEE) -> Command:
    return LeaveWaitlist(by=by, wish_id=wish_id)


def expire(wish_id: str = "w-1", *, down: bool = False) -> Command:
    return ExpireOffer(by=SYSTEM, wish_id=wish_id, system_was_down=down)


def gone_by(wish_id: str = "w-1") -> Command:
    return PassWish(by=SYSTEM, wish_id=wish_id)


def waits(start: datetime, end: datetime, **fields: Any) -> e.WaitlistJoined:
    """`w-1` of hanbit stands in line, without buffers."""
    return e.WaitlistJoined(**_wish(start, end, fields))


def offer(
    start: datetime, end: datetime, until: datetime = TOMORROW, number: int = 1, **fields: Any
) -> e.SlotOffered:
    """Its time is offered to `w-1`."""
    return e.SlotOffered(**_wish(start, end, fields), expires_at=until, number=number)


def _wish(start: datetime, end: datetime, fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "wish_id": "w-1",
        "device_id": AUT,
        "company_id": HANBIT,
        "sector": "automotive",
        "account_id": "lee",
        "period": Period(start, end),
        "occupied": Period(start, end),
    } | fields
