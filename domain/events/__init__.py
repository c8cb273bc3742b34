"""The storage format: everything that can have happened, by the name it is stored under.

Fields are only ever added, with defaults, and a stored name never changes its meaning. Times are
aware and stored in UTC. `period` is what a company booked; `occupied` is that period with the
device's buffers as they were then, so that later terms do not move it. Text that people type is
`Sealed`; names and addresses of people are never in an event.
"""

from __future__ import annotations

import msgspec

from domain.event import Event
from domain.events.billing import StatementIssued, StatementLine, StatementLineKind
from domain.events.companies import (
    AccountAdded,
    CompanyRegistered,
    CompanyReinstated,
    CompanyRenamed,
    CompanySuspended,
    MostAheadSet,
    PersonErased,
    QualificationGranted,
    QualificationRevoked,
    QuotaSet,
    RoleGranted,
    RoleRevoked,
)
from domain.events.deadlines import Doubt, NoShowPolicySet, NoShowSuspected, ReturnOverdue
from domain.events.devices import (
    DeviceCommissioned,
    DeviceResumed,
    DeviceRetired,
    DeviceSuspended,
    RateSet,
    SpecificationLine,
    SpecificationRevised,
    TermsSet,
)
from domain.events.ledger import (
    ClosureRemoved,
    ClosureSet,
    LedgerOpened,
)
from domain.events.maintenance import (
    BreakdownEvent,
    BreakdownExtended,
    BreakdownReported,
    CalibrationRecorded,
    DeviceRepaired,
    MaintenanceLogged,
    OutageCancelled,
    OutageEvent,
    OutageKind,
    OutageRescheduled,
    OutageScheduled,
    ProblemReported,
    ProblemResolved,
    ProblemTriaged,
    Urgency,
)
from domain.events.reservations import (
    NoShowRecorded,
    NoShowWithdrawn,
    PolicyOverridden,
    Refusal,
    RequestExpired,
    RequestRefused,
    ReservationApproved,
    ReservationCancelled,
    ReservationConfirmed,
    ReservationDeclined,
    ReservationDisplaced,
    ReservationEvent,
    ReservationExtended,
    ReservationRequested,
    ReservationRescheduled,
    ReservationShortened,
    ReservationTransferred,
    UsageType,
)
from domain.events.usage import (
    DeviceHandedOut,
    DeviceReturned,
    UsageCorrected,
    UsageLogged,
    UsageWaived,
)
from domain.events.waiting import (
    OfferAccepted,
    OfferExpired,
    OfferExtended,
    OfferWithdrawn,
    SlotOffered,
    WaitlistEvent,
    WaitlistJoined,
    WaitlistLeft,
)

RULES = 3
"""The version of the rules. It rises when event types come that older code cannot fold; older code
may then read the ledger and no longer append to it."""

