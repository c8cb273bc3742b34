"""The list of erased accounts: durable, outside the database, and readable after a crash."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from booking.config import Settings
from booking.erasure_list import ErasureListError, erasure_list_of, read_erasures, remember_erasure


def test_it_lies_beside_the_keys_unless_told_otherwise(tmp_path: Path) -> None:
    """In the data folder, or where BOOKING_ERASURES says."""
    environment = {"BOOKING_DATA": str(tmp_path)}
    assert erasure_list_of(Settings.from_environment(environment)) == tmp_path / "erased.jsonl"
    environment["BOOKING_ERASURES"] = "/srv/keys/erased.jsonl"
    assert erasure_list_of(Settings.from_environment(environment)) == Path("/srv/keys/erased.jsonl")


def test_it_keeps_the_order_and_names_everybody_once(tmp_path: Path) -> None:
    """Erasing twice is one erasure; the file is its owner's alone and holds ids, no names."""
    path = tmp_path / "data" / "erased.jsonl"
    assert read_erasures(path) == []
    for account_id in ("a-one", "a-two", "a-one"):
        remember_erasure(path, account_id)
    first, second = read_erasures(path)
    assert (first.account_id, second.account_id) == ("a-one", "a-two")
    assert first.at < second.at
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_line_that_a_crash_cut_off_is_passed_over(tmp_path: Path) -> None:
    """Its erasure had not begun, and the next line does not run into it."""
    path = tmp_path / "erased.jsonl"
    path.write_text('{"account_id":"a-on', encoding="utf-8")
    assert read_erasures(path) == []
    remember_erasure(path, "a-two")
    assert [one.account_id for one in read_erasures(path)] == ["a-two"]


def test_a_line_that_was_spoiled_is_named(tmp_path: Path) -> None:
    """To pass over it would bring somebody back."""
    path = tmp_path / "erased.jsonl"
    remember_erasure(path, "a-one")
    path.write_text(path.read_text(encoding="utf-8") + '{"account":1}\n', encoding="utf-8")
    with pytest.raises(ErasureListError, match="line 2"):
        read_erasures(path)
