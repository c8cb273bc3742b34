"""The list of erased accounts, kept outside the database and its backups.

A backup that was made before an erasure still holds the person, so every restore erases those on
this list again. It holds opaque account ids and times, one JSON object a line, and lies beside the
keys: in the data folder as `erased.jsonl`, or where `BOOKING_ERASURES` says.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from booking.config import Settings

FILE = "erased.jsonl"


class ErasureListError(Exception):
    """The list cannot be read; the text names the line."""


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """An account that was to be erased, and when that was asked for."""

    account_id: str
    at: datetime


def erasure_list_of(settings: Settings) -> Path:
    """Where the list lies; the file need not exist."""
    return settings.erasures or settings.data / FILE


def remember_erasure(path: Path, account_id: str) -> None:
    """Put an account on the list, on disk when this returns; call it before the erasure itself.

    A crash in between then leaves somebody on the list whom a restore erases, as was asked for;
    the other way round a restore would bring the person back.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    line = msgspec.json.encode(Erased(account_id=account_id, at=datetime.now(UTC))) + b"\n"
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            line = b"\n" + line  # after one that a crash cut off
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_erasures(path: Path) -> Sequence[Erased]:
    """All that were erased, oldest first; none where there is no list. Raises ErasureListError.

    A line without its end was cut off by a crash, before its erasure had begun. Any other that
    cannot be read names somebody, and to skip it would bring that person back.
    """
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found: dict[str, Erased] = {}
    for number, line in enumerate(lines, start=1):
        if not line.endswith(b"}"):
            continue
        try:
            one = msgspec.json.decode(line, type=Erased)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise ErasureListError(f"{path}, line {number} cannot be read: {error}.") from error
        found.setdefault(one.account_id, one)
    return list(found.values())
