"""Booking several devices for one time with a form alone: all of them, or none and why."""

from __future__ import annotations

from tests.web.conftest import World, asked, tomorrow
from tests.web.form_browser import Form, FormBrowser, Page, browser_of

KIM, LEE, STAFF = "kim@mudeung.example", "lee@hanbit.example", "staff@testbed.example"
AUDITOR = "auditor@testbed.example"


async def sent(browser: FormBrowser, *devices: str, form: Form | None = None, **typed: str) -> Page:
    """The form of tomorrow from ten to twelve with these devices chosen."""
    form = form or (await browser.get("/bundles")).form("/bundles")
    day = tomorrow("00:00").date().isoformat()
    fields = {"start_day": day, "start_time": "10:00", "end_day": day, "end_time": "12:00"}
    chosen = form.filled(**fields | {"purpose": "챔버 시험"} | typed)
    chosen = [one for one in chosen if one[0] != "device_ids"]
    answer = await browser.post(form.action, [*chosen, *(("device_ids", one) for one in devices)])
    return Page(answer)


async def test_two_devices_are_booked_as_one(world: World) -> None:
    """From a device's page to the bundle's; sent twice it is booked once."""
    browser, kim = await browser_of(world, KIM, "en"), await world.client(KIM)
    device = await browser.get("/devices/AUT-018")
    assert "/bundles?device=AUT-018" in device.links
    page = await browser.get("/bundles?device=AUT-018")
    form = page.form("/bundles")
    assert ("device_ids", "AUT-018") in form.fields
    for _ in range(2):
        done = await sent(browser, "AUT-018", "ENE-013", form=form)
        assert done.status == 200, done.words
        assert done.answer.url.path.startswith("/bundles/")
        assert "every device of the bundle" in done.words
    listed = (await kim.get("/api/reservations")).json()["items"]
    assert {one["device_id"] for one in listed} == {"AUT-018", "ENE-013"}
    assert len({one["group_id"] for one in listed}) == 1


async def test_nothing_is_booked_where_one_is_taken(world: World) -> None:
    """Each device says whether it is free, and the form keeps what was typed."""
    lee, kim = await world.client(LEE), await world.client(KIM)
    await lee.post("/api/reservations", json=asked())
    browser = await browser_of(world, KIM, "en")
    refused = await sent(browser, "AUT-018", "ENE-013")
    assert refused.status == 409
    assert "Nothing was booked" in refused.words
    assert "This time is already taken" in refused.words
    assert "Hanbit" not in refused.answer.text
    form = refused.form("/bundles")
    assert form.value("purpose").strip() == "챔버 시험"
    assert [value for name, value in form.fields if name == "device_ids"] == ["AUT-018", "ENE-013"]
    assert "reservation_id" not in (await kim.get("/api/reservations")).text
    later = await sent(browser, "AUT-018", "ENE-013", form=form, start_time="14:00")
    assert later.status == 422  # its end is still at twelve
    assert (await sent(browser, "HEA-013", "ENE-013", form=form)).status == 200


async def test_what_is_missing_is_said(world: World) -> None:
    """One device alone is no bundle, and staff say for whom."""
    browser, staff = await browser_of(world, KIM, "en"), await browser_of(world, STAFF, "en")
    alone = await sent(browser, "AUT-018")
    assert alone.status == 422
    assert "Choose two devices or more" in alone.words
    assert (await sent(browser)).status == 422
    unknown = await sent(browser, "AUT-018", "AUT-999")
    assert unknown.status == 422
    assert (await sent(staff, "AUT-018", "ENE-013")).status == 422
    done = await sent(staff, "AUT-018", "ENE-013", company_id="mudeung")
    assert "every device of the bundle" in done.words
    assert (await (await browser_of(world, AUDITOR)).get("/bundles")).status == 403
