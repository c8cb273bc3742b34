"""What a request is refused with: RFC 9457 problems, by a stable name, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from web.problem_words import PROBLEMS


class Problem(Exception):  # noqa: N818 - the name that RFC 9457 gives it
    """An answer that refuses. `name` is a key of PROBLEMS and the end of the problem's `type`.

    `more` are members of the answer beyond those of the RFC; `limit` fills the words.
    """

    def __init__(
        self,
        name: str,
        *,
        limit: Any = None,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        self.name = name
        self.status = PROBLEMS[name].status
        self.limit = limit
        self.headers = dict(headers or {})
        self.more = more
        super().__init__(name)

    def body(self, language: str) -> dict[str, Any]:
        """The members of the problem for a reader of `ko` or `en`.

        None depends on the address asked for, so that a stranger's id and a missing one answer
        with the same bytes.
        """
        words = PROBLEMS[self.name]
        english = language == "en"
        detail = (words.detail_en if english else words.detail_ko).format(limit=self.limit)
        return {
            "type": f"/problems/{self.name}",
            "title": words.title_en if english else words.title_ko,
            "status": self.status,
            "detail": detail,
            **self.more,
        }


class FieldError(msgspec.Struct, frozen=True, kw_only=True):
    """A field that is missing, unknown or wrong. `rule` is a key of FIELD_WORDS."""

    field: str
    rule: str
    limit: Any = None


class Invalid(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """Fields of a body, a form or a query that are wrong; all of them are named at once."""

    def __init__(self, *errors: FieldError) -> None:
        self.errors = errors
        super().__init__(", ".join(f"{error.field}: {error.rule}" for error in errors))


def wrong(field: str, rule: str, limit: Any = None) -> Invalid:
    """The refusal of one field."""
    return Invalid(FieldError(field=field, rule=rule, limit=limit))
