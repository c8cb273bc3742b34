"""The words of every refusal, in Korean and English, with the remedy where there is one.

`{limit}` and `{actual}` are the values of the violation; lengths of time and statuses are put in
words (`domain.said_values`), and for the rest each sentence names the unit.
"""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "slot_taken": {
        "ko": "이 시간은 이미 예약되어 있어요. 다른 시간을 골라 주세요.",
        "en": "This time is already taken. Please choose another time.",
    },
    "slot": {
        "ko": "시작과 길이는 {limit} 단위로 맞춰 주세요 (입력: {actual}).",
        "en": "Start and length must fit slots of {limit} (you asked for {actual}).",
    },
    "minimum": {
        "ko": "최소 {limit}부터 예약할 수 있어요 (요청: {actual}).",
        "en": "The shortest booking is {limit} (you asked for {actual}).",
    },
    "maximum": {
        "ko": "최대 {limit}까지 예약할 수 있어요 (요청: {actual}).",
        "en": "The longest booking is {limit} (you asked for {actual}).",
    },
    "past": {
        "ko": "이미 지난 시간이에요 (기준: {limit}, 요청: {actual}).",
        "en": "This time has passed (the limit is {limit}, you asked for {actual}).",
    },
    "notice": {
        "ko": "준비 기간이 필요해요. {limit}부터 예약할 수 있어요 (요청: {actual}).",
        "en": "Preparation takes time: book from {limit} on (you asked for {actual}).",
    },
    "horizon": {
        "ko": "{limit}일 앞까지만 예약할 수 있어요 (요청: {actual}).",
        "en": "Bookings open {limit} days ahead (you asked for {actual}).",
    },
    "opening_hours": {
        "ko": "운영 시간({limit}) 안에서 예약해 주세요 (요청: {actual}).",
        "en": "Please stay within the opening hours, {limit} that day (you asked for {actual}).",
    },
    "qualification": {
        "ko": "사용 자격을 받은 사람이 필요해요. 교육을 신청하거나 대행 사용을 고르세요.",
        "en": "This device needs a qualified person. Ask for training, or choose operated use.",
    },
    "operator": {
        "ko": "이 장비는 운영자가 대신 사용하는 대행 사용만 가능해요.",
        "en": "This device is run by our operator only: choose operated use.",
    },
    "irb_number": {
        "ko": "사람을 대상으로 하는 장비예요. IRB 승인 번호를 적어 주세요.",
        "en": "This device is used on people: please give the IRB approval number.",
    },
    "calibration": {
        "ko": "교정 유효기간({limit})이 지나는 시간이에요. 교정 후에 예약할 수 있어요.",
        "en": "The calibration is valid until {limit}; book before that or after calibration.",
    },
    "quota": {
        "ko": "그달의 이용 한도 {limit}시간을 넘어요 (이 예약 포함 {actual}시간).",
        "en": "This exceeds the month's quota of {limit} hours ({actual} with this booking).",
    },
    "most_ahead": {
        "ko": "앞으로의 예약은 최대 {limit}건까지예요 (이 예약 포함 {actual}건).",
        "en": "You may have {limit} reservations ahead ({actual} with this one).",
    },
    "company_suspended": {
        "ko": "이 기업의 신규 예약이 중지되어 있어요. 담당자에게 문의해 주세요. "
        "담당자는 예약 중지를 풀 수 있어요.",
        "en": "New bookings of this company are suspended. Please contact the laboratory, "
        "which can lift the suspension.",
    },
    "company_unknown": {
        "ko": "등록되지 않은 기업이에요: {actual}.",
        "en": "No such company: {actual}.",
    },
    "device_unknown": {"ko": "없는 장비예요: {actual}.", "en": "No such device: {actual}."},
    "device_retired": {
        "ko": "운영이 종료된 장비예요: {actual}.",
        "en": "This device has been retired: {actual}.",
    },
    "device_suspended": {
        "ko": "예약이 중지된 장비예요: {actual}.",
        "en": "Bookings of this device are suspended: {actual}.",
    },
    "reservation_unknown": {
        "ko": "없는 예약이에요: {actual}.",
        "en": "No such reservation: {actual}.",
    },
    "outage_unknown": {
        "ko": "예정된 점검이 아니에요: {actual}.",
        "en": "No such planned outage: {actual}.",
    },
    "outage_cancelled": {
        "ko": "이미 취소된 점검이에요: {actual}. 필요하면 새로 예정해 주세요.",
        "en": "This outage has been cancelled already: {actual}. Plan a new one if needed.",
    },
    "problem_unknown": {
        "ko": "열려 있는 문제 신고가 아니에요: {actual}.",
        "en": "No such open problem: {actual}.",
    },
    "problem_resolved": {
        "ko": "이미 해결된 문제예요: {actual}.",
        "en": "This problem has been resolved already: {actual}.",
    },
    "wrong_status": {
        "ko": "지금 상태({actual})에서는 할 수 없어요. 가능한 상태: {limit}.",
        "en": "Not possible while the reservation is {actual}; it would have to be: {limit}.",
    },
    "change_notice": {
        "ko": "시작 {limit} 전부터는 옮길 수 없어요. 취소하거나 줄일 수는 있어요.",
        "en": "Within {limit} of its start a booking can be cancelled, not moved.",
    },
    "not_shorter": {
        "ko": "지금 예약한 시간 안에서 줄여 주세요 (현재 끝: {limit}).",
        "en": "The shorter time must lie within the booking (which ends at {limit}).",
    },
    "not_longer": {
        "ko": "{limit}보다 늦은 시각이어야 해요.",
        "en": "The new end must be later than {limit}.",
    },
    "id_known": {
        "ko": "이미 쓰인 번호예요: {actual}. 다시 시도해 주세요.",
        "en": "This id is in use already: {actual}. Please try again.",
    },
    "terms_invalid": {
        "ko": "이용 조건 값이 올바르지 않아요: {limit} (입력: {actual}).",
        "en": "These terms make no sense: {limit} (you gave {actual}).",
    },
    "nothing_to_change": {"ko": "바뀌는 것이 없어요.", "en": "There is nothing to change."},
    "handed_out_already": {
        "ko": "이 장비는 다른 예약({actual})으로 사용 중이에요. 먼저 반납을 기록해 주세요.",
        "en": "The device is out for reservation {actual}. Record its return first.",
    },
    "broken_down": {
        "ko": "고장 중인 장비예요: {actual}.",
        "en": "The device is broken down: {actual}.",
    },
    "not_broken_down": {
        "ko": "고장 중인 장비가 아니에요: {actual}.",
        "en": "The device is not broken down: {actual}.",
    },
    "extension_by_staff": {
        "ko": "승인이 필요한 장비예요. 사용 중 연장은 담당자만 할 수 있으니 요청해 주세요.",
        "en": "This device needs approval: in use, only the staff can extend it. Please ask them.",
    },
    "too_early": {
        "ko": "예약 시작 {limit}일 전부터 인도할 수 있어요.",
        "en": "A device is handed out {limit} days before its booking at the earliest.",
    },
    "before_hand_out": {
        "ko": "반납은 인도({limit}) 뒤여야 해요 (입력: {actual}).",
        "en": "The return must follow the hand-out at {limit} (you gave {actual}).",
    },
    "not_begun": {
        "ko": "아직 시작 시각({limit})이 되지 않았어요.",
        "en": "The booking has not begun yet; it starts at {limit}.",
    },
    "not_yet": {
        "ko": "앞으로의 시각은 기록할 수 없어요 (지금: {limit}, 입력: {actual}).",
        "en": "A time to come cannot be recorded (it is {limit}, you gave {actual}).",
    },
    "before_booking": {
        "ko": "예약하기 전이에요. {limit}부터의 시각을 적어 주세요 (입력: {actual}).",
        "en": "Nobody had booked it then: enter a time from {limit} on (you gave {actual}).",
    },
    "use_overlaps": {
        "ko": "그때({limit})는 이 장비의 다른 이용 기록이 있어요. 시각을 확인하거나 "
        "그 기록부터 고쳐 주세요.",
        "en": "The use log has another use of this device, {limit}. Check the time, "
        "or correct that use first.",
    },
    "use_too_far": {
        "ko": "예약이나 기록보다 {limit}일까지만 늘려 고칠 수 있어요 (입력: {actual}). "
        "날짜를 확인하고, 맞다면 나누어 고쳐 주세요.",
        "en": "A correction reaches {limit} days beyond what was booked or logged (you gave "
        "{actual}). Check the date; if it is right, correct it in steps.",
    },
    "before_breakdown": {
        "ko": "수리는 고장이 시작된 {limit} 뒤여야 해요 (입력: {actual}). 지금이면 비워 두세요.",
        "en": "The repair must follow the breakdown, which began at {limit} (you gave {actual}). "
        "Leave the time out if it is now.",
    },
    "not_overridable": {
        "ko": "{actual}: 예외로 할 수 없는 규칙이에요. 예외로 할 수 있는 규칙: {limit}.",
        "en": "{actual} cannot be overridden. Rules that can: {limit}.",
    },
    "override_by_company": {
        "ko": "규칙의 예외는 담당자만 정할 수 있어요.",
        "en": "Only the laboratory may set rules aside.",
    },
    "safety_stop": {
        "ko": "안전 문제로 사용이 중지된 장비예요: {actual}. 담당자가 확인한 뒤 예약할 수 있어요.",
        "en": "A safety stop holds for this device: {actual}. The laboratory has to lift it first.",
    },
    "rebooked_already": {
        "ko": "이미 다른 예약({actual})으로 옮겼어요.",
        "en": "This booking has been replaced already, by {actual}.",
    },
    "claim_length": {
        "ko": "밀린 예약의 길이({limit})까지만 다시 예약할 수 있어요 (요청: {actual}). 더 필요하면 "
        "다시 예약한 뒤 늘리거나, 새 예약을 따로 잡아 주세요.",
        "en": "Only the {limit} that were lost can be booked again (you asked for {actual}). For "
        "more, extend the booking afterwards, or make a new one without the claim.",
    },
    "too_many_outages": {
        "ko": "점검은 한 번에 1~{limit}회까지 예정할 수 있어요 (입력: {actual}회).",
        "en": "Plan 1 to {limit} outages at a time (you asked for {actual}).",
    },
    "repeats_overlap": {
        "ko": "되풀이되는 점검이 서로 겹쳐요. {limit}보다 짧게 정해 주세요 (입력: {actual}).",
        "en": "The outages would overlap each other: keep each within {limit} ({actual}).",
    },
    "rate_dates": {
        "ko": "요금의 종료일({actual})은 시작일({limit})보다 뒤여야 해요.",
        "en": "A price must end (you gave {actual}) after the day it begins, {limit}.",
    },
    "month_unfinished": {
        "ko": "아직 끝나지 않은 달이에요. {limit}부터 명세서를 발행할 수 있어요 (지금: {actual}).",
        "en": "The month is not over; its statement can be issued from {limit} (it is {actual}).",
    },
    "statement_issued": {
        "ko": "{limit} 명세서는 이미 발행되었고({actual}) 그 뒤로 바뀐 것이 없어요.",
        "en": "The statement of {limit} was issued ({actual}) and nothing has changed since.",
    },
    "sector_fixed": {
        "ko": "장비의 분야는 바꿀 수 없어요 (현재: {limit}, 입력: {actual}).",
        "en": "A device's sector cannot change (it is {limit}, you gave {actual}).",
    },
    "no_such_time": {
        "ko": "그 지역 시계에 없는 시각이에요 ({actual}).",
        "en": "Clocks there skip this time ({actual}).",
    },
    "series_endless": {
        "ko": "반복이 끝나는 날짜나 횟수를 정해 주세요.",
        "en": "Please say until when, or how many times, it repeats.",
    },
    "series_empty": {
        "ko": "이 조건에 맞는 날짜가 없어요.",
        "en": "There is no date on which this would take place.",
    },
    "series_too_long": {
        "ko": "한 번에 최대 {limit}건까지 예약할 수 있어요.",
        "en": "At most {limit} reservations can be made together.",
    },
    "series_too_far": {
        "ko": "반복은 첫날부터 최대 {limit}일 뒤까지예요.",
        "en": "A series may reach {limit} days from its first date.",
    },
    "not_due": {
        "ko": "아직 기한({limit})이 되지 않았어요 (지금: {actual}).",
        "en": "This is due only at {limit} (it is {actual}).",
    },
    "slot_free": {
        "ko": "이 시간({actual})은 비어 있어요. 대기하지 말고 바로 예약해 주세요.",
        "en": "This time ({actual}) is free: book it instead of waiting for it.",
    },
    "own_time": {
        "ko": "이 시간에는 내 예약이나 제안({actual})이 있어요. 기다리는 대신 그 예약을 옮기거나 "
        "늘려 주세요. 필요 없으면 취소해 주세요.",
        "en": "You hold or are offered this time yourself ({actual}). Move or extend that booking "
        "instead of waiting, or cancel it.",
    },
    "waiting_already": {
        "ko": "{actual}의 겹치는 시간을 이미 기다리고 있어요. 먼저 그 대기를 취소해 주세요.",
        "en": "Your company waits for overlapping time of {actual} already; leave that line first.",
    },
    "line_full": {
        "ko": "이 시간의 대기자가 이미 {limit}건이에요. 다른 시간이나 장비를 골라 주세요.",
        "en": "{limit} wait for this time already. Please choose another time or device.",
    },
    "most_wishes": {
        "ko": "한 기업은 한 번에 {limit}건까지 기다릴 수 있어요. 필요 없는 대기를 취소해 주세요.",
        "en": "A company may wait for {limit} times at once. Leave a line that you do not need.",
    },
    "wish_unknown": {"ko": "없는 대기예요: {actual}.", "en": "No such wish: {actual}."},
    "wish_over": {
        "ko": "이미 끝난 대기예요 (상태: {actual}).",
        "en": "This wish is over; it is {actual}.",
    },
    "accepted_already": {
        "ko": "이미 수락한 제안이에요. 예약({actual})을 확인해 주세요.",
        "en": "This offer was accepted already; the reservation is {actual}.",
    },
    "not_offered": {
        "ko": "아직 제안된 시간이 없어요. 자리가 나면 알려 드려요.",
        "en": "Nothing has been offered for this wish yet; you will hear when the time is free.",
    },
    "offer_stands": {
        "ko": "{limit}까지 수락할 수 있는 제안이 있는 대기예요. 제안이 먼저 끝나야 해요.",
        "en": "An offer stands for this wish until {limit}, and has to end first.",
    },
    "offer_expired": {
        "ko": "제안을 받을 수 있는 시간({limit})이 지났어요. 비어 있으면 새로 예약할 수 있어요.",
        "en": "The offer could be accepted until {limit}. If the time is still free, book it anew.",
    },
    "not_suspected": {
        "ko": "확인을 기다리는 노쇼가 아니에요: {actual}.",
        "en": "No suspected no-show waits to be looked at: {actual}.",
    },
}

