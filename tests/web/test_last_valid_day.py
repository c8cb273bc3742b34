"""A certificate is told by the last day on which it is good, on every page and in every refusal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.period import at_clock, last_day_before
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import browser_of
from tests.web.past_use import KIM, STAFF


async def test_the_last_valid_day_is_shown_everywhere(world: World) -> None:
    """Typed as the last day, the certificate ends at the midnight after it."""
    staff, browser = await world.client(STAFF), await browser_of(world, STAFF, "en")
    last = datetime.now(UTC).date() + timedelta(days=20)
    end = at_clock(last, "24:00")
    made = await staff.post(
        "/api/devices/AUT-018/calibrations",
        json={"certificate": "KC-1", "valid_until": end.isoformat(), "laboratory": "KTL"},
    )
    assert made.status_code in {200, 201}, made.text
    shown, after = (f"{day:%b} {day.day}," for day in (last, last + timedelta(days=1)))
    for path in ("/devices/AUT-018", "/devices", "/staff/maintenance"):
        words = (await browser.get(path)).words
        assert shown in words, path
        told = words.replace("Valid until", "valid until")
        assert f"valid until {after}" not in told, path


@pytest.mark.parametrize(("clock", "days"), [("00:00", 1), ("00:01", 0), ("24:00", 0)])
def test_the_last_day_is_that_before_midnight(clock: str, days: int) -> None:
    """Midnight ends the day before; any later minute belongs to its own day."""
    day = datetime(2026, 12, 1, tzinfo=UTC).date()
    assert last_day_before(at_clock(day, clock)) == day - timedelta(days=days)


async def test_an_unknown_sector_is_named_with_those_there_are(world: World) -> None:
    """An empty list would look like a sector without devices."""
    kim = await world.client(KIM)
    refused = await kim.get("/api/devices", params={"sector": "zzz"})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["field"], error["rule"]) == ("sector", "choice")
    assert "automotive, healthcare, energy" in error["message"]


async def test_an_extension_before_the_start_names_its_end(world: World) -> None:
    """The one field that was sent is the one that is wrong."""
    kim = await world.client(KIM)
    made = await kim.post("/api/reservations", json=asked())
    path = f"/api/reservations/{made.json()['reservation_id']}/extend"
    refused = await kim.post(path, json={"end": tomorrow("09:00").isoformat()})
    assert refused.status_code == 422
    (error,) = refused.json()["errors"]
    assert (error["field"], error["rule"]) == ("end", "after_start")


async def test_a_price_holds_within_dates_that_there_can_be(world: World) -> None:
    """Years in which nobody books are refused and named, at either end."""
    staff = await world.client(STAFF)
    for field, day in (("valid_from", "0001-01-01"), ("valid_until", "9999-12-31")):
        body = {"krw_per_hour": 1_000, field: day}
        refused = await staff.post("/api/devices/AUT-018/rates", json=body)
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert (error["field"], error["rule"]) == (field, "time_range")
