"""Short names of the rules that refuse requests, for reports that count them."""

from __future__ import annotations

from domain.text import Text

_NAMES = {
    "slot_taken": Text("이미 예약된 시간", "Time already taken"),
    "slot": Text("예약 단위", "Slot"),
    "minimum": Text("최소 이용 시간", "Shortest booking"),
    "maximum": Text("최대 이용 시간", "Longest booking"),
    "past": Text("지난 시간", "Time has passed"),
    "notice": Text("사전 예약 기한", "Notice"),
    "horizon": Text("예약 가능 기간", "Booking horizon"),
    "opening_hours": Text("운영 시간", "Opening hours"),
    "qualification": Text("사용 자격", "Qualification"),
    "operator": Text("대행 사용만 가능", "Operated use only"),
    "irb_number": Text("IRB 승인 번호", "IRB approval"),
    "calibration": Text("교정 유효기간", "Calibration"),
    "quota": Text("월 이용 한도", "Monthly quota"),
    "most_ahead": Text("앞으로의 예약 수", "Reservations ahead"),
    "company_suspended": Text("기업 예약 중지", "Company suspended"),
    "device_suspended": Text("장비 예약 중지", "Device suspended"),
    "device_retired": Text("운영 종료 장비", "Device retired"),
    "safety_stop": Text("안전 중지", "Safety stop"),
    "wrong_status": Text("예약 상태", "Status of the booking"),
    "extension_by_staff": Text("사용 중 연장은 담당자만", "Extension in use by staff only"),
    "change_notice": Text("변경 기한", "Notice of changes"),
}


def rule_name(rule: str) -> Text:
    """The name of a rule; its identifier where a report has not named it."""
    return _NAMES.get(rule, Text(rule, rule))