STORED: dict[str, type[Event]] = {
    "LedgerOpened": LedgerOpened,
    "ClosureSet": ClosureSet,
    "ClosureRemoved": ClosureRemoved,
    "DeviceCommissioned": DeviceCommissioned,
    "SpecificationRevised": SpecificationRevised,
    "TermsSet": TermsSet,
    "RateSet": RateSet,
    "DeviceSuspended": DeviceSuspended,
    "DeviceResumed": DeviceResumed,
    "DeviceRetired": DeviceRetired,
    "CompanyRegistered": CompanyRegistered,
    "CompanyRenamed": CompanyRenamed,
    "CompanySuspended": CompanySuspended,
    "CompanyReinstated": CompanyReinstated,
    "QuotaSet": QuotaSet,
    "MostAheadSet": MostAheadSet,
    "AccountAdded": AccountAdded,
    "RoleGranted": RoleGranted,
    "RoleRevoked": RoleRevoked,
    "QualificationGranted": QualificationGranted,
    "QualificationRevoked": QualificationRevoked,
    "PersonErased": PersonErased,
    "ReservationRequested": ReservationRequested,
    "ReservationConfirmed": ReservationConfirmed,
    "ReservationApproved": ReservationApproved,
    "ReservationDeclined": ReservationDeclined,
    "RequestExpired": RequestExpired,
    "ReservationRescheduled": ReservationRescheduled,
    "ReservationShortened": ReservationShortened,
    "ReservationExtended": ReservationExtended,
    "ReservationTransferred": ReservationTransferred,
    "ReservationCancelled": ReservationCancelled,
    "ReservationDisplaced": ReservationDisplaced,
    "NoShowRecorded": NoShowRecorded,
    "NoShowWithdrawn": NoShowWithdrawn,
    "NoShowSuspected": NoShowSuspected,
    "NoShowPolicySet": NoShowPolicySet,
    "ReturnOverdue": ReturnOverdue,
    "RequestRefused": RequestRefused,
    "PolicyOverridden": PolicyOverridden,
    "DeviceHandedOut": DeviceHandedOut,
    "DeviceReturned": DeviceReturned,
    "UsageLogged": UsageLogged,
    "UsageCorrected": UsageCorrected,
    "UsageWaived": UsageWaived,
    "StatementIssued": StatementIssued,
    "ProblemReported": ProblemReported,
    "ProblemResolved": ProblemResolved,
    "ProblemTriaged": ProblemTriaged,
    "OutageScheduled": OutageScheduled,
    "OutageRescheduled": OutageRescheduled,
    "OutageCancelled": OutageCancelled,
    "BreakdownReported": BreakdownReported,
    "BreakdownExtended": BreakdownExtended,
    "DeviceRepaired": DeviceRepaired,
    "MaintenanceLogged": MaintenanceLogged,
    "CalibrationRecorded": CalibrationRecorded,
    "WaitlistJoined": WaitlistJoined,
    "SlotOffered": SlotOffered,
    "OfferExtended": OfferExtended,
    "OfferAccepted": OfferAccepted,
    "OfferExpired": OfferExpired,
    "OfferWithdrawn": OfferWithdrawn,
    "WaitlistLeft": WaitlistLeft,
}
"""Stored name of each event. The names are the format, whatever the classes come to be called."""

_NAMES = {event_type: name for name, event_type in STORED.items()}


def name_of(event: Event | type[Event]) -> str:
    """The stored name of an event or event type."""
    return _NAMES[event if isinstance(event, type) else type(event)]


def decode(name: str, data: bytes | msgspec.Raw) -> Event:
    """The event stored as `name` with JSON `data`; msgspec.ValidationError when it does not fit."""
    return msgspec.json.decode(data, type=STORED[name])


__all__ = [
    "RULES",
    "STORED",
    "AccountAdded",
    "BreakdownEvent",
    "BreakdownExtended",
    "BreakdownReported",
    "CalibrationRecorded",
    "ClosureRemoved",
    "ClosureSet",
    "CompanyRegistered",
    "CompanyReinstated",
    "CompanyRenamed",
    "CompanySuspended",
    "DeviceCommissioned",
    "DeviceHandedOut",
    "DeviceRepaired",
    "DeviceResumed",
    "DeviceRetired",
    "DeviceReturned",
    "DeviceSuspended",
    "Doubt",
    "Event",
    "LedgerOpened",
    "MaintenanceLogged",
    "MostAheadSet",
    "NoShowPolicySet",
    "NoShowRecorded",
    "NoShowSuspected",
    "NoShowWithdrawn",
    "OfferAccepted",
    "OfferExpired",
    "OfferExtended",
    "OfferWithdrawn",
    "OutageCancelled",
    "OutageEvent",
    "OutageKind",
    "OutageRescheduled",
    "OutageScheduled",
    "PersonErased",
    "PolicyOverridden",
    "ProblemReported",
    "ProblemResolved",
    "ProblemTriaged",
    "QualificationGranted",
    "QualificationRevoked",
    "QuotaSet",
    "RateSet",
    "Refusal",
    "RequestExpired",
    "RequestRefused",
    "ReservationApproved",
    "ReservationCancelled",
    "ReservationConfirmed",
    "ReservationDeclined",
    "ReservationDisplaced",
    "ReservationEvent",
    "ReservationExtended",
    "ReservationRequested",
    "ReservationRescheduled",
    "ReservationShortened",
    "ReservationTransferred",
    "ReturnOverdue",
    "RoleGranted",
    "RoleRevoked",
    "SlotOffered",
    "SpecificationLine",
    "SpecificationRevised",
    "StatementIssued",
    "StatementLine",
    "StatementLineKind",
    "TermsSet",
    "Urgency",
    "UsageCorrected",
    "UsageLogged",
    "UsageType",
    "UsageWaived",
    "WaitlistEvent",
    "WaitlistJoined",
    "WaitlistLeft",
    "decode",
    "name_of",
]
