"""Schema `mail`: what was sent of the notices, and how far each person has read them.

It is not part of the ledger or of a view: rebuilding the notices sends nothing again.
"""

from __future__ import annotations

from alembic import op

revision = "0005_mail"
down_revision = "0004_append"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA mail AUTHORIZATION booking_ledger")
    op.execute("SET LOCAL ROLE booking_ledger")
    for statement in (*TABLES, *GRANTS):
        op.execute(statement)
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.execute("DROP SCHEMA mail CASCADE")


TABLES = (
    # One row: through which position notices were made into letters. It begins at the ledger's
    # head of the moment when mail was first set up, so that nobody is mailed about the past.
    """
    CREATE TABLE mail.progress (
        only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
        position   bigint NOT NULL,
        started_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    # A notice to a person. `code` is the reply of the last attempt that failed (RFC 5321, 4.2).
    """
    CREATE TABLE mail.letters (
        position     bigint NOT NULL,
        number       integer NOT NULL,
        account_id   text NOT NULL,
        state        text NOT NULL DEFAULT 'waiting'
            CHECK (state IN ('waiting', 'sent', 'refused', 'dropped')),
        tries        integer NOT NULL DEFAULT 0,
        code         integer,
        addressed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        next_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
        changed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (position, number, account_id)
    )
    """,
    "CREATE INDEX letters_waiting ON mail.letters (next_at) WHERE state = 'waiting'",
    "CREATE INDEX letters_refused ON mail.letters (changed_at) WHERE state = 'refused'",
    """
    CREATE TABLE mail.read (
        account_id text PRIMARY KEY,
        position   bigint NOT NULL
    )
    """,
)

GRANTS = (
    "GRANT USAGE ON SCHEMA mail TO booking_app",
    "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA mail TO booking_app",
)
