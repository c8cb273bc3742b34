"""Which rule decides which command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from domain import (
    calibration,
    cancelling_outages,
    changes,
    companies,
    deadlines,
    devices,
    maintenance,
    no_shows,
    outages,
    people,
    repeating_outages,
    reservations,
    statements,
    together,
    together_changes,
    usage,
    waiting,
)
from domain.decisions import Command, Happened, Recall
from domain.offering import offered

Handler = Callable[[Any, Recall], Awaitable[Happened]]

HANDLERS: dict[type[Command], Handler] = {
    reservations.ReserveDevice: reservations.reserve_device,
    reservations.ApproveReservation: reservations.approve_reservation,
    reservations.DeclineReservation: reservations.decline_reservation,
    reservations.CancelReservation: reservations.cancel_reservation,
    changes.RescheduleReservation: changes.reschedule_reservation,
    changes.ShortenReservation: changes.shorten_reservation,
    changes.ExtendReservation: changes.extend_reservation,
    changes.TransferReservation: changes.transfer_reservation,
    together.ReserveTogether: together.reserve_together,
    together_changes.CancelTogether: together_changes.cancel_together,
    together_changes.RescheduleTogether: together_changes.reschedule_together,
    usage.HandOutDevice: usage.hand_out_device,
    usage.ReturnDevice: usage.return_device,
    usage.RecordNoShow: usage.record_no_show,
    usage.WithdrawNoShow: usage.withdraw_no_show,
    no_shows.SetNoShowPolicy: no_shows.set_no_show_policy,
    deadlines.ExpireRequest: deadlines.expire_request,
    deadlines.RecordMissedStart: deadlines.record_missed_start,
    deadlines.RecordOverdue: deadlines.record_overdue,
    deadlines.DismissNoShow: deadlines.dismiss_no_show,
    usage.CorrectUsage: usage.correct_usage,
    usage.WaiveUsage: usage.waive_usage,
    statements.IssueStatement: statements.issue_statement,
    outages.ScheduleOutage: outages.schedule_outage,
    repeating_outages.ScheduleOutages: repeating_outages.schedule_outages,
    outages.RescheduleOutage: outages.reschedule_outage,
    outages.CancelOutage: outages.cancel_outage,
    cancelling_outages.CancelOutages: cancelling_outages.cancel_outages,
    outages.ReportBreakdown: outages.report_breakdown,
    outages.ExtendBreakdown: outages.extend_breakdown,
    outages.RepairDevice: outages.repair_device,
    waiting.JoinWaitlist: waiting.join_waitlist,
    waiting.AcceptOffer: waiting.accept_offer,
    waiting.LeaveWaitlist: waiting.leave_waitlist,
    waiting.ExpireOffer: waiting.expire_offer,
    waiting.PassWish: waiting.pass_wish,
    maintenance.ReportProblem: maintenance.report_problem,
    maintenance.TriageProblem: maintenance.triage_problem,
    maintenance.ResolveProblem: maintenance.resolve_problem,
    maintenance.LogMaintenance: maintenance.log_maintenance,
    maintenance.RecordCalibration: maintenance.record_calibration,
    calibration.NoticeCalibrationDue: calibration.notice_calibration_due,
    devices.CommissionDevice: devices.commission_device,
    devices.SetTerms: devices.set_terms,
    devices.SetRate: devices.set_rate,
    devices.SuspendDevice: devices.suspend_device,
    devices.ResumeDevice: devices.resume_device,
    devices.RetireDevice: devices.retire_device,
    companies.OpenLedger: companies.open_ledger,
    companies.SetClosure: companies.set_closure,
    companies.RemoveClosure: companies.remove_closure,
    companies.RegisterCompany: companies.register_company,
    companies.SetQuota: companies.set_quota,
    companies.SetMostAhead: companies.set_most_ahead,
    companies.SuspendCompany: companies.suspend_company,
    companies.ReinstateCompany: companies.reinstate_company,
    people.AddAccount: people.add_account,
    people.GrantRole: people.grant_role,
    people.ErasePerson: people.erase_person,
    people.GrantQualification: people.grant_qualification,
    people.RevokeQualification: people.revoke_qualification,
}


async def decide(command: Command, recall: Recall) -> Happened:
    """What happens when `command` is given; raises Rejected when the rules refuse it.

    Time that it frees is offered to those who wait for it.
    """
    happened = await HANDLERS[type(command)](command, recall)
    return [*happened, *await offered(happened, recall)]
