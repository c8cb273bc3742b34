"""What a calendar subscription was answered last, and since when, for HTTP's Last-Modified."""

from __future__ import annotations

from alembic import op

revision = "0008_feed_served"
down_revision = "0007_mail_choice"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL ROLE booking_ledger")
    op.execute(
        "ALTER TABLE identity.feeds ADD COLUMN served_tag text, ADD COLUMN served_since timestamptz"
    )
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.execute("ALTER TABLE identity.feeds DROP COLUMN served_tag, DROP COLUMN served_since")
