"""Schema `worker`: when deadlines were being looked after, which no event says.

It is not part of the ledger: a rebuild does not need it, and an audit does not rest on it.
"""

from __future__ import annotations

from alembic import op

revision = "0003_worker"
down_revision = "0002_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA worker AUTHORIZATION booking_ledger")
    op.execute("SET LOCAL ROLE booking_ledger")
    # A row for each span of time without a long silence.
    op.execute(
        """
        CREATE TABLE worker.awake (
            awake_from  timestamptz PRIMARY KEY,
            awake_until timestamptz NOT NULL CHECK (awake_until >= awake_from)
        )
        """
    )
    op.execute("GRANT USAGE ON SCHEMA worker TO booking_app")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON worker.awake TO booking_app")
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.execute("DROP SCHEMA worker CASCADE")
