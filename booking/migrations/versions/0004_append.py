"""The append is told which members of its batch name a tag of an earlier one.

Revision ID: 0004_append
"""

from __future__ import annotations

from booking.migrations.scripts import run, run_file

revision = "0004_append"
down_revision: str | None = "0003_worker"
branch_labels: str | None = None
depends_on: str | None = None

BEFORE = """
DROP FUNCTION IF EXISTS ledger.append(
    integer, text[], text[], bigint[], timestamptz[], integer[], integer[], text[], text[], text[],
    integer[], integer[], integer[], text[], text[]);
DROP FUNCTION IF EXISTS ledger.known(text);
"""


def upgrade() -> None:
    run(BEFORE)
    run_file("ledger_append.sql")
