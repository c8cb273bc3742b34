"""Wishes whose time begins without an offer: the worker ends each once, also after downtime."""

from __future__ import annotations

from datetime import datetime

from booking.testbed import Testbed
from booking.worker import Worker
from domain import events as e
from domain.reservations import CancelReservation
from domain.stored import decode_body
from projections.notices import Addressee, list_notices
from tests.booking.test_worker import (  # noqa: F401 - fixtures
    DAY,
    HOUR,
    KIM,
    MINUTE,
    NINE,
    Connection,
    awake,
    booked,
    connection,
    testbed,
    worker,
)
from tests.booking.test_worker_offers import joined, known

LEE = Addressee(account_id="a-hanbit", company_id="hanbit")
OF_WISHES = (e.SlotOffered, e.OfferExtended, e.OfferExpired, e.WaitlistPassed)


async def happened(testbed: Testbed) -> list[tuple[str, str, datetime]]:  # noqa: F811
    """What became of wishes, in order: type, wish and when."""
    stored = await testbed.ledger.stored(types=[kind.__name__ for kind in OF_WISHES], limit=1000)
    found = [decode_body(one.body) for one in stored]
    return [(one.type, one.event.wish_id, one.recorded_at) for one in found]  # type: ignore[attr-defined]


async def waiting(testbed: Testbed, *starts: datetime) -> None:  # noqa: F811
    """Hanbit waits for hours that Kim has, as w-1, w-2 and so on."""
    await known(testbed, "hanbit", at=NINE - 9 * DAY)
    for number, start in enumerate(starts, 1):
        await booked(testbed, f"r-{number}", start, ago=start - NINE + 8 * DAY)
    for number, start in enumerate(starts, 1):
        await joined(testbed, f"w-{number}", "hanbit", start, at=NINE - 7 * DAY)


async def told(testbed: Testbed) -> list[tuple[str | None, str]]:  # noqa: F811
    """The wishes that Lee has heard of, oldest first."""
    await testbed.projector.catch_up("notices")
    heard = await list_notices(testbed.database.app, LEE)
    return [(one.wish_id, one.kind) for one in reversed(heard)]


async def test_it_ends_as_its_time_begins_and_its_company_hears_it_once(
    testbed: Testbed,  # noqa: F811
    worker: Worker,  # noqa: F811
    connection: Connection,  # noqa: F811
) -> None:
    """At the start and not before; later rounds, and other workers, say nothing again."""
    await waiting(testbed, NINE)
    await awake(worker, connection, NINE - 3 * MINUTE, NINE - MINUTE)
    assert await happened(testbed) == []
    await awake(worker, connection, NINE, NINE + 3 * MINUTE)
    assert await happened(testbed) == [("WaitlistPassed", "w-1", NINE)]
    assert await told(testbed) == [("w-1", "wish_passed")]


async def test_after_a_week_without_a_server_each_is_told_once(
    testbed: Testbed,  # noqa: F811
    worker: Worker,  # noqa: F811
    connection: Connection,  # noqa: F811
) -> None:
    """In the order in which their times began; an offer that could be answered no more expires."""
    await waiting(testbed, NINE + 3 * DAY, NINE + DAY, NINE + 2 * DAY)
    await testbed.booking.do(CancelReservation(by=KIM, reservation_id="r-3"), at=NINE + HOUR)
    await worker.round(connection, at=NINE + HOUR)
    back = NINE + 8 * DAY
    await awake(worker, connection, back, back + 2 * MINUTE)
    assert [one[:2] for one in await happened(testbed)] == [
        ("SlotOffered", "w-3"),
        ("WaitlistPassed", "w-2"),
        ("OfferExpired", "w-3"),
        ("WaitlistPassed", "w-1"),
    ]
    assert await told(testbed) == [
        ("w-3", "offer"),
        ("w-2", "wish_passed"),
        ("w-3", "offer_expired"),
        ("w-1", "wish_passed"),
    ]


async def test_wishes_of_long_ago_are_ended_and_nobody_hears_of_them(
    testbed: Testbed,  # noqa: F811
    worker: Worker,  # noqa: F811
    connection: Connection,  # noqa: F811
) -> None:
    """A ledger from before such events has many: the first rounds record them without a notice."""
    await waiting(testbed, NINE, NINE + 4 * DAY)
    now = NINE + 16 * DAY
    await awake(worker, connection, now, now + 2 * MINUTE)
    assert await happened(testbed) == [
        ("WaitlistPassed", "w-1", now),
        ("WaitlistPassed", "w-2", now),
    ]
    assert await told(testbed) == [("w-2", "wish_passed")]


async def test_who_was_offered_the_time_does_not_wait_in_vain_as_well(
    testbed: Testbed,  # noqa: F811
    worker: Worker,  # noqa: F811
    connection: Connection,  # noqa: F811
) -> None:
    """An offer that stands until the very start expires, which is all that its company hears."""
    await waiting(testbed, NINE)
    await testbed.booking.do(CancelReservation(by=KIM, reservation_id="r-1"), at=NINE - HOUR)
    await awake(worker, connection, NINE - HOUR, NINE + 3 * MINUTE)
    assert [one[:2] for one in await happened(testbed)] == [
        ("SlotOffered", "w-1"),
        ("OfferExpired", "w-1"),
    ]
