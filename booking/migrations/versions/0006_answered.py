"""What requests outside the ledger were answered, for as long as they may be repeated.

A secret that an answer shows is not among it: see `booking.answered`.
"""

from __future__ import annotations

from alembic import op

revision = "0006_answered"
down_revision = "0005_mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL ROLE booking_ledger")
    for statement in (TABLE, INDEX, GRANT):
        op.execute(statement)
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.execute("DROP TABLE identity.answered")


TABLE = """
    CREATE TABLE identity.answered (
        request    text PRIMARY KEY,
        account_id text NOT NULL REFERENCES identity.accounts,
        digest     text NOT NULL,
        credential bytea NOT NULL CHECK (octet_length(credential) = 32),
        salt       bytea NOT NULL CHECK (octet_length(salt) = 32),
        answer     bytea,
        made_at    timestamptz NOT NULL DEFAULT clock_timestamp()
    )
"""
INDEX = "CREATE INDEX answered_made ON identity.answered (made_at)"
GRANT = "GRANT SELECT, INSERT, UPDATE, DELETE ON identity.answered TO booking_app"
