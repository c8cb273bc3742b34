"""Outages looked up, moved and called off over HTTP, alone and as a series."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.web.conftest import World, asked, tomorrow

KIM, STAFF, AUDITOR = "kim@mudeung.example", "staff@testbed.example", "auditor@testbed.example"
PATH = "/api/devices/AUT-018/outages"
WEEK = timedelta(weeks=1)


async def planned(world: World, **more: Any) -> dict[str, Any]:
    """The answer to planning maintenance of tomorrow from nine to six."""
    staff = await world.client(STAFF)
    times = {"start": tomorrow("09:00").isoformat(), "end": tomorrow("18:00").isoformat()}
    answer = await staff.post(PATH, json={"kind": "maintenance", "reason": "점검"} | times | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_outages_are_listed_page_by_page(world: World) -> None:
    """By start, with their series and reason; cancelled ones on request, the past as of then."""
    made = await planned(world, repeat={"every_weeks": 1, "count": 3})
    staff = await world.client(STAFF)
    first = (await staff.get(PATH, params={"limit": 2})).json()
    rest = (await staff.get(PATH, params={"limit": 2, "after": first["next"]})).json()
    listed = [*first["items"], *rest["items"]]
    assert [one["outage_id"] for one in listed] == [one["outage_id"] for one in made["repeats"]]
    assert {one["series_id"] for one in listed} == {made["series_id"]}
    assert {(one["status"], one["reason"]) for one in listed} == {("scheduled", "점검")}
    assert rest["next"] is None
    await staff.post(f"/api/outages/{made['outage_id']}/cancel")
    assert len((await staff.get(PATH)).json()["items"]) == 2
    every = (await staff.get(PATH, params={"cancelled": "true"})).json()["items"]
    assert [one["status"] for one in every] == ["cancelled", "scheduled", "scheduled"]
    then = {"as_of": str(made["position"] + 2)}
    assert len((await staff.get(PATH, params=then)).json()["items"]) == 3
    week = {
        "from": tomorrow("00:00", days=7).isoformat(),
        "to": tomorrow("00:00", days=9).isoformat(),
    }
    assert len((await staff.get(PATH, params=week)).json()["items"]) == 1
    one = (await staff.get(f"/api/outages/{made['outage_id']}")).json()
    assert one == every[0]
    before = await staff.get(f"/api/outages/{made['outage_id']}", params={"as_of": "1"})
    assert before.status_code == 404


async def test_a_breakdown_is_listed_until_its_expected_end(world: World) -> None:
    """A breakdown is among a device's outages by the id that its report answered."""
    staff = await world.client(STAFF)
    until = {"expected_until": tomorrow("00:00").isoformat(), "reason": "전원부"}
    broken = (await staff.post("/api/devices/AUT-018/breakdown", json=until)).json()
    (listed,) = (await staff.get(PATH)).json()["items"]
    assert (listed["outage_id"], listed["kind"]) == (broken["outage_id"], "breakdown")
    assert (listed["status"], listed["reason"]) == ("broken", "전원부")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"limit": "0"}, "limit"),
        ({"after": "x"}, "after"),
        ({"after": "WyIyMDI2LTExLTIzVDA5OjAwOjAwIiwibyJd"}, "after"),
        ({"from": "2026-12-02T00:00:00Z", "to": "2026-12-01T00:00:00Z"}, "to"),
        ({"state": "planned"}, "state"),
    ],
)
async def test_a_wrong_query_names_its_field(
    world: World, query: dict[str, str], field: str
) -> None:
    """What the list cannot read is refused by name."""
    staff = await world.client(STAFF)
    answer = await staff.get(PATH, params=query)
    assert answer.status_code == 422, answer.text
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_who_looks_them_up(world: World) -> None:
    """Auditors read; companies do not, and nobody finds a reservation by this address."""
    made = await planned(world)
    kim, auditor = await world.client(KIM), await world.client(AUDITOR)
    path = f"/api/outages/{made['outage_id']}"
    assert (await auditor.get(path)).status_code == 200
    assert (await kim.get(path)).status_code == 403
    assert (await kim.get(PATH)).status_code == 403
    times = {"start": tomorrow("09:00").isoformat(), "end": tomorrow("10:00").isoformat()}
    assert (await auditor.post(f"{path}/reschedule", json=times)).status_code == 403
    booked = (await kim.post("/api/reservations", json=asked(days=2))).json()
    for name in (booked["reservation_id"], "o-none", "%00"):
        assert (await auditor.get(f"/api/outages/{name}")).status_code == 404
    assert (await auditor.get("/api/devices/AUT-999/outages")).status_code == 404


