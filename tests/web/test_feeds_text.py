"""iCalendar's bytes: folding, escaping, cleaning, and the time zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from domain.period import SEOUL
from web.calendar_text import clean, content_line, escaped, text_line
from web.vtimezone import vtimezone

NASTY = st.text(
    st.one_of(
        st.sampled_from(',;:\\"\n\r\tTZ가각힣漢字🚗👩‍🔬é\u0301\u2028\u0085\x07\x00\u202e\ufeff'),
        st.characters(),
    ),
    max_size=400,
)


@given(NASTY)
def test_a_line_is_at_most_75_octets_and_never_cut_inside_a_character(text: str) -> None:
    """Every physical line is whole UTF-8 by itself, short enough, and ends with CRLF."""
    line = text_line("SUMMARY", text)
    assert line.endswith(b"\r\n")
    physical = line[:-2].split(b"\r\n")
    assert all(len(part) <= 75 for part in physical)
    for part in physical:
        part.decode("utf-8")
    assert all(part.startswith(b" ") for part in physical[1:])


@given(NASTY)
def test_what_was_written_is_what_a_reader_reads(text: str) -> None:
    """Unfolded and unescaped by a reader of RFC 5545, the text is the cleaned one."""
    line = text_line("SUMMARY", text)
    unfolded = line[:-2].replace(b"\r\n ", b"").decode().removeprefix("SUMMARY:")
    assert _unescaped(unfolded) == clean(text)


@given(NASTY)
def test_another_reader_reads_the_same(text: str) -> None:
    """vobject, which is not ours, agrees about the text of a summary."""
    calendar = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + text_line("SUMMARY", f"a{text}z")
    calendar += b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    event = vobject.readOne(calendar.decode()).vevent
    assert event.summary.value == clean(f"a{text}z")


def test_a_text_without_its_dangers() -> None:
    """Control characters and overrides go, every line break is one newline, Korean is composed."""
    assert clean("a\x07b\x00c\x85d\u2028e\r\nf\rg\u202eh\ufeffi") == "abc\nd\ne\nf\nghi"
    assert clean("\u1112\u1161\u11ab") == "한"
    assert clean("a\tb\ud800") == "a b"
    assert escaped("a,b;c\\d\ne") == "a\\,b\\;c\\\\d\\ne"


def test_a_line_of_exactly_75_octets_is_not_folded() -> None:
    """The limit counts octets, without the line's end."""
    assert content_line("X", "a" * 73) == b"X:" + b"a" * 73 + b"\r\n"
    assert content_line("X", "a" * 74) == b"X:" + b"a" * 73 + b"\r\n a\r\n"


def test_the_zone_of_seoul_has_one_observance() -> None:
    """No daylight saving, so one STANDARD and no recurrence rule."""
    lines = vtimezone(SEOUL).decode().splitlines()
    assert lines.count("BEGIN:STANDARD") == 1
    assert "TZOFFSETTO:+0900" in lines
    assert not [line for line in lines if line.startswith("RRULE")]


def test_other_zones_without_daylight_saving() -> None:
    """Half hours and signs are right, names in angle brackets too."""
    for key, offset in (("Asia/Kolkata", "+0530"), ("America/Bogota", "-0500"), ("UTC", "+0000")):
        assert f"TZOFFSETTO:{offset}\r\n".encode() in vtimezone(ZoneInfo(key))


def test_a_zone_that_changes_its_clocks_is_refused() -> None:
    """Its times would have to be written in UTC, so nobody gets a wrong VTIMEZONE."""
    with pytest.raises(ValueError, match="changes its clocks"):
        vtimezone(ZoneInfo("Europe/Berlin"))


def _unescaped(value: str) -> str:
    text, characters = "", iter(value)
    for character in characters:
        if character != "\\":
            text += character
            continue
        following = next(characters)
        text += "\n" if following in "nN" else following
    return text
