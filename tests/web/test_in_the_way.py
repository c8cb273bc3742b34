"""A hand-out that cannot be: staff at the counter hear who has the device, and until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.period import SEOUL
from tests.web.conftest import World
from tests.web.form_browser import browser_of
from tests.web.past_use import KIM, LEE, STAFF
from tests.web.test_deadlines_settled import SLOT, booked_now


@pytest.mark.parametrize(
    ("language", "held", "out", "company"),
    [
        ("ko", "까지 다른 일에 잡혀 있어요: 예약", "아직 사용 중이에요: 예약", "한빛헬스케어"),
        (
            "en",
            "The device is held for another until",
            "The device is still out: Reservation",
            "Hanbit Healthcare",
        ),
    ],
)
async def test_a_hand_out_in_the_way_of_another(
    world: World, language: str, held: str, out: str, company: str
) -> None:
    """Not other times to book, which help nobody who stands there, but the booking in the way."""
    kim, staff = await world.client(KIM), await browser_of(world, STAFF, language)
    first = await booked_now(await world.client(LEE))
    answer = await (await world.client(LEE)).get(f"/api/reservations/{first}")
    end = datetime.fromisoformat(answer.json()["end"])
    later = {"start": (end + SLOT).isoformat(), "end": (end + 3 * SLOT).isoformat()}
    made = await kim.post(
        "/api/reservations", json={"device_id": "AUT-018", "purpose": "CAN", **later}
    )
    assert made.status_code == 201, made.text
    assert datetime.now(UTC) < end + timedelta(days=1)
    here = f"/reservations/{made.json()['reservation_id']}"
    refused = await staff.send((await staff.get(here)).form("/hand-out"))
    assert refused.status == 409
    assert held in refused.words
    assert company in refused.words
    assert not [form for form in refused.forms if "Free at these times" in form.words]
    await staff.send((await staff.get(f"/reservations/{first}")).form("/hand-out"))
    refused = await staff.send((await staff.get(here)).form("/hand-out"))
    assert refused.status == 422
    assert out in refused.words
    assert company in refused.words
    assert f"{end.astimezone(SEOUL):%H:%M}" in refused.words
    assert first not in refused.words
