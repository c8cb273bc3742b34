"""Where Alembic starts: one connection, one transaction for each migration.

`booking.database.migrate` calls it and passes its connection. A new revision is a new file beside
the others, its number one higher:

    alembic revision --rev-id 0003_what --message "what it does"

Migrations hold what is not a view; views carry their version in their schema and are rebuilt.
"""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
