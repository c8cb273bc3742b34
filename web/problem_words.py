"""The words of every problem and of every wrong field, in Korean and English, with the remedy."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    status: int
    title_ko: str
    title_en: str
    detail_ko: str
    detail_en: str


PROBLEMS: dict[str, Words] = {
    "malformed": Words(
        400,
        "읽을 수 없는 요청",
        "Malformed request",
        "요청을 읽을 수 없어요. UTF-8로 된 올바른 JSON인지 확인해 주세요.",
        "The request cannot be read. Please check that it is well-formed JSON in UTF-8.",
    ),
    "not-signed-in": Words(
        401,
        "로그인 필요",
        "Sign-in needed",
        "로그인하거나 유효한 API 토큰을 보내 주세요.",
        "Please sign in, or send a valid API token.",
    ),
    "sign-in": Words(
        401,
        "로그인 실패",
        "Sign-in failed",
        "이메일이나 비밀번호가 맞지 않아요. 다시 확인해 주세요.",
        "The e-mail address or the password is wrong. Please check both.",
    ),
    "forbidden": Words(
        403,
        "권한 없음",
        "Not permitted",
        "이 일을 할 권한이 없어요. 담당자에게 문의해 주세요.",
        "Your account may not do this. Please ask the laboratory or your company's manager.",
    ),
    "colleagues-booking": Words(
        403,
        "동료의 예약 포함",
        "A colleague's booking is among them",
        "동료의 예약이 들어 있어서 한꺼번에 바꿀 수 없어요. "
        "기업 관리자는 할 수 있고, 내 예약은 하나씩 바꿀 수 있어요.",
        "One of these is a colleague's booking. Your company's manager can change them all; "
        "your own you can change one by one.",
    ),
    "forged": Words(
        403,
        "확인되지 않은 요청",
        "Request not confirmed",
        "이 페이지에서 보낸 요청인지 확인할 수 없어요. 페이지를 새로 열고 다시 시도해 주세요.",
        "The request does not come from a page of this session. Please reload and try again.",
    ),
    "not-found": Words(
        404,
        "찾을 수 없음",
        "Not found",
        "찾는 것이 없어요. 주소나 번호를 확인해 주세요.",
        "There is no such thing here. Please check the address or the id.",
    ),
    "method-not-allowed": Words(
        405,
        "허용되지 않는 방법",
        "Method not allowed",
        "이 주소에서는 쓸 수 없는 방법이에요. 허용: {limit}.",
        "This address does not take that method. It takes: {limit}.",
    ),
    "too-slow": Words(
        408,
        "시간 초과",
        "Request timed out",
        "요청이 {limit}초 안에 다 도착하지 않았어요. 다시 보내 주세요.",
        "The request did not arrive within {limit} seconds. Please send it again.",
    ),
    "slot-taken": Words(
        409,
        "이미 예약된 시간",
        "Time already taken",
        "이 시간은 이미 예약되어 있어요. 다른 시간을 골라 주세요.",
        "This time is already taken. Please choose another time.",
    ),
    "gone": Words(
        410,
        "더 이상 없음",
        "Gone",
        "이 주소는 해지되었어요. 새로 만들어 주세요.",
        "This address has been revoked. Please make a new one.",
    ),
    "too-large": Words(
        413,
        "너무 큰 요청",
        "Request too large",
        "요청은 {limit}바이트까지 보낼 수 있어요.",
        "A request has at most {limit} bytes.",
    ),
    "unsupported-media-type": Words(
        415,
        "지원하지 않는 형식",
        "Unsupported media type",
        "본문은 {limit} 형식으로 보내 주세요.",
        "Please send the body as {limit}.",
    ),
    "wrong-host": Words(
        421,
        "다른 호스트",
        "Misdirected request",
        "이 호스트 이름으로는 서비스하지 않아요.",
        "This service does not answer under that host name.",
    ),
    "invalid": Words(
        422,
        "잘못된 입력",
        "Invalid input",
        "입력한 내용을 확인해 주세요.",
        "Please check what was entered.",
    ),
    "not-allowed": Words(
        422,
        "규칙에 맞지 않음",
        "Not allowed by the rules",
        "규칙에 맞지 않아요.",
        "The rules do not allow this.",
    ),
    "idempotency-mismatch": Words(
        422,
        "다른 요청에 쓴 키",
        "Idempotency key used before",
        "이 Idempotency-Key는 다른 요청에 이미 쓰였어요. 새 키로 보내 주세요.",
        "This Idempotency-Key was used for another request. Please send a new key.",
    ),
    "too-many-failures": Words(
        429,
        "너무 잦은 실패",
        "Too many failures",
        "로그인 실패가 너무 많았어요. {limit}분 뒤에 다시 시도해 주세요.",
        "Too many failed sign-ins. Please try again in {limit} minute(s).",
    ),
    "unexpected": Words(
        500,
        "예상하지 못한 오류",
        "Unexpected error",
        "예상하지 못한 오류가 났어요. 잠시 뒤에 다시 시도해 주세요.",
        "Something went wrong that we did not expect. Please try again in a moment.",
    ),
    "busy": Words(
        503,
        "요청이 몰림",
        "Too busy",
        "요청이 몰려 처리하지 못했어요. 예약되지 않았으니 잠시 뒤에 다시 시도해 주세요.",
        "Too many were at it at once. Nothing was recorded; please try again in a moment.",
    ),
    "unreachable": Words(
        503,
        "데이터베이스 연결 안 됨",
        "Database unreachable",
        "데이터베이스에 연결할 수 없어요. 같은 Idempotency-Key로 다시 보내도 한 번만 기록돼요.",
        "The database cannot be reached. Sent again with the same Idempotency-Key, "
        "nothing is recorded twice.",
    ),
    "read-only": Words(
        503,
        "읽기 전용",
        "Read-only",
        "더 새로운 판이 기록한 원장이라 여기서는 읽기만 할 수 있어요.",
        "A newer version has written here, so this one only reads.",
    ),
    "disk-full": Words(
        507,
        "저장 공간 부족",
        "Out of storage",
        "저장 공간이 부족해 기록하지 못했어요. 담당자에게 알려 주세요.",
        "There is no room left to record this. Please tell the laboratory.",
    ),
}
"""By the end of the problem's `type`. Names do not change without a CHANGELOG entry."""

