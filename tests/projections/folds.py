"""What each version of a view makes of every stored event, frozen in `folds.json`.

A view's tables carry its version in their schema. When the same version came to fold something
else, rows that it wrote before would stay as they were, and a replay would differ from them. So a
view whose tables or operations change raises its VERSION, and then

    python -m tests.projections.folds

writes the file anew. It refuses while a version folds otherwise than it did.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from domain.stored import decode_body
from projections.view import View
from projections.views import VIEWS

FROZEN = Path(__file__).with_name("folds.json")
SAMPLES = Path(__file__).parents[1] / "domain" / "samples"


def frozen() -> dict[str, Any]:
    """Of each view its version, and a digest of its tables and of each sample's operations."""
    kept: dict[str, Any] = json.loads(FROZEN.read_text(encoding="utf-8"))
    return kept


def folded() -> dict[str, Any]:
    """The same as the code has it now."""
    return {
        view.name: {"version": view.version, "tables": _tables(view), "events": dict(_events(view))}
        for view in VIEWS
    }


def changed(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What a view of the same version folds otherwise; samples that are new are no change."""
    if before["version"] != now["version"]:
        return []
    others = [name for name, made in before["events"].items() if now["events"].get(name) != made]
    return others + ["tables"] * (before["tables"] != now["tables"])


def _tables(view: View) -> str:
    dialect = postgresql.dialect()
    said = [str(CreateTable(table).compile(dialect=dialect)) for table in view.tables.values()]
    for table in view.tables.values():
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        said += [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
    return _digest("\n".join(said))


def _events(view: View) -> Iterator[tuple[str, str]]:
    for file in sorted(SAMPLES.glob("*.jsonl")):
        for body in file.read_bytes().splitlines():
            recorded = decode_body(body)
            operations = list(view.project(recorded))
            if operations:
                made = "\n".join(map(repr, operations))
                yield f"{recorded.type} {file.stem}:{recorded.position}", _digest(made)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def main() -> None:
    before, now = frozen() if FROZEN.exists() else {}, folded()
    for name in before.keys() & now.keys():
        if others := changed(before[name], now[name]):
            sys.exit(f"raise the VERSION of the view {name}, which now folds otherwise: {others}")
    FROZEN.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
