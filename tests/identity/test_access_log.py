"""The access log: who looked at personal data, for two years."""

from __future__ import annotations

from booking.access_log import AccessLog


async def test_looks_are_recorded_newest_first_page_by_page(pool, staff):
    """Auditors read who looked at what, one page after the other."""
    log = AccessLog(pool)
    for n in range(3):
        await log.record(staff.account_id, "read reservation", f"reservation:{n}")
    newest = await log.newest(2)
    assert [entry.subject for entry in newest] == ["reservation:2", "reservation:1"]
    assert {entry.account_id for entry in newest} == {staff.account_id}
    older = await log.newest(2, before=newest[-1].entry_id)
    assert [(entry.what, entry.subject) for entry in older] == [
        ("read reservation", "reservation:0")
    ]


async def test_entries_are_kept_two_years_and_no_longer(pool, staff):
    """Pruning lets go of what is older than two years and answers how many."""
    log = AccessLog(pool)
    for age in ("0 days", "729 days", "732 days", "5 years"):
        await pool.execute(
            "INSERT INTO identity.access_log (at, account_id, what, subject)"
            f" VALUES (clock_timestamp() - interval '{age}', $1, 'read', $2)",
            staff.account_id,
            age,
        )
    assert await log.prune() == 2
    assert {entry.subject for entry in await log.newest(10)} == {"0 days", "729 days"}
    assert await log.prune() == 0


async def test_a_program_that_asks_again_is_noted_once_a_day(pool, staff):
    """Each account and subject by itself, and again when a day is over."""
    log = AccessLog(pool)
    for subject in ("company:mudeung", "company:mudeung", "company:hanbit"):
        await log.record_daily(staff.account_id, "read feed", subject)
    assert [entry.subject for entry in await log.newest(10)] == [
        *("company:hanbit", "company:mudeung")
    ]
    await pool.execute(
        "INSERT INTO identity.access_log (at, account_id, what, subject)"
        " VALUES (clock_timestamp() - interval '25 hours', $1, 'read feed', 'mine')",
        staff.account_id,
    )
    await log.record_daily(staff.account_id, "read feed", "mine")
    assert len(await log.newest(10)) == 4