QUOTAS: dict[str, dict[str, str]] = {
    "month": {
        "ko": "{month} 이용 한도 {limit}시간을 넘어요 (이 예약 포함 {actual}시간).",
        "en": "This exceeds the quota of {limit} hours in {month} ({actual} with this booking).",
    },
    "sector": {
        "ko": "{month} {sector} 장비 이용 한도 {limit}시간을 넘어요 (이 예약 포함 {actual}시간).",
        "en": "This exceeds the quota of {limit} hours of {sector} devices in {month} "
        "({actual} with this booking).",
    },
}
"""Which quota lacks room, of all devices in a month or of a sector's; earlier refusals of `quota`
do not say it.
"""
CLOSED: dict[str, dict[str, str]] = {
    "weekday": {
        "ko": "{}에는 운영하지 않는 장비예요. 다른 요일을 골라 주세요.",
        "en": "This device is not open on a {}. Please choose another day.",
    },
    "closure": {
        "ko": "{}에는 테스트베드가 쉬어요. 다른 날을 골라 주세요.",
        "en": "The laboratory is closed on {}. Please choose another day.",
    },
    "start_weekday": {
        "ko": "시작하는 날({})에는 운영하지 않는 장비예요. 다른 요일에 시작해 주세요.",
        "en": "It would start on a {}, when this device is not open. Please start on another day.",
    },
    "start_closure": {
        "ko": "시작하는 날({})에는 테스트베드가 쉬어요. 다른 날에 시작해 주세요.",
        "en": "The laboratory is closed on the first day, {}. Please start on another day.",
    },
    "start_hours": {
        "ko": "시작하는 날의 운영 시간({}) 안에 시작해 주세요. 닫는 시각에는 시작할 수 없어요.",
        "en": "Please start within the opening hours of the first day, {}, before closing.",
    },
    "end_weekday": {
        "ko": "끝나는 날({})에는 운영하지 않는 장비예요. 다른 요일에 끝내 주세요.",
        "en": "It would end on a {}, when this device is not open. Please end on another day.",
    },
    "end_closure": {
        "ko": "끝나는 날({})에는 테스트베드가 쉬어요. 다른 날에 끝내 주세요.",
        "en": "The laboratory is closed on the last day, {}. Please end on another day.",
    },
    "end_hours": {
        "ko": "끝나는 날의 운영 시간({}) 안에 끝내 주세요. 여는 시각에는 끝낼 수 없어요.",
        "en": "Please end within the opening hours of the last day, {}, after opening.",
    },
    "closing": {
        "ko": "운영 시간이 끝난 뒤까지 쓸 수 없는 장비예요. 늦어도 {}까지 끝내 주세요.",
        "en": "This device does not run through closed time. Please end by {} at the latest.",
    },
}
"""Which day or hour is wrong where `opening_hours` alone would not tell; `{}` is its value."""
ASKED = {"ko": "(요청: {})", "en": "(You asked for {}.)"}
"""What follows such sentences."""