FIELD_WORDS: dict[str, tuple[str, str]] = {
    "required": ("꼭 적어야 해요.", "This is required."),
    "unknown_field": ("모르는 항목이에요.", "There is no such field."),
    "repeated": ("한 번만 적어 주세요.", "Please give this once."),
    "type": ("값의 종류가 달라요 ({limit}).", "This should be of another kind: {limit}."),
    "choice": ("{limit} 가운데 하나여야 해요.", "This should be one of {limit}."),
    "form": ("{limit} 같은 형식으로 적어 주세요.", "Please write it in the form of {limit}."),
    "time": (
        "2026-12-01T09:00:00+09:00 같은 RFC 3339 시각으로 적어 주세요.",
        "Please give an RFC 3339 time such as 2026-12-01T09:00:00+09:00.",
    ),
    "offset": (
        "시간대를 붙여 주세요 (예: +09:00).",
        "Please give the time with its offset, such as +09:00.",
    ),
    "time_range": ("{limit} 안이어야 해요.", "This should lie within {limit}."),
    "no_such_time": (
        "그 지역 시계에 없는 시각이에요.",
        "Clocks there skip this time; please choose another.",
    ),
    "date": ("2026-12-01 같은 날짜로 적어 주세요.", "Please give a date such as 2026-12-01."),
    "month": ("2026-12 같은 달로 적어 주세요.", "Please give a month such as 2026-12."),
    "after_start": ("끝은 시작보다 늦어야 해요.", "The end must be later than the start."),
    "before_first": (
        "시작일보다 앞설 수 없어요.",
        "This must not come before the first day.",
    ),
    "too_many_days": ("한 번에 {limit}일까지 볼 수 있어요.", "At most {limit} days at a time."),
    "together": ("{limit}와(과) 함께 적어 주세요.", "Please give this together with {limit}."),
    "too_long": ("{limit}자까지 쓸 수 있어요.", "At most {limit} characters."),
    "twice": ("같은 것이 두 번 있어요: {limit}.", "This is named twice: {limit}."),
    "too_short": ("{limit}자 이상 적어 주세요.", "At least {limit} character(s)."),
    "too_few": ("{limit}개 이상 골라 주세요.", "Please choose at least {limit}."),
    "too_many": ("{limit}개까지 적을 수 있어요.", "At most {limit} of them."),
    "too_large": ("{limit} 이하여야 해요.", "This should be at most {limit}."),
    "too_small": ("{limit} 이상이어야 해요.", "This should be at least {limit}."),
    "characters": (
        "제어 문자와 글의 방향이나 줄을 바꾸는 숨은 문자는 쓸 수 없어요. 지워 주세요.",
        "No control characters, nor hidden ones that turn or break the text. Please remove them.",
    ),
    "cursor": (
        "목록의 next 값을 그대로 보내 주세요.",
        "Please send the `next` of a list unchanged.",
    ),
    "position": (
        "원장의 위치({limit}까지)나 시각이어야 해요.",
        "This should be a position of the ledger (up to {limit}) or a time.",
    ),
    "future": (
        "아직 오지 않은 시각이에요. {limit}까지의 시각을 적어 주세요.",
        "This time has not come yet. Please give one up to {limit}.",
    ),
    "colleague": (
        "같은 기업의 계정이 아니에요: {limit}.",
        "Not an account of the same company: {limit}.",
    ),
    "value": ("값이 맞지 않아요.", "This value is not possible."),
}
"""Words for (ko, en) of what is wrong with a field; `{limit}` is what it should be."""
