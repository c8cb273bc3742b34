"""What people hear in the web: their own notices, those of their groups, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from domain import companies
from domain.actor import SYSTEM
from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import browser_of
from web.lists import cursor

KIM, PARK, LEE = "kim@mudeung.example", "park@mudeung.example", "lee@hanbit.example"
STAFF, ADMIN = "staff@testbed.example", "admin@testbed.example"
AUDITOR = "auditor@testbed.example"


def wished(**more: Any) -> dict[str, Any]:
    """The body of a request for the chamber, which takes an approval."""
    return asked("10:00", "12:00", days=2, device_id="AUT-011", **more)


async def heard(client: httpx.AsyncClient) -> list[str]:
    """The kinds of somebody's notices, newest first."""
    answer = await client.get("/api/notices")
    assert answer.status_code == 200, answer.text
    return [one["kind"] for one in answer.json()["items"]]


async def test_a_request_and_its_answer_are_heard_by_the_other_side(world: World) -> None:
    """Staff hear of the request, the holder reads why it was declined, strangers nothing."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=wished())).json()
    (request,) = (await staff.get("/api/notices")).json()["items"]
    assert (request["kind"], request["reservation_id"]) == ("request", made["reservation_id"])
    assert request["path"] == f"/reservations/{made['reservation_id']}"
    assert request["unread"]
    assert await heard(kim) == []
    step = f"/api/reservations/{made['reservation_id']}/decline"
    assert (await staff.post(step, json={"reason": "챔버 점검이 잡혀 있어요"})).status_code == 200
    (declined,) = (await kim.get("/api/notices")).json()["items"]
    assert (declined["kind"], declined["reason"]) == ("declined", "챔버 점검이 잡혀 있어요")
    assert declined["device_name"] == "EMC chamber"
    assert datetime.fromisoformat(declined["start"]) == tomorrow("10:00", days=2)
    for other in (PARK, LEE, AUDITOR):
        assert await heard(await world.client(other)) == []
    # The colleague of the one who declined hears of the request, not of the answer.
    assert await heard(await world.client(ADMIN)) == ["request"]


async def test_who_loses_one_of_a_bundle_hears_that_the_others_stay(world: World) -> None:
    """So does whoever declined it; the page leads to where the rest can be cancelled."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    bundle = wished() | {"device_ids": ["AUT-011", "AUT-018"]}
    del bundle["device_id"]
    made = await kim.post("/api/bundles", json=bundle)
    assert made.status_code == 201, made.text
    asked_for, kept = [one["reservation_id"] for one in made.json()["members"]]
    declined = await staff.post(f"/api/reservations/{asked_for}/decline", json={"reason": "점검"})
    assert declined.json()["bundle_kept"] == [kept]
    (notice,) = (await kim.get("/api/notices")).json()["items"]
    assert notice["kind"] == "declined_of_bundle"
    assert "stay booked" in notice["text"]
    browser = await browser_of(world, KIM, "en")
    page = await browser.get(notice["path"])
    assert "See or cancel its other devices" in page.words
    rest = await browser.get(f"/bundles/{made.json()['group_id']}")
    await browser.send(rest.form("/cancel"))
    assert (await kim.get(f"/api/reservations/{kept}")).json()["status"] == "cancelled"


async def test_the_page_of_whoever_declines_says_that_the_others_stay(world: World) -> None:
    """Right after the step, where it can still be talked over."""
    kim, staff = await world.client(KIM), await browser_of(world, STAFF, "en")
    bundle = wished() | {"device_ids": ["AUT-011", "AUT-018"]}
    del bundle["device_id"]
    made = (await kim.post("/api/bundles", json=bundle)).json()
    page = await staff.get(f"/reservations/{made['members'][0]['reservation_id']}")
    done = await staff.send(page.form("/decline"), reason="점검")
    assert "other devices of its bundle stay booked" in done.words


async def test_managers_hear_that_their_company_is_suspended(world: World) -> None:
    """A notice to a group reaches whoever belongs to it, and not its company's members."""
    await world.testbed.booking.do(companies.SuspendCompany(by=SYSTEM, company_id="mudeung"))
    await world.testbed.booking.do(companies.ReinstateCompany(by=SYSTEM, company_id="mudeung"))
    assert await heard(await world.client(PARK)) == ["reinstated", "suspended"]
    assert await heard(await world.client(KIM)) == []
    assert await heard(await world.client(LEE)) == []


async def test_notices_are_of_the_role_that_one_has_today(world: World) -> None:
    """Who becomes a member, or goes to another company, reads no more of the old affairs."""
    await world.testbed.booking.do(companies.SuspendCompany(by=SYSTEM, company_id="mudeung"))
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=wished())).json()
    assert "reservation_id" not in made  # suspended
    park = await world.client(PARK)
    assert await heard(park) == ["suspended"]
    account = await world.testbed.accounts.by_email(PARK)
    assert account is not None
    await world.testbed.accounts.set_role(account.account_id, "manager", "hanbit")
    assert await heard(park) == []
    await world.testbed.accounts.set_role(account.account_id, "member", "mudeung")
    assert await heard(park) == []
    assert await heard(staff) == []


