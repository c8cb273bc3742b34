"""Who hears of a suspension, what they may do about it, and why a missed start is doubted."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from domain import events as e
from tests.web.conftest import World
from tests.web.form_browser import browser_of
from tests.web.test_deadlines_settled import as_it_stands, booked_now, record
from web.entry_words import doubt_words
from web.language import in_language

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF, ADMIN = "staff@testbed.example", "admin@testbed.example"


async def heard(world: World, who: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await (await world.client(who)).get("/api/notices")).json()[
        "items"
    ]
    return found


async def test_managers_and_the_laboratory_hear_of_an_automatic_suspension(world: World) -> None:
    """Managers are led to the last no-show, staff to the board, with the company's name."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    await staff.post("/api/no-show-policy", json={"most": 1, "window_days": 30})
    reservation_id = await booked_now(kim)
    await staff.post(f"/api/reservations/{reservation_id}/no-show")
    (told,) = await heard(world, PARK)
    assert (told["kind"], told["path"]) == (
        "suspended_for_no_shows",
        f"/reservations/{reservation_id}",
    )
    assert "The laboratory can lift the suspension" in told["text"]
    (seen,) = await heard(world, ADMIN)
    assert (seen["kind"], seen["path"]) == ("company_suspended", "/staff#suspended")
    assert seen["company_name"] == told["company_name"] == "Mudeung Mobility"
    # Whoever recorded the no-show saw it happen; members and strangers are told nothing.
    assert await heard(world, STAFF) == []
    assert [one["kind"] for one in await heard(world, KIM)] == ["no_show"]
    assert await heard(world, LEE) == []
    page = await (await browser_of(world, ADMIN, "en")).get("/notices")
    assert "Mudeung Mobility" in page.words
    park = await (await browser_of(world, PARK, "en")).get("/notices")
    assert "Mudeung Mobility" not in _inside(park.words)


async def test_a_suspension_by_staff_says_its_reason_and_reinstating_what_counts(
    world: World,
) -> None:
    """Managers read what staff typed; that it is over and from when on no-shows count is news."""
    staff = await world.client(STAFF)
    await staff.post("/api/companies/mudeung/suspend", json={"reason": "미납"})
    await staff.post("/api/companies/mudeung/reinstate")
    over, begun = await heard(world, PARK)
    assert (begun["kind"], begun["reason"]) == ("suspended", "미납")
    assert (over["kind"], over["text"]) == (
        "reinstated",
        "The suspension has been lifted. No-shows before that count no longer.",
    )
    assert await heard(world, ADMIN) == []


@pytest.mark.parametrize("doubt", ["system_down", "safety_stop"])
async def test_a_doubt_says_why(world: World, doubt: e.Doubt) -> None:
    """On the board, on the booking's own page for both sides, and in the API."""
    kim = await world.client(KIM)
    reservation_id = await booked_now(kim)
    fields = await as_it_stands(world, reservation_id)
    start = fields["period"].start
    await record(world, e.NoShowSuspected(**fields, missed_at=start, doubt=doubt))
    path = f"/reservations/{reservation_id}"
    assert (await kim.get(f"/api{path}")).json()["doubt"] == doubt
    why = doubt_words(doubt, in_language("ko"))
    for who, page in ((STAFF, "/staff"), (STAFF, path), (KIM, path)):
        assert why in (await (await browser_of(world, who)).get(page)).words, (who, page)
    await (await world.client(STAFF)).post(f"/api{path}/hand-out", json={"at": start.isoformat()})
    assert why not in (await (await browser_of(world, KIM)).get(path)).words


def test_every_doubt_has_its_words() -> None:
    """Those that only a rare device knows too, in both languages."""
    for code in ("ko", "en"):
        said = [doubt_words(doubt, in_language(code)) for doubt in get_args(e.Doubt)]
        assert len(set(said)) == len(said)
        assert all(said)


def _inside(words: str) -> str:
    """What a page says below its frame, which names the reader's company."""
    return words.split("Mark as read", 1)[-1]
