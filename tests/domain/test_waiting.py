"""Standing in line for taken time, and leaving it."""

import pytest

from domain import events as e
from domain.companies import SuspendCompany
from domain.decisions import Recall
from domain.devices import SuspendDevice
from domain.handlers import decide
from domain.period import Period, stamp
from domain.waitlist import MOST_IN_LINE, MOST_WISHES
from tests.scenario import (
    AUT,
    DAY,
    ENE,
    HANBIT,
    HEA,
    KIM,
    MINUTE,
    MUDEUNG,
    SEALED,
    STAFF,
    break_down,
    cancel,
    company,
    device,
    eleven,
    given,
    nine,
    noon,
    outage,
    reserve,
    taken,
    ten,
)
from tests.sentence import Scenario
from tests.waiting import join, leave, offer, waits


def busy(**terms: object) -> Scenario:
    """Mudeung has AUT-018 from nine to ten."""
    return given(device(**terms), company(), company(HANBIT), taken(nine, ten))


async def test_joining_the_line_for_taken_time() -> None:
    """A company waits for time that another has; what the reservation will say is kept."""
    said = {"purpose": SEALED, "people": ("choi",), "usage_type": "operated", "irb_number": SEALED}
    joined = await busy(buffer_after=15).when(join(nine, ten, **said)).accepted()
    assert joined == [
        waits(nine, ten, occupied=Period(nine, ten + 15 * MINUTE), **said),
    ]


@pytest.mark.parametrize("taking", [outage(nine, ten), break_down(ten + 7 * DAY)])
async def test_waiting_for_an_outage_to_go_away(taking: object) -> None:
    """Outages are cancelled and breakdowns repaired, so their time can be waited for as well."""
    known = given(device(), company(HANBIT))
    await known.when(taking, join(nine, ten)).happened(e.WaitlistJoined)  # type: ignore[arg-type]


async def test_some_of_the_time_is_taken() -> None:
    """Time that is free only in part is waited for as a whole."""
    await busy().when(join(nine, noon)).happened(e.WaitlistJoined)


async def test_free_time_is_booked_and_not_waited_for() -> None:
    """Nobody waits for time that could be had at once."""
    await busy().when(join(ten, eleven)).rejected("slot_free", actual="2026-11-02T10:00:00+09:00")


async def test_time_offered_to_another_is_taken() -> None:
    """Who comes after an offer stands behind it."""
    past = given(device(), company(), company(HANBIT), waits(nine, ten), offer(nine, ten))
    second = join(nine, ten, by=KIM, wish_id="w-2", company_id=MUDEUNG, account_id="kim")
    await past.when(second).happened(e.WaitlistJoined, wish_id="w-2")


async def test_all_other_rules_hold() -> None:
    """What nobody could book, nobody waits for: terms, standing, service, calibration, people."""
    await busy(minimum_minutes=120).when(join(nine, ten)).rejected("minimum", limit=120)
    await busy(horizon_days=2).when(join(nine, ten)).rejected("horizon", limit=2)
    await busy(operator_required=True).when(join(nine, ten)).rejected("operator")
    await busy(irb_required=True).when(join(nine, ten)).rejected("irb_number")
    await busy(calibration_required=True).when(join(nine, ten)).rejected("calibration")
    await busy(qualification_required=True).when(join(nine, ten)).rejected("qualification")
    suspended = SuspendCompany(by=STAFF, company_id=HANBIT)
    await busy().when(suspended, join(nine, ten)).rejected("company_suspended")
    closed = SuspendDevice(by=STAFF, device_id=AUT)
    await busy().when(closed, join(nine, ten)).rejected("device_suspended")


async def test_quota_counts_when_the_time_is_offered() -> None:
    """A company without hours left may wait: by then others of its bookings may be given up."""
    past = given(device(), company(), company(HANBIT, every=0, most_ahead=1), taken(nine, ten))
    ahead = taken(eleven, noon, reservation_id="r-2", company_id=HANBIT)
    past.ledger.append([ahead])
    await past.when(join(nine, ten)).happened(e.WaitlistJoined)


async def test_nobody_waits_for_what_has_begun() -> None:
    """The slot that has just begun could be booked, and not waited for."""
    await busy().at(nine).when(join(nine, ten)).rejected("past")
    await busy().at(nine - MINUTE).when(join(nine, ten)).happened(e.WaitlistJoined)


async def test_a_known_wish_is_no_new_one() -> None:
    """A second wish under an id would lose the first one's place."""
    both = busy().when(join(nine, ten), join(nine, ten, device_id=AUT))
    await both.rejected("id_known", actual="w-1")


