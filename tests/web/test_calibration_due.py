"""A certificate that ends soon is told to the laboratory by itself, once."""

from __future__ import annotations

import asyncio

from booking.database import connect_alone
from booking.worker import Worker
from tests.web.conftest import World, tomorrow

STAFF, KIM = "staff@testbed.example", "kim@mudeung.example"
ENDS_SOON, ENDS_LATER = "AUT-018", "HEA-013"


async def test_staff_hear_of_a_calibration_that_falls_due(world: World) -> None:
    """The worker finds it; a second round, and a certificate of next year, say nothing more."""
    staff = await world.client(STAFF)
    for device_id, days in ((ENDS_SOON, 20), (ENDS_LATER, 200)):
        body = {
            "certificate": "KC-1",
            "valid_until": tomorrow("00:00", days=days).isoformat(),
            "laboratory": "KTR",
        }
        done = await staff.post(f"/api/devices/{device_id}/calibrations", json=body)
        assert done.status_code == 201, done.text
    items = []
    for _ in range(200):
        items = (await staff.get("/api/notices")).json()["items"]
        if items:
            break
        await asyncio.sleep(0.1)
    (due,) = items
    assert (due["kind"], due["device_id"]) == ("calibration_due", ENDS_SOON)
    assert due["path"] == f"/devices/{ENDS_SOON}/maintenance"
    alone = await connect_alone(world.url)
    worker = Worker(world.testbed, world.url)
    await world.testbed.projector.catch_up()
    assert await worker.round(alone) == 0
    await alone.close()
    stored = await world.testbed.ledger.stored(types=["CalibrationDueNoticed"], limit=9)
    assert len(stored) == 1
    assert (await (await world.client(KIM)).get("/api/notices")).json()["items"] == []
