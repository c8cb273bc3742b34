"""The prices of a device on its page: what holds for whom, and staff set new ones with a form."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain.period import SEOUL
from tests.web.conftest import KRW_PER_HOUR, World
from tests.web.form_browser import browser_of

KIM, STAFF, AUDITOR = "kim@mudeung.example", "staff@testbed.example", "auditor@testbed.example"
HERE = "/devices/AUT-018/rates"


def today() -> date:
    return datetime.now(SEOUL).date()


async def test_staff_set_a_price_for_a_kind_of_company(world: World) -> None:
    """It holds for that kind from its first day on, and the others pay what they did."""
    staff, kim = await browser_of(world, STAFF, "en"), await browser_of(world, KIM, "en")
    assert HERE in (await staff.get("/devices/AUT-018")).links
    form = (await staff.get(HERE)).form("/rates")
    set_ = await staff.send(form, krw_per_hour="9876", company_kind="medium")
    assert "The price has been set" in set_.words
    page = await kim.get(HERE)
    assert "Medium-sized company ₩9,876" in page.words
    assert f"University ₩{KRW_PER_HOUR:,}" in page.words
    assert "9,876" in (await kim.get("/devices/AUT-018")).words


async def test_a_price_has_its_dates(world: World) -> None:
    """One of tomorrow is listed and does not hold today; one that ends before it begins is none."""
    staff = await browser_of(world, STAFF, "en")
    form = (await staff.get(HERE)).form("/rates")
    begins = (today() + timedelta(days=1)).isoformat()
    listed = await staff.send(form, krw_per_hour="5000", valid_from=begins)
    assert "not today" in listed.words
    assert f"Start-up ₩{KRW_PER_HOUR:,}" in listed.words
    ended = await staff.send(form, krw_per_hour="4000", valid_from=begins, valid_until=begins)
    assert ended.status == 422
    assert ended.form("/rates").value("krw_per_hour") == "4000"
    for wrong in ("", "-1", "1.5", "많이"):
        assert (await staff.send(form, krw_per_hour=wrong)).status == 422, wrong


async def test_companies_and_auditors_read_them(world: World) -> None:
    """Neither has the form, nor may they send one."""
    for who in (KIM, AUDITOR):
        browser = await browser_of(world, who)
        page = await browser.get(HERE)
        assert page.status == 200
        assert "중견기업" in page.words
        assert not [form for form in page.forms if form.action.endswith("/rates")]
        assert (await browser.post(HERE, {"krw_per_hour": "1"})).status_code == 403
    assert (await browser.get("/devices/AUT-999/rates")).status == 404
