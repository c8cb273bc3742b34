"""How an event lies in the ledger: one JSON object, whose bytes are never encoded again.

The ledger puts `position` and `recorded_at` in front of what is sent here, so that the leaf hash
over the whole object covers everything that matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from domain.event import Event, Recorded
from domain.events import decode, name_of


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who, for whom and why. `digest` is the hex digest of the request that caused the append."""

    by: str
    on_behalf_of: str | None = None
    because: int | None = None
    terms_version: int | None = None
    digest: str | None = None


class _Tail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    type: str
    tags: Sequence[str]
    data: Event
    by: str
    on_behalf_of: str | None = None
    because: int | None = None
    terms_version: int | None = None
    digest: str | None = None


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    position: int
    recorded_at: datetime
    type: str
    tags: tuple[str, ...]
    data: msgspec.Raw
    by: str
    on_behalf_of: str | None = None
    because: int | None = None
    terms_version: int | None = None
    digest: str | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Body)


def encode_tail(event: Event, tags: Sequence[str], envelope: Envelope) -> str:
    """The stored object without its opening brace, position and time."""
    tail = _Tail(type=name_of(event), tags=tags, data=event, **msgspec.structs.asdict(envelope))
    return _encoder.encode(tail).decode()[1:]


def decode_body(body: bytes) -> Recorded:
    """The event of a stored body; msgspec.ValidationError where it is not of the format."""
    stored = _decoder.decode(body)
    return Recorded(
        position=stored.position,
        recorded_at=stored.recorded_at,
        type=stored.type,
        tags=stored.tags,
        event=decode(stored.type, stored.data),
        by=stored.by,
        on_behalf_of=stored.on_behalf_of,
        because=stored.because,
        terms_version=stored.terms_version,
    )
