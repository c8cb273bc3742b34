"""How identity says no: the rule's name, its limit, the actual value, and words in ko and en."""

from __future__ import annotations

from typing import Any


class IdentityError(Exception):
    """A request about accounts, passwords or tokens that is refused. Nothing has happened.

    `limit` and `actual` are JSON values and never a password, a token or an e-mail address.
    """

    def __init__(self, rule: str, *, limit: Any = None, actual: Any = None) -> None:
        self.rule = rule
        self.limit = limit
        self.actual = actual
        super().__init__(self.message("en"))

    def message(self, language: str) -> str:
        """The sentence for a reader of `ko` or `en`."""
        return WORDS[self.rule][language].format(limit=self.limit, actual=self.actual)


class TooManyFailures(IdentityError):  # noqa: N818 - a refusal is an answer, not a fault
    """Too many failed sign-ins for one e-mail or from one address; try again later."""

    def __init__(self, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__("too_many_failures", limit=-(-retry_after_seconds // 60))


WORDS: dict[str, dict[str, str]] = {
    "account_taken": {
        "ko": "이미 있는 계정 번호예요.",
        "en": "An account with this id exists already.",
    },
    "account_unknown": {
        "ko": "계정이 없거나 쓸 수 없게 되었어요. 관리자에게 문의해 주세요.",
        "en": "There is no such account, or it is no longer in use. Please ask an administrator.",
    },
    "company_missing": {
        "ko": "기업 회원과 기업 관리자는 소속 기업이 있어야 해요. 기업을 골라 주세요.",
        "en": "Members and managers belong to a company. Please choose one.",
    },
    "company_unwanted": {
        "ko": "테스트베드 직원·감사·관리자는 기업에 속하지 않아요. 기업을 비워 주세요.",
        "en": "Staff, auditors and administrators belong to no company. Please leave it empty.",
    },
    "email_form": {
        "ko": "이메일 주소를 {limit}자 이내의 name@example.com 꼴로 적어 주세요.",
        "en": "Please give an e-mail address like name@example.com, at most {limit} characters.",
    },
    "email_taken": {
        "ko": "이미 등록된 이메일이에요. 다른 주소를 적어 주세요.",
        "en": "This e-mail address is registered already. Please use another one.",
    },
    "feed_detail": {
        "ko": "캘린더에 보일 내용은 {limit} 가운데 하나여야 해요.",
        "en": "The detail of a feed is one of {limit}.",
    },
    "feed_scope": {
        "ko": "구독할 범위는 {limit} 가운데 하나여야 해요.",
        "en": "The scope of a feed is one of {limit}.",
    },
    "language": {
        "ko": "언어는 {limit} 가운데 하나여야 해요.",
        "en": "The language is one of {limit}.",
    },
    "name_length": {
        "ko": "이름은 1자에서 {limit}자까지 쓸 수 있어요(지금 {actual}자).",
        "en": "A name has 1 to {limit} characters (now {actual}).",
    },
    "password_common": {
        "ko": "너무 흔하거나 추측하기 쉬운 비밀번호예요. 더 긴 다른 비밀번호를 정해 주세요.",
        "en": "This password is common or easy to guess. Please choose a longer, different one.",
    },
    "password_demonstration": {
        "ko": "시연용 비밀번호는 시연 계정에서만 쓸 수 있어요. 다른 비밀번호를 정해 주세요.",
        "en": "The demonstration's password works in the demonstration only. "
        "Please choose another one.",
    },
    "password_is_email": {
        "ko": "비밀번호는 이메일과 달라야 해요.",
        "en": "The password must differ from the e-mail address.",
    },
    "password_long": {
        "ko": "비밀번호는 {limit}자까지 쓸 수 있어요(지금 {actual}자).",
        "en": "A password has at most {limit} characters (now {actual}).",
    },
    "password_short": {
        "ko": "비밀번호는 {limit}자 이상이어야 해요(지금 {actual}자). 15자 이상을 권해요.",
        "en": "A password has at least {limit} characters (now {actual}); 15 or more are better.",
    },
    "phone_length": {
        "ko": "전화번호는 {limit}자까지 쓸 수 있어요(지금 {actual}자).",
        "en": "A phone number has at most {limit} characters (now {actual}).",
    },
    "role": {
        "ko": "역할은 {limit} 가운데 하나여야 해요.",
        "en": "The role is one of {limit}.",
    },
    "shown_once": {
        "ko": "같은 요청으로 이미 만들었고, 비밀 값은 만들 때의 로그인이나 토큰에만 다시 보여 "
        "줘요. 그것을 해지하고 새 키로 다시 만들어 주세요.",
        "en": "This request has made it already, and its secret is shown again only to the sign-in "
        "or token it was made with. Please revoke it and make another with a new key.",
    },
    "sign_in": {
        "ko": "이메일이나 비밀번호가 맞지 않아요. 다시 확인해 주세요.",
        "en": "The e-mail address or the password is wrong. Please check both.",
    },
    "text_characters": {
        "ko": "제어 문자는 쓸 수 없어요. 지우고 다시 적어 주세요.",
        "en": "Control characters are not allowed. Please remove them.",
    },
    "token_days": {
        "ko": "토큰의 유효 기간은 1일에서 {limit}일까지예요(지금 {actual}일).",
        "en": "A token is valid for 1 to {limit} days (now {actual}).",
    },
    "token_name_length": {
        "ko": "토큰 이름은 1자에서 {limit}자까지 쓸 수 있어요(지금 {actual}자).",
        "en": "A token's name has 1 to {limit} characters (now {actual}).",
    },
    "too_many_failures": {
        "ko": "로그인 실패가 너무 많았어요. {limit}분 뒤에 다시 시도해 주세요.",
        "en": "Too many failed sign-ins. Please try again in {limit} min.",
    },
}
"""Rule to sentence template; `{limit}` and `{actual}` are filled in."""
