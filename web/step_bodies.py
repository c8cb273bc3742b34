"""What the steps of a reservation take, in JSON bodies and in forms."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from domain.events import UsageType
from web.forms import Id, Line, Moment, Prose, RequiredProse
from web.overriding import OverrideBody

Count = Annotated[int, Meta(ge=0, le=1_000_000)]


class NoBody(msgspec.Struct, frozen=True):
    """Nothing to say but the step itself."""


class CancelBody(msgspec.Struct, frozen=True, kw_only=True):
    reason: Prose | None = None


class RescheduleBody(msgspec.Struct, frozen=True, kw_only=True):
    start: Moment
    end: Moment
    override: OverrideBody | None = None


class ShortenBody(msgspec.Struct, frozen=True, kw_only=True):
    """What stays of the time; what is not given stays as it is."""

    start: Moment | None = None
    end: Moment | None = None
    override: OverrideBody | None = None


class ExtendBody(msgspec.Struct, frozen=True, kw_only=True):
    end: Moment
    override: OverrideBody | None = None


class TransferBody(msgspec.Struct, frozen=True, kw_only=True):
    """To a colleague (e-mail or account id), to another device, or both."""

    account: Line | None = None
    device_id: Id | None = None
    override: OverrideBody | None = None


class ApproveBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    override: OverrideBody | None = None


class DeclineBody(msgspec.Struct, frozen=True, kw_only=True):
    reason: RequiredProse


class HandOutBody(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is when it was, if it is entered later: not before the booking was made (or, of one made
    at the counter, its start), nor while somebody else had the device.
    """

    at: Moment | None = None


class ReturnBody(msgspec.Struct, frozen=True, kw_only=True):
    """The use log's fields (운영일지): samples tested, the staff's minutes, 이용유형, notes."""

    at: Moment | None = None
    samples: Count = 0
    staff_minutes: Count = 0
    usage_type: UsageType | None = None
    notes: Prose | None = None


class CorrectBody(msgspec.Struct, frozen=True, kw_only=True):
    """The figures as they should be; what is not given stays as it is.

    A longer time overlaps no other use of the device, begins after the booking was made, and
    reaches at most 7 days beyond what was booked or logged.
    """

    reason: RequiredProse
    start: Moment | None = None
    end: Moment | None = None
    samples: Count | None = None
    staff_minutes: Count | None = None
