"""Wishes of the waiting list as they are answered, for JSON and pages alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from booking.account import Account
from booking.app import Done
from booking.testbed import Testbed
from domain import waitlist
from domain.agenda import offer_key
from domain.event import Recorded
from domain.events import UsageType, WaitlistEvent, WaitlistJoined
from domain.stored import decode_body
from projections import waiting, waiting_fold
from projections.fold import Fold
from projections.waiting import Wish, WishStatus
from web.access import may_change, may_see_company
from web.forms import require_id
from web.problem import Problem
from web.shown import Person
from web.writes import MOST_EVENTS_OF_ONE, recalled


class WishShown(msgspec.Struct, frozen=True, kw_only=True):
    """A wish for taken time, as its company and the laboratory see it.

    `place` is 1 for the first in line, and null where it waits no longer. While it is `offered`,
    the time is held and may be accepted before `expires_at`; `accepted` wishes became
    `reservation_id`, and `passed` ones still waited when their start came. `replaces` is the
    displaced reservation whose time it was, which comes before all who joined the line; where a
    wish was `left` because that was booked at another time, `rebooked_as` is the new one.
    """

    wish_id: str
    status: WishStatus
    device_id: str
    company_id: str
    account: Person
    start: datetime
    end: datetime
    place: int | None
    expires_at: datetime | None
    reservation_id: str | None
    rebooked_as: str | None
    joined_at: datetime
    changed_at: datetime
    position: int
    purpose: str | None
    usage_type: UsageType
    people: Sequence[Person]
    irb_number: str | None
    replaces: str | None


async def wishes_in_full(testbed: Testbed, language: str, found: Sequence[Wish]) -> list[WishShown]:
    """Wishes with names and texts, for a reader who may see them."""
    opened = iter(
        await testbed.seals.open_many(
            [text for wish in found for text in (wish.purpose, wish.irb_number)]
        )
    )
    ids = {one for wish in found for one in (wish.account_id, *wish.people)}
    accounts = await testbed.accounts.many(ids)

    def person(account_id: str) -> Person:
        known = accounts.get(account_id)
        name = known.name(language) if known is not None else ""
        return Person(account_id=account_id, name=name)

    return [
        WishShown(
            wish_id=wish.wish_id,
            status=wish.status,
            device_id=wish.device_id,
            company_id=wish.company_id,
            account=person(wish.account_id),
            start=wish.period.start,
            end=wish.period.end,
            place=wish.place,
            expires_at=wish.expires_at,
            reservation_id=wish.reservation_id,
            rebooked_as=wish.rebooked_as,
            joined_at=wish.joined_at,
            changed_at=wish.changed_at,
            position=wish.changed_position,
            purpose=next(opened),
            irb_number=next(opened),
            usage_type=wish.usage_type,
            people=[person(one) for one in wish.people],
            replaces=wish.replaces,
        )
        for wish in found
    ]


async def given_wish(
    testbed: Testbed, account: Account, wish_id: str, *, ends: bool = False
) -> WaitlistJoined:
    """The wish of this account's company (or, for the laboratory, any), from the ledger itself.

    Anybody of a company may accept its offers. Who `ends` a place in line has to be who may cancel
    a reservation: its person, a manager, the laboratory. Raises Problem: 404 for a stranger's id as
    for an unknown one, 403 for a colleague's.
    """
    wish = waitlist.Wish(require_id(wish_id))
    await recalled(testbed, wish)
    if wish.joined is None or not may_see_company(account, wish.joined.company_id):
        raise Problem("not-found")
    if ends and not may_change(account, wish.joined.company_id, wish.joined.account_id):
        raise Problem("forbidden")
    return wish.joined


async def wish_after(testbed: Testbed, wish_id: str, done: Done) -> Wish:
    """A wish as it stands after what was done to it.

    From the view, or folded from its own events where the view is late.
    """
    now = datetime.now(UTC)
    found = await waiting.wish(testbed.database.app, wish_id, now)
    position = max((one.position for one in done.events if _is_about(one, wish_id)), default=0)
    if found is None or found.changed_position < position:
        return await _from_own_events(testbed, wish_id, now)
    return found


def _is_about(recorded: Recorded, wish_id: str) -> bool:
    return isinstance(recorded.event, WaitlistEvent) and recorded.event.wish_id == wish_id


async def _from_own_events(testbed: Testbed, wish_id: str, now: datetime) -> Wish:
    stored = await testbed.ledger.stored(tags=[offer_key(wish_id)], limit=MOST_EVENTS_OF_ONE)
    fold = Fold(waiting_fold.VIEW)
    for one in stored:
        fold.apply(decode_body(one.body))
    table = fold.tables["wishes"]
    row = dict(zip(table.columns, table.current[wish_id,], strict=True))
    place = await _place(testbed, row, now) if row["in_line"] else None
    return waiting.wish_of({**row, "status_now": row["status"], "place": place})


async def _place(testbed: Testbed, row: dict[str, object], now: datetime) -> int:
    """The place in line as the ledger has it."""
    wish = waiting.wish_of({**row, "status_now": row["status"], "place": None})
    line = waitlist.Line(wish.device_id, [wish.occupied])
    await recalled(testbed, line)
    turn = wish.replaces is None, wish.joined_position
    before = (one for one in line.ahead(now) if one.turn < turn)
    return 1 + sum(one.joined.occupied.overlaps(wish.occupied) for one in before)
