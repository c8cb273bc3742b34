"""Appends a second of our ledger and of the library's recorder, side by side on one PostgreSQL.

    python -m tests.benchmarks.appends [--seconds 3] [--rounds 3] [--events 3 1]

Each event carries the tags of a real booking (reservation, device, company, account and months)
and each append the boundary of one: the queries that a decision about it recalls. A booking is one
event; a bundle of devices or a return is some three. Rounds alternate between the two, and the
median is printed, since timings on a shared machine are noisy.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import tempfile
import threading
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from urllib.parse import parse_qs, urlsplit

import asyncpg
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.postgres import PostgresDatastore

from booking.database import connect, migrate
from booking.ledger import Ledger, Request, drafted, joined
from booking.postgres import running_server
from booking.writer import Draft
from domain.agenda import Agenda
from domain.event import Event
from domain.events import ReservationConfirmed, name_of
from domain.period import Period
from domain.quota import Quota
from domain.stored import Envelope, encode_tail

CALLERS = (1, 8, 32)
START = datetime(2027, 1, 4, tzinfo=UTC)
numbers = itertools.count()


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="booking-bench-") as folder:
        # As root, PostgreSQL runs as another user, who has to pass through.
        Path(folder).chmod(0o711)
        with running_server(Path(folder) / "data") as server:
            asyncio.run(_prepare(server.url))
            _compare(server.url.replace("/postgres?", "/bench?", 1), arguments)


def _compare(url: str, arguments: argparse.Namespace) -> None:
    print("events in an append  callers     ours/s  library/s   ratio")  # noqa: T201
    for events, callers in itertools.product(arguments.events, CALLERS):
        ours, theirs = [], []
        for _ in range(arguments.rounds):
            ours.append(asyncio.run(_ours(url, callers, events, arguments.seconds)))
            theirs.append(_library(url, callers, events, arguments.seconds))
        mine, its = statistics.median(ours), statistics.median(theirs)
        print(f"{events:>19} {callers:>8} {mine:>10.0f} {its:>10.0f} {mine / its:>7.2f}")  # noqa: T201


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of which the median counts")
    parser.add_argument("--events", type=int, nargs="+", default=[3, 1], help="in an append")
    return parser.parse_args()


async def _prepare(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE DATABASE bench")
    await connection.close()
    await migrate(url.replace("/postgres?", "/bench?", 1))


def _event(number: int) -> Event:
    """A booking of one of 50 devices by one of 12 companies, hours apart."""
    start = START + timedelta(hours=number % 2_000)
    period = Period(start, start + timedelta(hours=1))
    return ReservationConfirmed(
        reservation_id=f"r-{number:016x}",
        device_id=f"AUT-{number % 50:03d}",
        company_id=f"company-{number % 12}",
        sector="automotive",
        account_id=f"a-{number % 40:04d}",
        period=period,
        occupied=period,
    )


def _boundary(number: int) -> tuple[list[str], list[str]]:
    """The queries of agenda and quota, for a booking that nobody else wants."""
    start = START + timedelta(days=40 + number % 300)
    period = Period(start, start + timedelta(hours=1))
    facts = (Agenda(f"idle-{number % 977}", period), Quota(f"idle-{number % 977}", "x", period))
    return joined([query for fact in facts for query in fact.queries])


async def _ours(url: str, callers: int, events_each: int, seconds: float) -> float:
    database = await connect(url)
    ledger = Ledger(database.app)
    end = perf_counter() + seconds
    done = 0

    async def caller() -> None:
        nonlocal done
        after = (await ledger.head()).position
        while perf_counter() < end:
            request = Request.of("bench", None, b"")
            envelope = Envelope(by="bench", digest=request.digest)
            events = [_event(next(numbers)) for _ in range(events_each)]
            types, tags = _boundary(next(numbers))
            draft = Draft(
                request_tag=request.tag,
                digest=request.digest,
                events=drafted(events, request, envelope),
                query_types=types,
                query_tags=tags,
                after=after,
            )
            after = (await ledger.append(draft)).last
            done += 1

    began = perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    took = perf_counter() - began
    await ledger.close()
    await database.close()
    return done / took


def _library(url: str, callers: int, events_each: int, seconds: float) -> float:
    with _recorder(url, callers) as recorder:
        end = perf_counter() + seconds
        counts = [0] * callers

        def caller(which: int) -> None:
            after = 0
            while perf_counter() < end:
                events = [_event(next(numbers)) for _ in range(events_each)]
                types, tags = _boundary(next(numbers))
                query = DCBQuery(
                    items=[
                        DCBQueryItem(types=of.split("\x1f"), tags=having.split("\x1f"))
                        for of, having in zip(types, tags, strict=True)
                    ]
                )
                after = recorder.append(
                    [
                        DCBEvent(
                            type=name_of(event),
                            data=encode_tail(event, event.tags(), Envelope(by="bench")).encode(),
                            tags=event.tags(),
                        )
                        for event in events
                    ],
                    DCBAppendCondition(fail_if_events_match=query, after=after),
                )
                counts[which] += 1

        return _threads(caller, callers, counts)


def _threads(caller: Callable[[int], None], callers: int, counts: list[int]) -> float:
    threads = [threading.Thread(target=caller, args=[which]) for which in range(callers)]
    began = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (perf_counter() - began)


class _recorder:  # noqa: N801 - used as a with-statement's word
    """The library's recorder with a connection for each caller."""

    def __init__(self, url: str, callers: int) -> None:
        parts = urlsplit(url)
        place = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._datastore = PostgresDatastore(
            dbname=parts.path.removeprefix("/"),
            host=place["host"],
            port=place["port"],
            user=parts.username or place.get("user", "postgres"),
            password=parts.password or place.get("password", ""),
            pool_size=callers,
            max_waiting=callers,
            originator_id_type="text",
            enable_db_functions=True,
        )

    def __enter__(self) -> PostgresDCBRecorderTT:
        recorder = PostgresDCBRecorderTT(self._datastore)
        recorder.create_table()
        return recorder

    def __exit__(self, *_: object) -> None:
        self._datastore.close()


if __name__ == "__main__":
    warnings.simplefilter("ignore", ResourceWarning)
    main()
