"""The pages of usage and statements: what a company reads, and what staff issue there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.web.conftest import World, asked
from tests.web.form_browser import browser_of
from tests.web.past_use import AUDITOR, KIM, LEE, STAFF, first_day, last_month, use_last_month
from tests.web.test_api_statements import rows_of


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_a_company_reads_its_month(world: World, language: str) -> None:
    """Lines, hours against the quota and sums; months as bars with the same table."""
    await use_last_month(world)
    browser = await browser_of(world, KIM, language)
    page = await browser.get(f"/companies/mudeung/usage?month={last_month()}")
    assert page.status == 200, page.words
    assert page.language == language
    assert "24,000" in page.words
    assert page.words.count(last_month()) >= 3
    assert "AUT-018" in page.answer.text
    # An image would hide the links in it from screen readers.
    (drawing,) = re.findall(r'<svg class="months"[^>]*>', page.answer.text)
    assert "role" not in drawing
    assert not [form for form in page.forms if form.action.endswith("/statements")]
    assert (await browser.get("/companies/mudeung/usage")).status == 200
    assert (await browser.get("/companies/mudeung/usage?month=2026-13")).status == 422
    (row,) = rows_of(
        (await browser.get(f"/companies/mudeung/usage.csv?month={last_month()}")).answer
    )[1:]
    assert (row[1], row[4], row[6]) == ("AUT-018", "2.0", "24000")
    assert row[7] == {"ko": "직접", "en": "direct"}[language]


async def test_usage_of_others_is_not_there(world: World) -> None:
    """A stranger finds neither the page nor the file nor the statement."""
    await use_last_month(world)
    staff = await world.client(STAFF)
    body = {"month": last_month()}
    made = (await staff.post("/api/companies/mudeung/statements", json=body)).json()
    lee = await browser_of(world, LEE)
    here = f"/statements/{made['statement_id']}"
    for path in (
        "/companies/mudeung/usage",
        "/companies/mudeung/usage.csv",
        here,
        f"{here}/file.csv",
    ):
        assert (await lee.get(path)).status == 404, path


async def test_staff_issue_a_statement_on_the_page(world: World) -> None:
    """The button leads to the statement, which its company prints; then there is nothing to issue.

    Whoever still has the page open from before hears why not.
    """
    await use_last_month(world)
    staff = await browser_of(world, STAFF, "en")
    page = await staff.get(f"/companies/mudeung/usage?month={last_month()}")
    form = page.form("/statements")
    issued = await staff.send(form)
    assert issued.answer.url.path == f"/statements/mudeung-{last_month()}"
    assert "24,000" in issued.words
    page = await staff.get(f"/companies/mudeung/usage?month={last_month()}")
    assert "nothing has changed since" in page.words
    assert not [one for one in page.forms if one.action.endswith("/statements")]
    refused = await staff.send(form, idempotency_key="another-window")
    assert refused.status == 422
    assert "nothing has changed since" in refused.words
    kim = await browser_of(world, KIM)
    again = await kim.get(f"/statements/mudeung-{last_month()}")
    assert "이용 명세서" in again.words
    (row,) = rows_of((await kim.get(f"/statements/mudeung-{last_month()}/file.csv")).answer)[1:]
    assert (row[0], row[3], row[8]) == ("이용", "차량 내 네트워크 분석기", "24000")
    assert row[9] == "직접"
    english = await staff.get(f"/statements/mudeung-{last_month()}/file.csv")
    (row,) = rows_of(english.answer)[1:]
    assert (row[0], row[9]) == ("use", "direct")


async def test_an_auditor_reads_and_issues_nothing(world: World) -> None:
    """The page is there for auditors without its button, and the look is kept."""
    auditor = await browser_of(world, AUDITOR)
    page = await auditor.get(f"/companies/mudeung/usage?month={last_month()}")
    assert page.status == 200
    assert not [form for form in page.forms if form.action.endswith("/statements")]
    newest = await world.testbed.access_log.newest(1)
    assert (newest[0].what, newest[0].subject) == ("read usage", "mudeung")


async def test_pages_say_what_the_reader_would_pay(world: World) -> None:
    """A company reads its own kind's price, on the device and as the fee of a booking."""
    staff, kim = await world.client(STAFF), await world.client(KIM)
    price = {"krw_per_hour": 6_789, "company_kind": "medium"}
    await staff.post("/api/devices/AUT-018/rates", json=price)
    made = (await kim.post("/api/reservations", json=asked())).json()
    page = await (await browser_of(world, KIM, "en")).get("/devices/AUT-018")
    assert "6,789" in page.words
    booked = await (await browser_of(world, KIM, "en")).get(
        f"/reservations/{made['reservation_id']}"
    )
    assert "13,578" in booked.words
    assert "6,789" not in (await (await browser_of(world, STAFF)).get("/devices/AUT-018")).words


async def test_billing_says_why_a_statement_differs_from_its_month(world: World) -> None:
    """What was entered or corrected afterwards is named beside the statement that lacks it."""
    await use_last_month(world)
    staff = await browser_of(world, STAFF, "en")
    page = await staff.get(f"/companies/mudeung/usage?month={last_month()}")
    await staff.send(page.form("/statements"))
    here = f"/billing?month={last_month()}"
    assert "was entered or corrected after" not in (await staff.get(here)).words
    form = (await staff.get("/reservations/r-past")).form("/correct")
    await staff.send(form, end_time="10:00", reason="시계가 틀렸음")
    assert "-₩12,000 of this month was entered or corrected after" in (await staff.get(here)).words
    page = await staff.get(f"/companies/mudeung/usage?month={last_month()}")
    await staff.send(page.form("/statements"))
    words = (await staff.get(here)).words
    assert "adjustments of earlier statements: -₩12,000" in words
    # What a further statement of the month holds is not still to come.
    assert "was entered or corrected after" not in words


async def test_billing_names_the_later_statement_that_holds_what_came_late(world: World) -> None:
    """A use that was entered after its month's statement stands on the next month's."""
    day = first_day() - timedelta(days=1)
    month, here = f"{day:%Y-%m}", f"/billing?month={day:%Y-%m}"
    staff, page = await world.client(STAFF), await browser_of(world, STAFF, "en")
    await use_last_month(world, "r-first", day=day)
    await staff.post("/api/companies/mudeung/statements", json={"month": month})
    await use_last_month(world, "r-late", 13, day=day)
    assert "₩24,000 of this month was entered or corrected after" in (await page.get(here)).words
    await staff.post("/api/companies/mudeung/statements", json={"month": last_month()})
    billed = await page.get(here)
    assert "was entered or corrected after" not in billed.words
    assert f"₩24,000 of this month is on mudeung-{last_month()}" in billed.words
    assert f"/statements/mudeung-{last_month()}" in billed.links
