"""Runs a script of many statements within a migration, which only the driver's own call takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import op


def run_file(name: str) -> None:
    """Run one of the SQL files beside `booking/ledger.py`."""
    run((Path(__file__).parent.parent / name).read_text(encoding="utf-8"))


def run(script: str) -> None:
    adapted: Any = op.get_bind().connection.dbapi_connection

    async def execute(driver: Any) -> None:
        await driver.execute(script)

    adapted.run_async(execute)
