"""Who has the device next: told when it goes out, when it comes back, and while it is late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx

from tests.web.conftest import World, asked
from tests.web.form_browser import browser_of
from tests.web.past_use import KIM, LEE, STAFF

SLOT = timedelta(minutes=30)


def slot() -> datetime:
    """The beginning of the next half hour, at which the plain bench devices can be booked."""
    now = datetime.now(UTC)
    return now.replace(minute=0, second=0, microsecond=0) + SLOT * (2 if now.minute >= 30 else 1)


async def booked(client: httpx.AsyncClient, start: datetime, slots: int = 1) -> str:
    times = {"start": start.isoformat(), "end": (start + slots * SLOT).isoformat()}
    made = await client.post("/api/reservations", json=asked(**times))
    assert made.status_code == 201, made.text
    return str(made.json()["reservation_id"])


async def test_hand_out_and_return_say_who_is_next(world: World) -> None:
    """Staff read when and which company; the answer to other steps does not speak of it."""
    kim, lee, staff = [await world.client(who) for who in (KIM, LEE, STAFF)]
    first = await booked(kim, slot())
    alone = await staff.post(f"/api/reservations/{first}/hand-out")
    assert alone.json()["next"] is None
    second = await booked(lee, slot() + 2 * SLOT)
    seen = (await staff.get(f"/api/reservations/{first}")).json()["next"]
    assert (seen["company_id"], seen["reservation_id"]) == ("hanbit", second)
    back = (await staff.post(f"/api/reservations/{first}/return")).json()
    assert datetime.fromisoformat(back["next"]["start"]) == slot() + 2 * SLOT
    assert back["next"]["company_id"] == "hanbit"
    cancelled = (await lee.post(f"/api/reservations/{second}/cancel")).json()
    assert "next" not in cancelled


async def test_a_company_reads_when_and_not_whose(world: World) -> None:
    """Whoever has the device knows when somebody waits for it; their own booking they know."""
    kim, lee, staff = [await world.client(who) for who in (KIM, LEE, STAFF)]
    first = await booked(kim, slot())
    await staff.post(f"/api/reservations/{first}/hand-out")
    await booked(lee, slot() + 2 * SLOT)
    seen = (await kim.get(f"/api/reservations/{first}")).json()
    assert seen["next"].keys() == {"start", "end"}
    page = await (await browser_of(world, KIM, "en")).get(f"/reservations/{first}")
    assert "Next booking" in page.words
    assert "hanbit" not in page.answer.text
    assert "Hanbit" not in page.answer.text


async def test_staff_see_who_waits_for_what_comes_back(world: World) -> None:
    """Beside each return of today stands the booking after it."""
    kim, lee, staff = [await world.client(who) for who in (KIM, LEE, STAFF)]
    first = await booked(kim, slot())
    await staff.post(f"/api/reservations/{first}/hand-out")
    second = await booked(lee, slot() + 2 * SLOT)
    page = await (await browser_of(world, STAFF, "en")).get("/staff")
    assert f"/reservations/{first}" in page.links
    if "out for longer" not in page.words:  # shortly before midnight, the slot ends tomorrow
        assert "Next:" in page.words
        assert f"/reservations/{second}" in page.links


async def test_an_early_return_frees_the_rest(world: World) -> None:
    """What was booked beyond the return and its buffer can be booked at once by somebody else."""
    kim, lee, staff = [await world.client(who) for who in (KIM, LEE, STAFF)]
    first = await booked(kim, slot(), slots=6)
    await staff.post(f"/api/reservations/{first}/hand-out")
    later = slot() + 3 * SLOT
    times = {"start": later.isoformat(), "end": (later + SLOT).isoformat()}
    taken = await lee.post("/api/reservations", json=asked(**times))
    assert taken.status_code == 409
    await staff.post(f"/api/reservations/{first}/return")
    assert (await lee.post("/api/reservations", json=asked(**times))).status_code == 201
