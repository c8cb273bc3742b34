"""The library's own test case for recorders, on our ledger and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from eventsourcing.dcb.tests import DCBRecorderTestCase

from tests.ledger.recorder import LedgerRecorder


@pytest.fixture
def recorder(database_url: str) -> Iterator[LedgerRecorder]:
    made = LedgerRecorder(database_url)
    yield made
    made.close()


def test_append_and_read_as_the_library_expects(recorder: LedgerRecorder) -> None:
    """Its methods begin with an underscore, so collecting the class would run nothing."""
    DCBRecorderTestCase()._test_append_read(recorder)


def test_append_and_subscribe_as_the_library_expects(recorder: LedgerRecorder) -> None:
    """Appends wake a subscriber, which sees each event once and in order."""
    DCBRecorderTestCase()._test_append_subscribe(recorder)
