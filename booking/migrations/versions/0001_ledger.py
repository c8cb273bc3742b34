"""The three roles and the ledger.

Revision ID: 0001_ledger
"""

from __future__ import annotations

from booking.migrations.scripts import run, run_file

revision = "0001_ledger"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

ROLES = """
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['booking_ledger', 'booking_views', 'booking_app'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;  -- roles belong to the server, and another database of it made this one
        END;
        IF NOT pg_has_role(current_user, wanted, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', wanted, current_user);
        END IF;
    END LOOP;
    -- The projector makes a schema for each version of a view; the constraint against overlaps
    -- compares an id and a range in one index, which is what the extension is for.
    EXECUTE format('GRANT CREATE ON DATABASE %I TO booking_views', current_database());
END $$;
CREATE EXTENSION IF NOT EXISTS btree_gist;
"""


def upgrade() -> None:
    run(ROLES)
    run_file("ledger.sql")
    run_file("ledger_append.sql")