async def test_a_company_stands_once_in_line() -> None:
    """Not twice for overlapping time of a device; elsewhere and at other times it may."""
    past = busy()
    past.ledger.append([*device(ENE), taken(nine, ten, reservation_id="r-2", device_id=ENE)])
    past.ledger.append([taken(ten, eleven, reservation_id="r-3")])
    twice = past.when(join(nine, ten), join(nine, eleven, wish_id="w-2"))
    await twice.rejected("waiting_already", actual=AUT)
    await past.when(join(ten, eleven, wish_id="w-2")).happened(e.WaitlistJoined)
    await past.when(join(nine, ten, wish_id="w-3", device_id=ENE)).happened(e.WaitlistJoined)
    again = past.when(leave("w-1"), join(nine, ten, wish_id="w-4"))
    await again.happened(e.WaitlistJoined, wish_id="w-4")


async def test_nobody_waits_for_their_own_time() -> None:
    """Neither for one's own booking nor for one's own offer; a colleague may wait for it."""
    past = given(device(), company(), company(HANBIT), taken(nine, ten))
    own = {"by": KIM, "company_id": MUDEUNG, "account_id": "kim"}
    await past.when(join(nine, eleven, **own)).rejected("own_time", actual=stamp(nine))
    # Whoever waits for them, too.
    await past.when(join(nine, ten, **own | {"by": STAFF})).rejected("own_time")
    colleague = own | {"account_id": "park"}
    await past.when(join(nine, ten, **colleague)).happened(e.WaitlistJoined)
    offered = given(device(), company(HANBIT), waits(nine, ten), offer(nine, ten))
    await offered.when(join(nine, ten, wish_id="w-2")).rejected("own_time", actual=stamp(nine))


async def test_a_line_has_an_end() -> None:
    """So many wait for one time at most; who waited for time gone by does not count."""
    ahead = [
        waits(nine, ten, wish_id=f"x-{number}", company_id=f"c-{number}")
        for number in range(MOST_IN_LINE)
    ]
    full = busy()
    full.ledger.append(ahead)
    await full.when(join(nine, ten)).rejected("line_full", limit=MOST_IN_LINE)
    room = busy()
    room.ledger.append(ahead[1:])
    await room.when(join(nine, ten)).happened(e.WaitlistJoined)


async def test_a_company_waits_for_so_much_at_most() -> None:
    """The open wishes of a company are counted over all devices."""
    own = [
        waits(nine + day * DAY, ten + day * DAY, wish_id=f"x-{day}", device_id=HEA)
        for day in range(1, MOST_WISHES + 1)
    ]
    most = busy()
    most.ledger.append([*device(HEA), *own])
    await most.when(join(nine, ten)).rejected("most_wishes", limit=MOST_WISHES)
    left = most.when(leave("x-1"), join(nine, ten))
    await left.happened(e.WaitlistJoined)
    over = most.at(nine + 5 * DAY)
    over.ledger.append([taken(nine + 6 * DAY, ten + 6 * DAY, reservation_id="r-6")])
    later = over.when(join(nine + 6 * DAY, ten + 6 * DAY, wish_id="w-6"))
    await later.happened(e.WaitlistJoined)


async def test_leaving_the_line() -> None:
    """A place can be given up at any time, by the company or by staff for it, once."""
    past = busy().when(join(nine, ten))
    await past.when(leave()).happened(e.WaitlistLeft, wish_id="w-1", offered=False)
    await past.when(leave()).rejected("wish_over", actual="left")
    await past.when(leave("w-0")).rejected("wish_unknown", actual="w-0")
    old = busy().when(join(nine, ten)).at(noon)
    await old.when(leave(by=STAFF)).happened(e.WaitlistLeft)


async def test_who_has_left_gets_nothing() -> None:
    """Freed time goes to those who still wait."""
    await busy().when(join(nine, ten), leave(), cancel()).happened(e.ReservationCancelled)


async def test_a_plain_booking_reads_no_line() -> None:
    """What frees nothing costs nothing more than before: its boundary knows of no wish joined."""
    past = busy()
    recall = Recall(past.ledger)
    await decide(reserve(eleven, noon), recall)
    assert not any(e.WaitlistJoined in query.types for query in recall.boundary)
    recall = Recall(past.ledger)
    await decide(cancel(), recall)
    assert any(e.WaitlistJoined in query.types for query in recall.boundary)
