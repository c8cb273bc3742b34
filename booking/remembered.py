"""Events kept in memory by tag, answering queries as the ledger does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from domain.decisions import Query
from domain.event import Event, Recorded


class Remembered:
    """Events by tag and type, each list in the order of positions."""

    def __init__(self) -> None:
        self._by_tag: defaultdict[str, dict[type[Event], list[Recorded]]] = defaultdict(dict)

    def add(self, recorded: Recorded) -> None:
        for tag in recorded.tags:
            self._by_tag[tag].setdefault(type(recorded.event), []).append(recorded)

    def matching(self, query: Query, upto: int) -> Iterator[Recorded]:
        """The events of a query up to a position; with `newest` only the last of each type."""
        by_type = self._by_tag.get(query.tags[0], {})
        further = query.tags[1:]
        for event_type in query.types:
            known = by_type.get(event_type, ())
            for recorded in reversed(known) if query.newest else known:
                if recorded.position <= upto and all(tag in recorded.tags for tag in further):
                    yield recorded
                    if query.newest:
                        break

    def drop(self, unwanted: Callable[[Recorded], bool]) -> None:
        """Forgets events, and the tags that none are left of."""
        for tag, by_type in list(self._by_tag.items()):
            for event_type, known in list(by_type.items()):
                kept = [recorded for recorded in known if not unwanted(recorded)]
                if kept:
                    by_type[event_type] = kept
                else:
                    del by_type[event_type]
            if not by_type:
                del self._by_tag[tag]
