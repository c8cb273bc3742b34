"""Where bars lie and what they say: nights, midnights, overlaps, other companies."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from booking.account import Account
from domain.period import SEOUL, Period, at_clock
from projections.calendar import Entry
from web.bars import Bar, Viewer, bars_by_day
from web.language import in_language
from web.week import week_of

MONDAY = date(2026, 11, 23)
NOW = at_clock(MONDAY, "12:00")


def test_a_bar_covers_the_half_hours_of_its_day() -> None:
    """From 10:00 to 12:00 is from half hour 20 to half hour 24."""
    (bar,) = _bars(_entry("10:00", "12:00"))[MONDAY]
    assert "s20 e24" in bar.classes


def test_a_bar_that_crosses_midnight_is_on_both_days() -> None:
    """The first part says that it goes on, the second that it comes from the day before."""
    bars = _bars(_entry("22:00", "24:00", until=at_clock(MONDAY, "24:00") + timedelta(hours=3)))
    (first,), (second,) = bars[MONDAY], bars[MONDAY + timedelta(days=1)]
    assert "s44 e48 on" in first.classes
    assert "s0 e6 from" in second.classes
    assert "22:00–24:00" in first.words
    assert "00:00–03:00" in second.words


def test_a_bar_that_ends_at_midnight_is_not_on_the_next_day() -> None:
    """A period is half-open: 24:00 belongs to nobody's next day."""
    assert list(_bars(_entry("22:00", "24:00"))) == [MONDAY]


def test_buffers_are_bars_of_their_own() -> None:
    """Set-up and clearing time lie before and after, and have their own class and words."""
    entry = _entry("10:00", "12:00", before=30, after=15)
    before, after, bar = _bars(entry)[MONDAY]
    assert before.classes == "buffer s19 e20"
    assert after.classes == "buffer s24 e25"
    assert "정리 시간" in after.words
    assert bar.path == "/reservations/r-1"


def test_other_companies_are_never_named() -> None:
    """A member sees that time is taken, in use or asked for, and nothing else of a stranger's."""
    for status, css, words in (
        ("confirmed", "other", "예약됨"),
        ("requested", "pending", "승인 대기"),
        ("in_use", "live", "사용 중"),
    ):
        (bar,) = _bars(_entry("14:00", "16:00", company_id="hanbit", status=status))[MONDAY]
        assert bar.classes.split()[0] == css
        assert bar.words == f"월 14:00–16:00 {words}"
        assert bar.path is None


def test_the_laboratory_reads_companies_names() -> None:
    """Staff see whose booking it is, and get to it."""
    (bar,) = _bars(_entry("14:00", "20:00", company_id="hanbit"), viewer=_viewer("staff"))[MONDAY]
    assert "한빛헬스케어" in bar.label
    assert bar.path == "/reservations/r-1"


def test_what_stands_in_a_bar_is_part_of_its_name() -> None:
    """Whoever speaks what is written on a link gets there (WCAG 2.5.3), on every day of it."""
    long = _entry("09:00", "20:00", until=at_clock(MONDAY, "24:00") + timedelta(hours=20))
    (first,), (second,) = _bars(long).values()
    assert (first.label, second.label) == ("09:00 내구시험", "계속 내구시험")
    assert first.words == "09:00 내구시험, 월 09:00–24:00 내 예약 확정"
    assert second.words == "계속 내구시험, 화 00:00–20:00 내 예약 확정"
    (narrow,) = _bars(_entry("14:00", "17:30"))[MONDAY]
    assert narrow.label in narrow.words == "월 14:00–17:30 내 예약 확정 내구시험"


def test_a_day_with_a_row_of_its_own_has_room_for_the_hour() -> None:
    """Two hours are too narrow for their start among seven columns, and not in a device's week."""
    entry, viewer = _entry("14:00", "16:00"), _viewer("member", "mudeung")
    (among_seven,) = _bars(entry, viewer=viewer)[MONDAY]
    (in_row,) = _bars(entry, viewer=msgspec.structs.replace(viewer, day_in_row=True))[MONDAY]
    assert (among_seven.label, in_row.label) == ("", "14:00")
    assert "n" in among_seven.classes.split()
    assert "n" not in in_row.classes.split()


def test_one_that_was_not_returned_goes_on_until_now_and_shows_the_overlap() -> None:
    """Late use is drawn up to the present, and what it overlaps is marked."""
    late = _entry("08:00", "10:00", status="in_use")
    following = _entry("11:00", "13:00", entry_id="r-2")
    first, second = _bars(late, following)[MONDAY]
    assert "s16 e24" in first.classes
    assert "over" in second.classes.split()


def test_one_that_came_back_early_ends_there() -> None:
    """After an early return the rest of the period is free again."""
    back = {"returned_at": at_clock(MONDAY, "09:00")}
    kept = Period(at_clock(MONDAY, "08:00"), at_clock(MONDAY, "09:00"))
    entry = _entry("08:00", "12:00", status="returned", occupied=kept, **back)
    (bar,) = _bars(entry)[MONDAY]
    assert "s16 e18" in bar.classes
    assert "past" in bar.classes


def test_outages_are_told_apart_by_class_icon_and_words() -> None:
    """Maintenance, calibration and breakdown each look and read differently."""
    seen = {
        kind: _bars(_entry("09:00", "18:00", kind=kind, status="scheduled", company_id=None))
        for kind in ("maintenance", "calibration", "breakdown")
    }
    bars = {kind: found[MONDAY][0] for kind, found in seen.items()}
    assert {bar.classes.split()[0] for bar in bars.values()} == seen.keys()
    assert len({bar.icon for bar in bars.values()}) == len(seen)
    assert [bar.words.split()[-1] for bar in bars.values()] == ["점검", "교정", "고장"]


def _bars(*entries: Entry, viewer: Viewer | None = None) -> dict[date, list[Bar]]:
    return bars_by_day(entries, week_of(MONDAY), viewer or _viewer("member", "mudeung"))


def _viewer(role: str, company_id: str | None = None) -> Viewer:
    account = Account(
        account_id="a-1",
        email="",
        name_ko="",
        name_en="",
        phone="",
        role=role,
        company_id=company_id,
        language="ko",
        demonstration=True,
        created_at=NOW,
    )
    return Viewer(
        account=account,
        language=in_language("ko"),
        now=NOW,
        texts={"r-1": "내구시험"},
        companies={"hanbit": "한빛헬스케어"} if company_id is None else {},
    )


def _entry(
    start: str,
    end: str,
    *,
    entry_id: str = "r-1",
    until: datetime | None = None,
    before: int = 0,
    after: int = 0,
    **more: Any,
) -> Entry:
    period = Period(at_clock(MONDAY, start), until or at_clock(MONDAY, end))
    fields: dict[str, Any] = {
        "entry_id": entry_id,
        "kind": "reservation",
        "device_id": "AUT-018",
        "sector": "automotive",
        "company_id": "mudeung",
        "account_id": "a-1",
        "status": "confirmed",
        "period": period,
        "occupied": period.padded(timedelta(minutes=before), timedelta(minutes=after)),
        "sequence": 0,
        "created_at": NOW.astimezone(SEOUL),
        "changed_at": NOW.astimezone(SEOUL),
        "made_position": 1,
        "changed_position": 1,
    }
    return Entry(**{**fields, **more})
