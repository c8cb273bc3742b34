"""Demand and utilisation over HTTP and as a page, for those who plan the laboratory."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import browser_of

KIM, LEE = "kim@mudeung.example", "lee@hanbit.example"
STAFF, AUDITOR = "staff@testbed.example", "auditor@testbed.example"


async def make_demand(world: World) -> None:
    """Kim books two hours; Lee asks for the same twice, and for a length that is not allowed."""
    kim, lee = await world.client(KIM), await world.client(LEE)
    assert (await kim.post("/api/reservations", json=asked())).status_code == 201
    for _ in range(2):
        assert (await lee.post("/api/reservations", json=asked())).status_code == 409
    assert (await lee.post("/api/reservations", json=asked("00:00", "12:00"))).status_code == 422


async def test_refusals_are_counted_once_by_device_rule_and_hour(world: World) -> None:
    """Two requests and fourteen hours, wherever they are counted by."""
    await make_demand(world)
    span = {"from": tomorrow("00:00").isoformat(), "to": tomorrow("24:00").isoformat()}
    auditor = await world.client(AUDITOR)
    by_device = (await auditor.get("/api/demand", params=span)).json()
    assert (by_device["by"], by_device["requests"], by_device["hours"]) == ("device", 2, 14)
    assert by_device["items"] == [
        {"key": "AUT-018", "requests": 2, "hours": 14, "companies": 1, "waited": 0}
    ]
    assert "counts once" in by_device["counted"]
    by_rule = (await auditor.get("/api/demand", params=span | {"by": "rule"})).json()
    assert {one["key"]: one["hours"] for one in by_rule["items"]} == {
        "maximum": 12,
        "slot_taken": 2,
    }
    by_hour = (await auditor.get("/api/demand", params=span | {"by": "hour"})).json()["items"]
    assert {one["hour"]: one["hours"] for one in by_hour} == dict.fromkeys(range(10), 1.0) | {
        10: 2.0,
        11: 2.0,
    }
    assert {one["weekday"] for one in by_hour} == {tomorrow("00:00").isoweekday()}
    taken = (await auditor.get("/api/demand", params=span | {"rule": "slot_taken"})).json()
    assert (taken["requests"], taken["hours"]) == (1, 2)
    by_sector = (await auditor.get("/api/demand", params=span | {"by": "sector"})).json()
    assert [one["key"] for one in by_sector["items"]] == ["healthcare"]
    head = await world.testbed.ledger.head()
    before = span | {"as_of": str(head.position - 3)}
    assert (await auditor.get("/api/demand", params=before)).json()["requests"] == 0


async def test_the_ranking_says_what_to_buy(world: World) -> None:
    """Only taken time counts; a free compatible device could have stood in for it."""
    await make_demand(world)
    span = {"from": tomorrow("00:00").isoformat(), "to": tomorrow("24:00").isoformat()}
    staff = await world.client(STAFF)
    ranking = (await staff.get("/api/demand/ranking", params=span)).json()
    assert ranking["items"] == [
        {
            "device_id": "AUT-018",
            "requests": 1,
            "companies": 1,
            "unmet": 2,
            "covered": 2,
            "out": 0,
            "left": 0,
        }
    ]


async def test_utilisation_has_its_definition_beside_it(world: World) -> None:
    """Every device of the month, with hours in use and in operation; not for months to come."""
    staff = await world.client(STAFF)
    month = tomorrow("00:00", days=0).strftime("%Y-%m")
    answer = (await staff.get("/api/utilisation", params={"month": month})).json()
    assert "hours in operation × 100" in answer["definition"]
    devices = {one["device_id"]: one for one in answer["items"]}
    assert set(devices) == {"AUT-018", "AUT-011", "HEA-013", "ENE-013"}
    assert devices["AUT-018"]["used_hours"] == 0
    assert devices["AUT-018"]["operating_hours"] >= 0
    korean = await staff.get(
        "/api/utilisation", params={"month": month}, headers={"Accept-Language": "ko"}
    )
    assert "가동률 = 가동시간 ÷ 운용시간 × 100" in korean.json()["definition"]
    for wrong in ("2026-13", "9999-12", "0000-01", "2026", "", "2199-01"):
        answer = await staff.get("/api/utilisation", params={"month": wrong})
        assert answer.status_code == 422, wrong


async def test_companies_do_not_see_others_demand(world: World) -> None:
    """Reports over all companies are the laboratory's and the auditors'."""
    kim = await world.client(KIM)
    for path in ("/api/demand", "/api/demand/ranking", "/api/utilisation", "/demand"):
        assert (await kim.get(path)).status_code == 403, path


async def test_spans_are_bounded(world: World) -> None:
    """At most 366 days, in order, and by what there is."""
    staff = await world.client(STAFF)
    start = tomorrow("00:00")
    for to in (start, start - timedelta(days=1), start + timedelta(days=367)):
        params = {"from": start.isoformat(), "to": to.isoformat()}
        assert (await staff.get("/api/demand", params=params)).status_code == 422, to
    params = {"from": start.isoformat(), "to": tomorrow("24:00").isoformat(), "by": "colour"}
    assert (await staff.get("/api/demand", params=params)).status_code == 422


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_the_page_prints_every_number_in_a_real_table(world: World, language: str) -> None:
    """A heat map of seven rows by 24 hours in classes up to nine, a ranking, and definitions."""
    await make_demand(world)
    browser = await browser_of(world, STAFF, language)
    page = await browser.get("/demand")
    assert page.status == 200, page.words
    cells = re.findall(r'<td class="h(\d)">(.*?)</td>', page.answer.text)
    assert len(cells) == 7 * 24
    assert sorted({heat for heat, _ in cells}) == ["0", "5", "9"]
    assert [words for heat, words in cells if heat == "9"] == ["2", "2"]
    assert "style=" not in page.answer.text
    expected = {
        "ko": ("가동률 = 가동시간 ÷ 운용시간 × 100", "최대 이용 시간", "추가 도입이 필요한 장비"),
        "en": ("Utilisation = hours in use", "Longest booking", "Which device to buy next"),
    }
    for words in expected[language]:
        assert words in page.words
    taken = await browser.get("/demand?rule=slot_taken")
    heats = re.findall(r'<td class="h(\d)">', taken.answer.text)
    assert (heats.count("9"), heats.count("0")) == (2, 7 * 24 - 2)
    past = await browser.get("/demand?as_of=5")
    assert past.status == 200


async def test_the_page_shows_what_waited(world: World) -> None:
    """By device, rule and month beside the requests, and alone, by the hour, when asked for."""
    await make_demand(world)
    lee = await world.client(LEE)
    assert (await lee.post("/api/waitlist", json=asked())).status_code == 201
    browser = await browser_of(world, STAFF)
    every, waiting = [await browser.get(f"/demand{more}") for more in ("", "?waiting=true")]
    assert "대기 신청한 요청: 1" in every.words
    heats = [re.findall(r'<td class="h(\d)">', page.answer.text) for page in (every, waiting)]
    assert [heat.count("0") for heat in heats] == [7 * 24 - 12, 7 * 24 - 2]
    assert "최대 이용 시간" in waiting.words
    numbers = [
        re.findall(r'<td class="num">([\d.]+)</td>', page.answer.text) for page in (every, waiting)
    ]
    by_device = ["2", "1", "1", "14"], ["1", "1", "1", "2"]
    for expected, found in zip(by_device, numbers, strict=True):
        assert any(found[at : at + 4] == expected for at in range(len(found)))


async def test_the_page_refuses_impossible_days(world: World) -> None:
    """Days out of order, too many of them, and months to come are refused as pages."""
    browser = await browser_of(world, STAFF)
    for query in ("from=2026-12-02&to=2026-12-01", "from=2020-01-01", "month=2199-01", "to=x"):
        assert (await browser.get(f"/demand?{query}")).status == 422, query


@pytest.mark.parametrize(
    ("language", "query", "field", "said"),
    [
        ("ko", "from=2020-01-01&to=2060-01-01", "to", "종료일: 한 번에 366일까지 볼 수 있어요."),
        ("ko", "from=2026-12-02&to=2026-12-01", "to", "종료일: 시작일보다 앞설 수 없어요."),
        ("en", "from=2026-12-02&to=2026-12-01", "to", "Last day: This must not come before"),
        ("ko", "from=2026-12-01&to=2026-12-01&month=2026-13", "month", ": 2026-12 같은 달로"),
        ("ko", "from=2026-12-01&to=2026-12-01&month=2199-01", "month", ": 2000-01 ~ "),
        ("en", "from=2020-01-01&to=2060-01-01", "to", "Last day: At most 366 days"),
    ],
)
async def test_the_form_comes_back_with_what_is_wrong(
    world: World, language: str, query: str, field: str, said: str
) -> None:
    """What was asked stays in the form, and the field is named as its label names it."""
    browser = await browser_of(world, STAFF, language)
    page = await browser.get(f"/demand?{query}&rule=maximum")
    assert page.status == 422
    assert said in page.words
    assert "366 d " not in page.words
    form = page.form("/demand")
    typed = dict(part.split("=") for part in query.split("&")) | {"rule": "maximum"}
    assert {name: form.value(name) for name in typed} == typed
    assert ("aria-describedby", f"{field}-wrong") in page.attributes
    assert (await browser.get("/demand?colour=red")).status == 422