async def test_what_was_read_is_no_longer_new(world: World) -> None:
    """Marked through a position, the rest stays new; nobody marks what is not there yet."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    for hour in ("09:00", "11:00", "13:00"):
        until = f"{int(hour[:2]) + 1}:00"
        body = wished() | {
            "start": tomorrow(hour, days=2).isoformat(),
            "end": tomorrow(until, days=2).isoformat(),
        }
        assert (await kim.post("/api/reservations", json=body)).status_code == 201
    items = (await staff.get("/api/notices")).json()["items"]
    second = items[1]["position"]
    answer = await staff.post("/api/notices/read", json={"through": second})
    assert answer.json() == {"unread": 1}
    items = (await staff.get("/api/notices")).json()["items"]
    assert [one["unread"] for one in items] == [True, False, False]
    # Reading less later takes nothing back.
    assert (await staff.post("/api/notices/read", json={"through": 1})).json() == {"unread": 1}
    assert (await staff.post("/api/notices/read", json={})).json() == {"unread": 0}
    beyond = await staff.post("/api/notices/read", json={"through": 10**9})
    assert beyond.status_code == 422
    assert beyond.json()["errors"][0]["field"] == "through"
    # What somebody else read is that person's own affair.
    admin = await world.client(ADMIN)
    assert all(one["unread"] for one in (await admin.get("/api/notices")).json()["items"])


async def test_nothing_is_new_to_a_new_account(world: World) -> None:
    """What came before there was the account is there to read, and not counted."""
    kim = await world.client(KIM)
    assert (await kim.post("/api/reservations", json=wished())).status_code == 201
    added = "new@testbed.example"
    await world.testbed.accounts.add(added, "새직원", "staff", None, "맑은 날 무등산에 오르기")
    newcomer = await world.client(added)
    (request,) = (await newcomer.get("/api/notices")).json()["items"]
    assert (request["kind"], request["unread"]) == ("request", False)
    later = wished() | {
        "start": tomorrow("14:00", days=2).isoformat(),
        "end": tomorrow("15:00", days=2).isoformat(),
    }
    assert (await kim.post("/api/reservations", json=later)).status_code == 201
    items = (await newcomer.get("/api/notices")).json()["items"]
    assert [one["unread"] for one in items] == [True, False]
    assert (await newcomer.post("/api/notices/read", json={"through": 1})).json() == {"unread": 1}


async def test_a_long_list_goes_on(world: World) -> None:
    """Pages join without gap or repetition, as of a position too; odd cursors are refused."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    positions = []
    for number in range(5):
        start = tomorrow("09:00", days=2) + timedelta(hours=number)
        body = wished() | {
            "start": start.isoformat(),
            "end": (start + timedelta(hours=1)).isoformat(),
        }
        made = await kim.post("/api/reservations", json=body)
        positions.append(int(made.headers["ledger-position"]))
    found: list[int] = []
    after = None
    while True:
        query = {"limit": "2"} | ({"after": after} if after else {})
        answer = (await staff.get("/api/notices", params=query)).json()
        found += [one["position"] for one in answer["items"]]
        after = answer["next"]
        if after is None:
            break
    assert found == positions[::-1]
    past = await staff.get("/api/notices", params={"as_of": str(positions[1])})
    assert [one["position"] for one in past.json()["items"]] == positions[1::-1]
    for odd in ([10**30, 0], [-1, 0], ["x"], {}):
        assert (await staff.get("/api/notices", params={"after": cursor(odd)})).status_code == 422


async def test_the_page_shows_and_marks_them(world: World) -> None:
    """The number in the menu, the list with its links, one button; no JavaScript."""
    staff = await browser_of(world, STAFF)
    api = await world.client(KIM)
    made = (await api.post("/api/reservations", json=wished(purpose="전자파 내성"))).json()
    page = await staff.get("/notices")
    assert "승인을 기다리는 신청이 있어요" in page.words
    assert f"/reservations/{made['reservation_id']}" in page.links
    assert "알림 1" in (await staff.get("/timeline")).words
    marked = await staff.send(page.form("/notices/read"))
    assert marked.answer.url.path == "/notices"
    assert "새 알림" not in marked.words
    assert "알림 1" not in (await staff.get("/timeline")).words
    assert not [one for one in marked.forms if one.action == "/notices/read"]
    english = await browser_of(world, STAFF, "en")
    assert "A request waits for your answer" in (await english.get("/notices")).words


async def test_the_page_goes_on_to_older_ones(world: World) -> None:
    """Thirty at once, and a link to the rest."""
    api, staff = await world.client(KIM), await browser_of(world, STAFF)
    for number in range(31):
        start = tomorrow("09:00", days=2 + number)
        body = wished() | {
            "start": start.isoformat(),
            "end": (start + timedelta(hours=1)).isoformat(),
        }
        assert (await api.post("/api/reservations", json=body)).status_code == 201, number
    page = await staff.get("/notices")
    (older,) = [link for link in page.links if link.startswith("/notices?after=")]
    assert len([one for one in page.links if one.startswith("/reservations/")]) == 30
    rest = await staff.get(older)
    assert len([one for one in rest.links if one.startswith("/reservations/")]) == 1


async def test_the_text_of_an_erased_author_is_gone(world: World) -> None:
    """The notice stays, its reason can be read by nobody."""
    kim, staff = await world.client(KIM), await world.client(STAFF)
    made = (await kim.post("/api/reservations", json=wished())).json()
    step = f"/api/reservations/{made['reservation_id']}/decline"
    await staff.post(step, json={"reason": "개인 사정"})
    account = await world.testbed.accounts.by_email(STAFF)
    assert account is not None
    await world.testbed.accounts.erase(account.account_id)
    world.testbed.seals.forget(account.account_id)
    (declined,) = (await kim.get("/api/notices")).json()["items"]
    assert declined["reason"] is None
    assert datetime.fromisoformat(declined["at"]) < datetime.now(UTC)
