"""What an account's fields may hold. Every `require_…` returns the field as it is stored."""

from __future__ import annotations

import re
import unicodedata

from booking.identity_error import IdentityError

COMPANY_ROLES = ("member", "manager")
LAB_ROLES = ("staff", "auditor", "administrator")
LANGUAGES = ("ko", "en")

LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
LONGEST_NAME = 100
LONGEST_PHONE = 40


def normal_email(email: str) -> str:
    """The one form of an e-mail address that is stored and compared: NFC, lower case."""
    return unicodedata.normalize("NFC", email.strip().lower())


def require_email(email: str) -> str:
    normal = normal_email(email)
    if len(normal) > LONGEST_EMAIL or not re.fullmatch(r"[^@\s]+@[^@\s]+", normal):
        raise IdentityError("email_form", limit=LONGEST_EMAIL)
    return require_plain(normal)


def require_name(name_ko: str, name_en: str) -> tuple[str, str]:
    """At least one of the two names."""
    names = _text(name_ko), _text(name_en)
    longest = max(map(len, names))
    if not 1 <= longest <= LONGEST_NAME:
        raise IdentityError("name_length", limit=LONGEST_NAME, actual=longest)
    return names


def require_phone(phone: str) -> str:
    text = _text(phone)
    if len(text) > LONGEST_PHONE:
        raise IdentityError("phone_length", limit=LONGEST_PHONE, actual=len(text))
    return text


def require_role(role: str, company_id: str | None) -> None:
    """The role is known, and the account has a company exactly when its role is a company's."""
    if role not in COMPANY_ROLES + LAB_ROLES:
        raise IdentityError("role", limit=", ".join(COMPANY_ROLES + LAB_ROLES))
    if role in COMPANY_ROLES and not company_id:
        raise IdentityError("company_missing")
    if role in LAB_ROLES and company_id is not None:
        raise IdentityError("company_unwanted")


def require_language(language: str) -> str:
    if language not in LANGUAGES:
        raise IdentityError("language", limit=", ".join(LANGUAGES))
    return language


def require_plain(text: str) -> str:
    """Text of one line, without control characters and lone surrogates."""
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise IdentityError("text_characters")
    return text


def storable(text: str) -> bool:
    """False for text that PostgreSQL cannot hold, and so cannot have: NUL and lone surrogates."""
    return not any(unicodedata.category(c) == "Cs" or c == "\0" for c in text)


def _text(text: str) -> str:
    return require_plain(unicodedata.normalize("NFC", text.strip()))
