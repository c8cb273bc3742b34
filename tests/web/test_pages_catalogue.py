"""The Korean catalogue is complete: every message of the sources, with the same placeholders."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import web
from booking.identity_error import WORDS as IDENTITY_WORDS
from domain.period import SEOUL, Period
from domain.words import WORDS
from web.language import CATALOGUES, in_language

SOURCES = Path(web.__file__).parent
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"_": None, "text": None, "say": None, "ngettext": (1, 2)}


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (CATALOGUES / "ko" / "pages.po").open("rb") as file:
        return read_po(file, locale="ko")


def test_every_message_has_its_korean(catalogue: Catalog) -> None:
    """No message of templates or code is missing, empty, fuzzy or in another alphabet."""
    missing = [message for message in _messages() if not _korean(catalogue.get(_id(message)))]
    assert missing == []


def test_nothing_in_the_catalogue_is_left_over(catalogue: Catalog) -> None:
    """Messages that no page has any more are taken out."""
    known = {_id(message) for message in _messages()}
    assert [one.id for one in catalogue if one.id and _id(one.id) not in known] == []


def test_placeholders_are_the_same_in_both_languages(catalogue: Catalog) -> None:
    """What is filled in is filled in in both languages, or a page would fail or say less."""
    for message in catalogue:
        if message.id:
            source = message.id if isinstance(message.id, str) else message.id[-1]
            assert _placeholders(source) == _placeholders(_korean(message)), source


def test_no_ending_depends_on_what_is_filled_in(catalogue: Catalog) -> None:
    """13:30 ends on another sound than 13:00, so that neither 였지만 nor 이었지만 fits any time."""
    endings = [_korean(message) for message in catalogue if message.id]
    assert [one for one in endings if re.search(r"%\(\w+\)s이?[었였]", one)] == []


def test_refusals_have_both_languages() -> None:
    """Every rule says no in Korean and in English, with the same values."""
    for words in (*WORDS.values(), *IDENTITY_WORDS.values()):
        assert re.search("[가-힣]", words["ko"])
        assert not re.search("[가-힣]", words["en"])


def test_dates_hours_and_money_are_written_as_people_write_them() -> None:
    """CLDR's skeletons in both languages, never AM or PM."""
    korean, english = in_language("ko"), in_language("en")
    period = Period(_at(22, 14), _at(22, 17))
    assert korean.span(period) == "2026년 11월 22일 (일) 14:00 ~ 17:00"
    assert english.span(period) == "Sun, Nov 22, 2026 14:00 – 17:00"
    assert korean.span(Period(_at(22, 9), _at(23, 0))) == "2026년 11월 22일 (일) 09:00 ~ 24:00"
    assert korean.span(Period(_at(22, 9), _at(24, 0))).endswith("~ 11월 23일 (월) 24:00")
    assert korean.krw(132000) == english.krw(132000) == "₩132,000"
    assert korean.length(90) == "1시간 30분"
    assert english.length(1 * 24 * 60) == "1 day"
    assert english.length(2 * 24 * 60 + 30) == "2 days 30 min"


def _messages() -> set[str | tuple[str, ...]]:
    return {
        message for _, _, message, _, _ in extract_from_dir(SOURCES, METHODS, keywords=KEYWORDS)
    }


def _id(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def _korean(message: Message | None) -> str:
    if message is None or message.fuzzy or not message.string:
        return ""
    return message.string if isinstance(message.string, str) else message.string[0]


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)s", text))


def _at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=SEOUL)
