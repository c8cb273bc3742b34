"""What a backup says about itself; `booking.backup_archive` reads and writes the file."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

FORMAT = "testbed-booking backup"
FORMAT_VERSION = 1


class BackupError(Exception):
    """A backup that cannot be made, or a file that cannot be restored; the text says why."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the archive: `rows` rows of a table, with these columns, as binary COPY."""

    name: str
    schema: str
    table: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


class LedgerHead(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger's head as it was; `root` is RFC 6962's tree head over all leaves (hex)."""

    position: int
    recorded_at: datetime
    rules: int
    demonstration: bool
    repeats: int
    incarnation: str
    tags: int
    root: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup holds. `made_at` is the database's time of its snapshot (UTC)."""

    format: str = FORMAT
    format_version: int = FORMAT_VERSION
    made_at: datetime
    revision: str
    head: LedgerHead
    members: tuple[Member, ...]

    @property
    def file_name(self) -> str:
        """A name that tells the time of its snapshot (UTC) and its position."""
        made_at = self.made_at.astimezone(UTC)
        return f"booking-{made_at:%Y%m%dT%H%M%SZ}-{self.head.position}.backup"

    @property
    def rows(self) -> dict[str, int]:
        """How many rows there are of each table."""
        counted: dict[str, int] = {}
        for member in self.members:
            name = f"{member.schema}.{member.table}"
            counted[name] = counted.get(name, 0) + member.rows
        return counted
