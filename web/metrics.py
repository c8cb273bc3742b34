"""Counters of one web process, as Prometheus reads them (text format 0.0.4)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5)
"""Upper bounds of the histogram's buckets; the promise for a request is 0.15."""


class Metrics:
    """What a process counts about its requests. Several processes are told apart by `process`."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, int]] = Counter()
        self._buckets: dict[str, list[int]] = defaultdict(lambda: [0] * (len(SECONDS) + 1))
        self._seconds: defaultdict[str, float] = defaultdict(float)

    def count(self, route: str, status: int, seconds: float) -> None:
        """One answered request; `route` is a pattern, never an address."""
        self._answers[route, status] += 1
        self._buckets[route][bisect_left(SECONDS, seconds)] += 1
        self._seconds[route] += seconds

    def lines(self) -> Iterator[str]:
        yield "# HELP booking_requests_total Answered requests."
        yield "# TYPE booking_requests_total counter"
        for (route, status), number in sorted(self._answers.items()):
            yield f'booking_requests_total{{route="{_label(route)}",status="{status}"}} {number}'
        yield "# HELP booking_request_seconds Time from request to answer."
        yield "# TYPE booking_request_seconds histogram"
        for route, buckets in sorted(self._buckets.items()):
            yield from self._histogram(_label(route), buckets, self._seconds[route])

    @staticmethod
    def _histogram(route: str, buckets: list[int], total: float) -> Iterator[str]:
        so_far = 0
        for bound, number in zip((*SECONDS, "+Inf"), buckets, strict=True):
            so_far += number
            yield f'booking_request_seconds_bucket{{route="{route}",le="{bound}"}} {so_far}'
        yield f'booking_request_seconds_sum{{route="{route}"}} {total:.6f}'
        yield f'booking_request_seconds_count{{route="{route}"}} {so_far}'


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