async def test_an_outage_is_moved_after_a_dry_run(world: World) -> None:
    """The dry run and the move name the same booking with the same alternatives."""
    made = await planned(world)
    kim, staff = await world.client(KIM), await world.client(STAFF)
    booked = (await kim.post("/api/reservations", json=asked(days=2))).json()
    to = {
        "start": tomorrow("09:00", days=2).isoformat(),
        "end": tomorrow("18:00", days=2).isoformat(),
    }
    path = f"/api/outages/{made['outage_id']}/reschedule"
    tried = await staff.post(f"{path}?dry_run=true", json=to)
    assert tried.status_code == 200, tried.text
    assert tried.json()["dry_run"] is True
    (would,) = tried.json()["displaced"]
    assert would["reservation_id"] == booked["reservation_id"]
    assert (await kim.get(f"/api/reservations/{booked['reservation_id']}")).json()["status"] == (
        "confirmed"
    )
    moved = await staff.post(path, json=to)
    assert moved.status_code == 200, moved.text
    (hit,) = moved.json()["displaced"]
    assert hit["alternatives"] == would["alternatives"] != []
    assert moved.json()["start"] == tried.json()["start"]
    # Its old time is free at once.
    assert (await kim.post("/api/reservations", json=asked())).status_code == 201
    backwards = await staff.post(path, json={"start": to["end"], "end": to["start"]})
    assert [one["field"] for one in backwards.json()["errors"]] == ["end"]
    assert (await staff.post("/api/outages/o-none/reschedule", json=to)).status_code == 404


async def test_a_dry_run_sees_what_the_outage_would_free(world: World) -> None:
    """Bookings that are displaced together are in nobody's way: in the dry run nor afterwards."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    for start, end in (("08:00", "10:00"), ("17:00", "19:00")):
        made = await kim.post("/api/reservations", json=asked(start, end))
        assert made.status_code == 201, made.text
    body = {
        "kind": "maintenance",
        "start": tomorrow("09:00").isoformat(),
        "end": tomorrow("18:00").isoformat(),
    }
    would = (await staff.post(f"{PATH}?dry_run=true", json=body)).json()["displaced"]
    done = (await staff.post(PATH, json=body)).json()["displaced"]
    assert [one["alternatives"] for one in would] == [one["alternatives"] for one in done]
    later = would[0]["alternatives"][0]
    assert datetime.fromisoformat(later["start"]) == tomorrow("18:00")


@pytest.mark.parametrize(("scope", "left"), [("this", 2), ("later", 1), ("all", 0)])
async def test_a_series_is_cancelled(world: World, scope: str, left: int) -> None:
    """One, one and those after it, or all; the answer lists what was cancelled together."""
    made = await planned(world, repeat={"every_weeks": 1, "count": 3})
    staff = await world.client(STAFF)
    second = made["repeats"][1]["outage_id"]
    answer = await staff.post(f"/api/outages/{second}/cancel", json={"scope": scope})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "cancelled"
    assert len(answer.json()["repeats"]) in {0, 3 - left}
    assert len((await staff.get(PATH)).json()["items"]) == left
    wrong = await staff.post(f"/api/outages/{second}/cancel", json={"scope": "some"})
    assert [one["field"] for one in wrong.json()["errors"]] == ["scope"]


async def test_a_displaced_booking_is_offered_its_own_time_back(world: World) -> None:
    """First in the list once the outage is cancelled, and by the same claim; not while it stands,
    nor once it was given up and somebody else has the time.
    """
    kim, staff = await world.client(KIM), await world.client(STAFF)
    booked = (await kim.post("/api/reservations", json=asked())).json()
    made = await planned(world)
    (claim,) = (await kim.get("/api/claims")).json()["items"]
    assert "same_time" not in [one["kind"] for one in claim["alternatives"]]
    await staff.post(f"/api/outages/{made['outage_id']}/cancel")
    (claim,) = (await kim.get("/api/claims")).json()["items"]
    own = claim["alternatives"][0]
    assert own == {
        "device_id": booked["device_id"],
        "start": booked["start"],
        "end": booked["end"],
        "kind": "same_time",
    }
    lee = await world.client("lee@hanbit.example")
    assert (await lee.post("/api/reservations", json=asked())).status_code == 409
    assert (await kim.post(f"/api/waitlist/{claim['wish_id']}/leave")).status_code == 200
    theirs = (await lee.post("/api/reservations", json=asked())).json()
    (claim,) = (await kim.get("/api/claims")).json()["items"]
    assert "same_time" not in [one["kind"] for one in claim["alternatives"]]
    await lee.post(f"/api/reservations/{theirs['reservation_id']}/cancel")
    back = {"start": own["start"], "end": own["end"]}
    again = await kim.post(f"/api/reservations/{booked['reservation_id']}/rebook", json=back)
    assert again.status_code == 201, again.text
    assert (again.json()["start"], again.json()["replaces"]) == (
        booked["start"],
        booked["reservation_id"],
    )
