"""A simulated year has what people hear of: ending certificates, late returns and who waits."""

from __future__ import annotations

from collections import Counter

from domain import events as e
from projections.notices import Addressee, list_notices
from tests.booking.simulated import END, Process, begin_a_year, read_all, simulated, testbed

__all__ = ["testbed"]


async def test_a_year_of_notices(testbed: Process, database_url: str) -> None:
    """Each certificate is noticed once, and the office has much to read."""
    await begin_a_year(testbed)
    await simulated(database_url, events=3_000, end=END)
    history = await read_all(testbed)
    noticed = Counter(
        (recorded.event.device_id, recorded.event.valid_until)
        for recorded in history
        if isinstance(recorded.event, e.CalibrationDueNoticed)
    )
    assert len(noticed) > 5
    assert set(noticed.values()) == {1}
    assert any(recorded.type == "ReturnOverdue" for recorded in history)
    await testbed.projector.catch_up()
    office = Addressee(account_id="nobody", groups=("staff",))
    kinds = Counter(
        one.kind for one in await list_notices(testbed.database.app, office, limit=10_000)
    )
    assert kinds["calibration_due"] == len(noticed)
    assert kinds["request"] > 10
