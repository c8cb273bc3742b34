"""The schema of ledger and identity, version by version (Alembic)."""
