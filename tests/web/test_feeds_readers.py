"""Calendar readers that are not ours agree with the API about every entry of a feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.period import SEOUL, Period, at_clock
from domain.terms_of_use import TermsOfUse
from domain.text import Text
from projections.calendar import Entry
from projections.devices import Device
from tests.web.calendar_readers import Read, events_of, read_by_ics, read_by_vobject
from tests.web.conftest import World, asked, tomorrow
from web.calendar_text import clean
from web.feed_text import Heading, Item, Writer, feed_bytes
from web.language import in_language

KIM = "kim@mudeung.example"
NASTY = (
    '쉼표, 세미콜론; 역슬래시\\ 그리고 "따옴표"',
    "첫째 줄\n둘째 줄\n\n넷째 줄",
    "🚗🔋👩‍🔬 " * 30,
    "가나다라마바사아자차카타파하" * 20,
    "BEGIN:VEVENT\nUID:forged\nEND:VEVENT",
    "a" * 74 + "é" + "b" * 200,
)
READERS = pytest.mark.parametrize("read", [read_by_vobject, read_by_ics])


@READERS
async def test_readers_agree_with_the_api(world: World, read: object) -> None:
    """Times, text and place of each booking are what `GET /api/reservations` says."""
    kim = await world.client(KIM)
    for number, purpose in enumerate(NASTY):
        start = 8 + 2 * number
        body = asked(f"{start:02d}:00", f"{start + 1:02d}:00", purpose=purpose)
        assert (await kim.post("/api/reservations", json=body)).status_code == 201
    listed = (await kim.get("/api/reservations")).json()["items"]
    made = await kim.post("/api/feeds", json={"scope": "mine"})
    answer = await (await world.client()).get(made.json()["url"])
    found = {one.uid.split("@")[0]: one for one in _read(read, answer.content)}
    assert found.keys() == {one["reservation_id"] for one in listed}
    for one in listed:
        event = found[one["reservation_id"]]
        assert event.start == datetime.fromisoformat(one["start"])
        assert event.end == datetime.fromisoformat(one["end"])
        assert event.location == "광주, 1층"
        first_line = one["purpose"].split("\n")[0].strip()[:200]
        assert event.summary == f"AUT-018 차량 내 네트워크 분석기 · {first_line}"
        assert event.description.endswith(f"이용 목적: {one['purpose']}")
        assert "상태: 확정" in event.description


@READERS
def test_readers_agree_about_whole_days_and_long_uses(read: object) -> None:
    """Whole days are dates with an exclusive end; anything else has its hours."""
    day = at_clock(tomorrow("00:00").date(), "00:00")
    periods = [
        Period(day, day + timedelta(days=2)),
        Period(day + timedelta(hours=9), day + timedelta(days=27, hours=9)),
        Period(day + timedelta(hours=23, minutes=30), day + timedelta(days=1)),
    ]
    items = [_item(f"r-{number}", period) for number, period in enumerate(periods)]
    calendar = _calendar(items)
    read_back = {one.uid: one for one in _read(read, calendar)}
    for number, period in enumerate(periods):
        one = read_back[f"r-{number}@testbed.example"]
        assert (one.start, one.end) == (period.start, period.end)
    first = events_of(calendar)[0]
    assert first["DTSTART;VALUE=DATE"] == f"{day:%Y%m%d}"
    assert first["DTEND;VALUE=DATE"] == f"{day + timedelta(days=2):%Y%m%d}"


def test_a_feed_has_at_most_a_thousand_entries_and_a_megabyte() -> None:
    """What lies farthest ahead is left out, and the calendar still ends as it should."""
    start = datetime(2026, 12, 1, 9, tzinfo=SEOUL)
    many = [
        _item(
            f"r-{number}",
            Period(start + timedelta(hours=number), start + timedelta(hours=number + 1)),
        )
        for number in range(1_200)
    ]
    assert len(events_of(_calendar(many))) == 1_000
    long = [
        _item(f"r-{number}", Period(start, start + timedelta(hours=1)), "가" * 2_000)
        for number in range(300)
    ]
    calendar = _calendar(long)
    assert len(calendar) <= 1_000_000
    assert 100 < len(events_of(calendar)) < 300
    assert calendar.endswith(b"END:VEVENT\r\nEND:VCALENDAR\r\n")


def _read(read: object, calendar: bytes) -> list[Read]:
    assert callable(read)
    found: list[Read] = read(calendar)
    return found


def _calendar(items: list[Item]) -> bytes:
    heading = Heading(
        name="시험", about="시험", url="http://x.example/", color="red", changed_at=None
    )
    writer = Writer(
        language=in_language("ko"),
        origin="testbed.example",
        site="http://x.example",
        secret="secret",
        names_device=False,
        buffers=True,
    )
    return feed_bytes(heading, items, writer)


def _item(entry_id: str, period: Period, text: str = "시험") -> Item:
    entry = Entry(
        entry_id=entry_id,
        kind="reservation",
        device_id="AUT-013",
        sector="automotive",
        company_id="mudeung",
        account_id="a-1",
        status="confirmed",
        period=period,
        occupied=period,
        sequence=0,
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        changed_at=datetime(2026, 11, 1, tzinfo=UTC),
        made_position=1,
        changed_position=1,
    )
    return Item(entry=entry, device=_DEVICE, full=True, text=clean(text), own=True)


_DEVICE = Device(
    device_id="AUT-013",
    name=Text("충방전기", "Cycler"),
    sector="automotive",
    site=Text("광주", "Gwangju"),
    location=Text("1층", "1F"),
    registration_number="NFEC",
    keeper=None,
    specification=(),
    keywords=(),
    compatible=(),
    terms=TermsOfUse(),
    terms_version=1,
    krw_per_hour=1,
    state="in_service",
    breakdown_id=None,
    broken_until=None,
    in_hand=None,
    calibration_valid_until=None,
    open_problems=0,
)
