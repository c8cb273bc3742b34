"""Refusals in words: lengths and statuses as people say them, and a name for every rule."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from domain.period import stamp
from domain.rejected import Violation
from domain.reservation import Status
from domain.said_values import RESERVATION_STATUSES, WISH_STATUSES, length, said
from domain.waitlist import WishStatus
from domain.words import ASKED, CLOSED, QUOTAS, WORDS
from tests.scenario import nine, ten


@pytest.mark.parametrize(
    ("minutes", "korean", "english"),
    [
        (0, "0분", "0 min"),
        (45, "45분", "45 min"),
        (90, "1시간 30분", "1 h 30 min"),
        (1440, "1일", "1 d"),
        (527_040, "366일", "366 d"),
        (1501, "1일 1시간 1분", "1 d 1 h 1 min"),
    ],
)
def test_a_length_is_said_in_days_hours_and_minutes(
    minutes: int, korean: str, english: str
) -> None:
    """The largest units that fit, and none that is nothing."""
    assert length(minutes, "ko") == korean
    assert length(minutes, "en") == english


@pytest.mark.parametrize(
    ("rule", "limit", "actual", "korean", "english"),
    [
        ("maximum", 527_040, 600_000, "최대 366일까지", "longest booking is 366 d (you"),
        ("minimum", 60, 30, "최소 1시간부터", "shortest booking is 1 h (you asked for 30 min)"),
        ("claim_length", 120, 180, "길이(2시간)까지만", "Only the 2 h that were lost"),
        ("change_notice", 2880, None, "시작 2일 전부터는", "Within 2 d of its start"),
        ("wrong_status", "in_use, confirmed", "returned", "사용 중, 확정", "in use, confirmed"),
        ("wish_over", "waiting, offered", "left", "대기 취소됨", "it is given up"),
        ("wrong_status", "in_use", "new_one", "new_one", "new_one"),
    ],
)
def test_values_of_refusals_are_words(
    rule: str, limit: Any, actual: Any, korean: str, english: str
) -> None:
    """Nobody reads minutes by the thousand nor identifiers; programs still get the values."""
    violation = Violation(rule=rule, limit=limit, actual=actual)
    assert korean in violation.message("ko")
    assert english in violation.message("en")
    assert (violation.limit, violation.actual) == (limit, actual)


def test_every_status_has_words() -> None:
    """A status that somebody adds needs its words, or people would read an identifier."""
    assert set(RESERVATION_STATUSES) == set(get_args(Status))
    assert set(WISH_STATUSES) == set(get_args(WishStatus))


def test_every_rule_has_words_in_both_languages() -> None:
    """And what they fill in is limit and actual alone."""
    for rule, words in WORDS.items():
        for sentence in (words["ko"], words["en"]):
            assert sentence.format(limit="1", actual="2"), rule


def test_every_quota_has_words_in_both_languages() -> None:
    """What they fill in is what a quota is of, its limit and what it would come to."""
    for words in QUOTAS.values():
        for sentence in (words["ko"], words["en"]):
            assert sentence.format(limit="1", actual="2", month="3", sector="4")


def test_every_closed_day_has_words_in_both_languages() -> None:
    """Each sentence names its value, Korean in Korean alone."""
    for words in (*CLOSED.values(), ASKED):
        assert "{}" in words["ko"]
        assert "{}" in words["en"]
        assert re.search("[가-힣]", words["ko"])
        assert not re.search("[가-힣]", words["en"])


def test_times_are_rfc_3339_for_programs_and_clocks_for_people() -> None:
    """Also two of them in one value; what an earlier release recorded reads as it did."""
    assert stamp(nine) == "2026-11-02T09:00:00+09:00"
    assert said("past", stamp(nine), "ko") == "2026-11-02 09:00"
    assert said("use_overlaps", f"{stamp(nine)} ~ {stamp(ten)}", "en") == (
        "2026-11-02 09:00 ~ 2026-11-02 10:00"
    )
    assert said("past", "2026-11-02 09:00", "en") == "2026-11-02 09:00"
    for language in ("ko", "en"):
        refused = Violation(rule="not_begun", limit=stamp(ten), actual=stamp(nine))
        assert "+09:00" not in refused.message(language)
