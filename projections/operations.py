"""What a projection may do to its tables, as data, so that live work and rebuild are one fold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

Values = Mapping[str, Any]


class Put(msgspec.Struct, frozen=True):
    """Opens a row of a key with all of its columns, and closes the current one if there is one."""

    table: str
    key: Values
    values: Values


class Change(msgspec.Struct, frozen=True):
    """Closes the current row of a key and opens the next, with columns set or added to.

    Without a current row the projection stops: the event speaks of something never heard of.
    """

    table: str
    key: Values
    values: Values = {}
    add: Mapping[str, int] = {}


class End(msgspec.Struct, frozen=True):
    """Closes the current row of a key; without one the projection stops."""

    table: str
    key: Values


Operation = Put | Change | End


class ProjectionStoppedError(Exception):
    """A view can't apply an event. Nothing is skipped: the view waits for people.

    `position` is the event's, `before` the last position before the append that it belongs to.
    """

    def __init__(self, view: str, position: int, reason: str, before: int) -> None:
        self.view = view
        self.position = position
        self.reason = reason
        self.before = before
        super().__init__(f"the view {view} stopped at event {position}: {reason}")

    @classmethod
    def by(cls, error: Exception, view: str, first: int) -> ProjectionStoppedError:
        """The stop that an error causes in an append that begins at position `first`."""
        if isinstance(error, ProjectionStoppedError):
            return error
        if isinstance(error, NoCurrentRowError | UnreadableEventError):
            return cls(view, error.position, str(error), before=first - 1)
        return cls(view, first, f"{type(error).__name__}: {error}", before=first - 1)


class NoCurrentRowError(Exception):
    """An operation on a key that has no current row."""

    def __init__(self, operation: Operation, position: int) -> None:
        self.position = position
        key = ", ".join(f"{name} {value}" for name, value in operation.key.items())
        super().__init__(f"{operation.table} has no current row of {key}")


class UnreadableEventError(Exception):
    """An event that this version of the program can't read."""

    def __init__(self, position: int, error: Exception) -> None:
        self.position = position
        super().__init__(f"{type(error).__name__}: {error}")


def as_json(value: Any) -> str | None:
    """The text of a `jsonb` column; None stays NULL."""
    return None if value is None else _encode(value).decode()


_encode = msgspec.json.Encoder().encode
