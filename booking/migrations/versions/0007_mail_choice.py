"""Whether a person's notices come by e-mail too, as that person chose."""

from __future__ import annotations

from alembic import op

revision = "0007_mail_choice"
down_revision = "0006_answered"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL ROLE booking_ledger")
    op.execute("ALTER TABLE identity.accounts ADD COLUMN mailed boolean NOT NULL DEFAULT true")
    op.execute("RESET ROLE")


def downgrade() -> None:
    op.execute("ALTER TABLE identity.accounts DROP COLUMN mailed")
