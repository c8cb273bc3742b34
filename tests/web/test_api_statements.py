"""Usage, its log and its statements over HTTP: for the company, for staff, as files."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import httpx

from domain import events as e
from domain.text import Text
from tests.web.conftest import KRW_PER_HOUR, World, tomorrow
from tests.web.past_use import (
    AUDITOR,
    KIM,
    LEE,
    PARK,
    STAFF,
    first_day,
    last_month,
    record,
    use_last_month,
)

HEADINGS = (
    "장비명,장비등록번호,장비책임자,작성자,이용일시,이용기관,이용자,시료 수,인력 투입시간,"
    "이용료,이용유형,이용기관 유형,비고"
)


def rows_of(answer: httpx.Response) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_the_log_has_the_national_fields(world: World) -> None:
    """Names are opened from identity; the author is who entered the line."""
    used = await use_last_month(world)
    staff = await world.client(STAFF)
    answer = await staff.get("/api/log", params={"month": last_month()})
    (line,) = answer.json()["lines"]
    assert line["user"]["name"] == "김하늘"
    assert line["author"]["name"] == "정직원"
    assert line["keeper"] is None
    assert line["registration_number"] == "NFEC-AUT-018"
    assert line["company_kind"] == "medium"
    assert (line["samples"], line["staff_minutes"], line["usage_type"]) == (3, 45, "direct")
    assert line["fee"] == 2 * KRW_PER_HOUR
    assert line["notes"] == "전원 케이블 교체"
    assert line["start"] == used.start.isoformat().replace("+00:00", "Z")


async def test_the_log_is_a_file_in_the_national_form(world: World) -> None:
    """Exactly these headings; a row of words and numbers as they are handed in."""
    await use_last_month(world)
    auditor = await world.client(AUDITOR)
    rows = rows_of(await auditor.get("/usage-log.csv", params={"month": last_month()}))
    assert ",".join(rows[0]) == HEADINGS
    (row,) = rows[1:]
    day = first_day().isoformat()
    assert row == [
        *("차량 내 네트워크 분석기", "NFEC-AUT-018", "", "정직원"),
        *(f"{day} 09:00 ~ {day} 11:00", "(주)무등모빌리티", "김하늘"),
        *("3", "0.75", str(2 * KRW_PER_HOUR), "직접", "중견기업", "전원 케이블 교체"),
    ]


async def test_no_cell_of_a_file_is_a_formula(world: World) -> None:
    """A company that calls itself a formula is text to a spreadsheet."""
    await use_last_month(world)
    staff = await world.client(STAFF)
    for bad in ("=1+1", "+1", "-1", "@x", "\tx", "\rx"):
        await record(world, e.CompanyRenamed(company_id="mudeung", name=Text(bad, bad)))
        await world.testbed.projector.catch_up()
        rows = rows_of(await staff.get("/usage-log.csv", params={"month": last_month()}))
        assert rows[1][5] == f"'{bad}"


async def test_the_log_is_for_staff_and_auditors(world: World) -> None:
    """Companies get 403, a month that is none 422, and who read it is kept."""
    kim, staff, auditor = [await world.client(who) for who in (KIM, STAFF, AUDITOR)]
    for path in ("/api/log", "/usage-log.csv"):
        query = {"month": last_month()}
        assert (await kim.get(path, params=query)).status_code == 403
        assert (await auditor.get(path, params=query)).status_code == 200
        for wrong in ("2026-13", "0000-01", "2026", ""):
            assert (await staff.get(path, params={"month": wrong})).status_code == 422, wrong
    newest = await world.testbed.access_log.newest(1)
    assert (newest[0].what, newest[0].subject) == ("read the use log", last_month())


async def test_a_statement_is_issued_listed_and_read(world: World) -> None:
    """Staff issue it once; its company reads it, another one finds nothing."""
    await use_last_month(world)
    staff, park, lee = [await world.client(who) for who in (STAFF, PARK, LEE)]
    path, body = "/api/companies/mudeung/statements", {"month": last_month()}
    key = {"Idempotency-Key": "statement-1"}
    made = await staff.post(path, json=body, headers=key)
    assert made.status_code == 201, made.text
    statement = made.json()
    assert (statement["fee"], statement["hours"]) == (2 * KRW_PER_HOUR, 2.0)
    assert [line["kind"] for line in statement["lines"]] == ["use"]
    location = made.headers["location"]
    assert location == f"/api/statements/mudeung-{last_month()}"
    assert (await park.get(location)).json() == statement
    assert (await staff.post(path, json=body, headers=key)).json() == statement
    again = await staff.post(path, json=body)
    assert (again.status_code, again.json()["violations"][0]["rule"]) == (422, "statement_issued")
    assert (await park.get(path)).json() == {"items": [statement], "next": None}
    foreign, missing = await lee.get(location), await lee.get("/api/statements/nothing")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.content == missing.content
    assert (await lee.get(path)).status_code == 404
    assert (await park.post(path, json=body)).status_code == 403
    before = int(made.headers["ledger-position"]) - 1
    assert (await park.get(location, params={"as_of": before})).status_code == 404


async def test_a_month_that_goes_on_has_no_statement(world: World) -> None:
    """It is refused by rule, and a month that is none by its field."""
    staff = await world.client(STAFF)
    path = "/api/companies/mudeung/statements"
    ahead = (tomorrow("00:00") + timedelta(days=40)).strftime("%Y-%m")
    answer = await staff.post(path, json={"month": ahead})
    assert answer.json()["violations"][0]["rule"] == "month_unfinished"
    assert (await staff.post(path, json={"month": "2026-13"})).status_code == 422
    assert (await staff.post("/api/companies/nobody/statements", json={})).status_code == 404


async def test_what_changes_after_a_statement_goes_to_the_next(world: World) -> None:
    """A waiver turns up as an adjustment, in the company's file as well."""
    await use_last_month(world)
    staff, park = await world.client(STAFF), await world.client(PARK)
    path, body = "/api/companies/mudeung/statements", {"month": last_month()}
    first = (await staff.post(path, json=body)).json()
    waived = await staff.post("/api/reservations/r-past/waive", json={"reason": "장비 이상"})
    assert waived.status_code == 200, waived.text
    second = (await staff.post(path, json=body)).json()
    assert second["statement_id"] == f"{first['statement_id']}-2"
    assert (second["fee"], second["lines"][0]["kind"]) == (-2 * KRW_PER_HOUR, "adjustment")
    assert (await park.get(f"/api/statements/{first['statement_id']}")).json() == first
    usage = await park.get("/api/companies/mudeung/usage", params=body)
    assert (usage.json()["hours"], usage.json()["fee"]) == (2.0, 0)
    newest = (await park.get(path, params={"limit": 1})).json()
    assert newest["items"] == [second]
    older = await park.get(path, params={"limit": 1, "after": newest["next"]})
    assert older.json() == {"items": [first], "next": None}


async def test_prices_are_set_by_kind_of_company(world: World) -> None:
    """Staff set them, everybody reads them, and the next use costs that much."""
    staff, kim = await world.client(STAFF), await world.client(KIM)
    path = "/api/devices/AUT-018/rates"
    price = {"krw_per_hour": 6_000, "company_kind": "medium", "valid_from": "2020-01-01"}
    made = await staff.post(path, json=price)
    assert made.status_code == 201, made.text
    newest = (await kim.get(path)).json()["items"][0]
    assert {name: newest[name] for name in price} == price
    assert (await kim.post(path, json=price)).status_code == 403
    assert (await kim.get("/api/devices/AUT-999/rates")).status_code == 404
    backwards = {**price, "valid_until": "2019-01-01"}
    refused = await staff.post(path, json=backwards)
    assert refused.json()["violations"][0]["rule"] == "rate_dates"
    await use_last_month(world)
    log = await staff.get("/api/log", params={"month": last_month()})
    assert log.json()["lines"][0]["fee"] == 12_000
