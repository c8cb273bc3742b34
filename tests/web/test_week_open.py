"""The week is grey where a device is shut by its own terms, and nowhere else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from domain.actor import SYSTEM
from domain.devices import SetTerms
from domain.terms_of_use import OpeningHours, TermsOfUse
from tests.web.conftest import World, tomorrow
from tests.web.form_browser import browser_of
from tests.web.past_use import KIM

WEEKDAYS = OpeningHours(mon=(("09:00", "18:00"),), fri=(("09:00", "18:00"),))


@pytest.mark.parametrize("path", ["/devices/{device}", "/timeline"])
async def test_a_device_that_is_open_at_the_weekend_is_not_grey_then(
    world: World, path: str
) -> None:
    """AUT-018 is always open; ENE-013 is set to Mondays and Fridays, so five days are grey."""
    await world.testbed.booking.do(
        SetTerms(by=SYSTEM, device_id="ENE-013", terms=TermsOfUse(opening_hours=WEEKDAYS))
    )
    await world.testbed.projector.catch_up()
    browser = await browser_of(world, KIM)
    week = f"{tomorrow('10:00') + timedelta(days=14):%Y-%m-%d}"
    grey = {}
    for device in ("AUT-018", "ENE-013"):
        query = f"?week={week}" if "device" in path else f"?week={week}&q={device}"
        text = (await browser.get(path.format(device=device) + query)).answer.text
        grey[device] = len(re.findall(r'<td class="off', text))
    assert grey == {"AUT-018": 0, "ENE-013": 5}
