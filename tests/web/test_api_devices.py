"""The catalogue and availability over HTTP."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.web.conftest import KRW_PER_HOUR, World, asked, tomorrow

KIM, STAFF = "kim@mudeung.example", "staff@testbed.example"


async def test_the_catalogue_is_listed_page_by_page(world: World) -> None:
    """Devices come by id; `next` of one page is `after` of the following."""
    kim = await world.client(KIM)
    first = (await kim.get("/api/devices", params={"limit": 3})).json()
    rest = (await kim.get("/api/devices", params={"limit": 3, "after": first["next"]})).json()
    names = [one["device_id"] for one in (*first["items"], *rest["items"])]
    assert names == ["AUT-011", "AUT-018", "ENE-013", "HEA-013"]
    assert rest["next"] is None


async def test_a_device_says_what_the_contract_names(world: World) -> None:
    """One device has its names, sector, terms, state and rate."""
    kim = await world.client(KIM)
    device = (await kim.get("/api/devices/AUT-018")).json()
    assert device["name"] == {"ko": "차량 내 네트워크 분석기", "en": "In-vehicle network analyser"}
    assert (device["sector"], device["state"], device["rate"]) == (
        "automotive",
        "in_service",
        KRW_PER_HOUR,
    )
    assert device["terms"]["maximum_minutes"] == 480
    assert {"location", "specification"} <= device.keys()


async def test_the_catalogue_is_searched(world: World) -> None:
    """Sector and words narrow the list; Hangul is found in either normal form."""
    kim = await world.client(KIM)
    decomposed = "분석기"
    for query, found in (
        ({"sector": "energy"}, ["ENE-013"]),
        ({"q": "ANALYSER"}, ["AUT-018", "ENE-013"]),
        ({"q": decomposed}, ["AUT-018", "ENE-013"]),
        ({"q": "분석기", "sector": "energy"}, ["ENE-013"]),
        ({"q": "%"}, []),
    ):
        items = (await kim.get("/api/devices", params=query)).json()["items"]
        assert [one["device_id"] for one in items] == found, query


async def test_free_devices_are_those_without_a_booking_there(world: World) -> None:
    """`free_from` and `free_to` leave out devices that are taken then, buffers included."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked("10:00", "12:00"))
    for start, end, free in (
        ("10:00", "11:00", False),
        ("12:00", "13:00", False),
        ("12:30", "13:00", True),
    ):
        query = {"free_from": tomorrow(start).isoformat(), "free_to": tomorrow(end).isoformat()}
        items = (await kim.get("/api/devices", params=query)).json()["items"]
        assert ("AUT-018" in {one["device_id"] for one in items}) is free
        assert "ENE-013" in {one["device_id"] for one in items}


async def test_half_a_period_is_refused(world: World) -> None:
    """A period to be free in has two ends."""
    kim = await world.client(KIM)
    answer = await kim.get("/api/devices", params={"free_to": tomorrow("10:00").isoformat()})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["rule"]) == ("free_from", "together")


async def test_availability_tells_busy_from_free(world: World) -> None:
    """A booked morning is busy with its buffer after it, and the rest of the day is free."""
    kim = await world.client(KIM)
    await kim.post("/api/reservations", json=asked("10:00", "12:00"))
    query = {"from": tomorrow("08:00").isoformat(), "to": tomorrow("18:00").isoformat()}
    answer = await kim.get("/api/devices/AUT-018/availability", params=query)
    assert answer.status_code == 200, answer.text
    busy = [(one["kind"], _time(one["start"]), _time(one["end"])) for one in answer.json()["busy"]]
    assert busy == [
        ("reservation", tomorrow("10:00"), tomorrow("12:00")),
        ("buffer", tomorrow("12:00"), tomorrow("12:15")),
    ]
    free = [(_time(one["start"]), _time(one["end"])) for one in answer.json()["free"]]
    # The booking before ends in time for its own buffer after it.
    assert free == [
        (tomorrow("08:00"), tomorrow("09:30")),
        (tomorrow("12:30"), tomorrow("18:00")),
    ]


async def test_what_is_handed_out_is_in_use_and_not_for_whom(world: World) -> None:
    """The catalogue says that a device is in use, never by which reservation."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=asked())).json()
    out = await staff.post(f"/api/reservations/{made['reservation_id']}/hand-out")
    assert out.status_code == 200, out.text
    answer = await kim.get("/api/devices/AUT-018")
    assert answer.json()["state"] == "in_use"
    assert made["reservation_id"] not in answer.text


@pytest.mark.parametrize(
    ("query", "field", "rule"),
    [
        ({"from": "2026-12-01T09:00:00"}, "from", "offset"),
        ({"from": "yesterday"}, "from", "time"),
        ({"from": "9999-12-31T23:59:59Z"}, "from", "time_range"),
        ({"from": "0001-01-01T00:00:00+14:00"}, "from", "time_range"),
        ({"to": "2026-12-01T09:00:00Z"}, "to", "after_start"),
        ({"to": "2190-12-01T09:00:00Z"}, "to", "time_range"),
        ({"as_of": "99999999999999999999"}, "as_of", "position"),
        ({"as_of": "-1"}, "as_of", "time"),
        ({"until": "x"}, "until", "unknown_field"),
    ],
)
async def test_wrong_parameters_are_named(
    world: World, query: dict[str, str], field: str, rule: str
) -> None:
    """A wrong parameter of a query answers 422 with its name and what is wrong."""
    kim = await world.client(KIM)
    good = {"from": "2026-12-01T09:00:00Z", "to": "2026-12-02T09:00:00Z"}
    answer = await kim.get("/api/devices/AUT-018/availability", params=good | query)
    assert answer.status_code == 422, answer.text
    assert (field, rule) in {(one["field"], one["rule"]) for one in answer.json()["errors"]}


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
