"""The schema of ledger and identity, version by version (Alembic)."""

from __future__ import annotations

from typing import cast

from alembic import op
from sqlalchemy.engine.interfaces import AdaptedConnection


def execute_script(script: str) -> None:
    """Execute many statements, a file say, inside the migration's transaction.

    `op.execute` takes one statement at a time, as asyncpg prepares what it is given.
    """
    bind = op.get_bind()
    # SQLAlchemy's driver opens the transaction with the first statement that it sees itself.
    bind.exec_driver_sql("SELECT 1")
    driver_connection = cast("AdaptedConnection", bind.connection.dbapi_connection)
    driver_connection.run_async(lambda driver: driver.execute(script))
