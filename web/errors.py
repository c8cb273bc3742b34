"""The one place where a refusal or a fault becomes an answer: RFC 9457 problems.

Whatever a client sends, it never gets a 5xx for it. A 5xx means that we or the database failed.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg
import msgspec
from litestar import Response
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    NotFoundException,
)
from litestar.exceptions.http_exceptions import RequestEntityTooLarge

from booking.app import OutOfTries
from booking.identity_error import IdentityError, TooManyFailures
from booking.writer import LedgerNewer, RequestMismatch, Unreachable
from domain.rejected import Conflict, Rejected
from web.forms import MOST_BYTES, HttpRequest
from web.problem import FieldError, Invalid, Problem
from web.problem_words import FIELD_WORDS
from web.reader import language_of

log = logging.getLogger("booking.web")

RETRY_SECONDS = "2"
FRAMES_LOGGED = 12
UNKNOWN_THINGS = frozenset(
    {"reservation_unknown", "outage_unknown", "problem_unknown", "wish_unknown"}
)
"""Rules that mean: there is no such thing. They answer 404, like a stranger's id."""

RenderProblem = Callable[[HttpRequest, Problem, dict[str, Any]], Response[Any] | None]
"""How pages show a problem to people; None leaves it to JSON. `app.state.render_problem`."""


def answer_exception(request: HttpRequest, error: Exception) -> Response[Any]:
    """The answer to whatever was raised; Litestar's handler for every exception."""
    language = language_of(request)
    problem = problem_of(error, language)
    if problem.status >= 500:  # noqa: PLR2004 - HTTP's own number
        _log_fault(request, error, problem)
    body = problem.body(language)
    if request.method not in {"GET", "HEAD"} and problem.name in {"too-large", "too-slow"}:
        # What is left of the body is not worth reading.
        problem.headers["Connection"] = "close"
    return _page(request, problem, body) or json_problem(problem, body, language)


def json_problem(problem: Problem, body: dict[str, Any], language: str) -> Response[Any]:
    return Response(
        content=msgspec.json.encode(body),
        status_code=problem.status,
        media_type="application/problem+json",
        headers={"Content-Language": language, **problem.headers},
    )


def problem_of(error: BaseException, language: str) -> Problem:  # noqa: C901, PLR0911, PLR0912 - a table
    """What an exception means to the client."""
    match error:
        case Problem():
            return error
        case Invalid():
            return Problem("invalid", errors=field_errors(error, language))
        case Rejected():
            return rejection(error, language)
        case TooManyFailures():
            seconds = error.retry_after_seconds
            return Problem(
                "too-many-failures",
                limit=-(-seconds // 60),
                headers={"Retry-After": str(seconds)},
            )
        case IdentityError(rule="sign_in"):
            return Problem("sign-in")
        case IdentityError():
            return Problem("invalid", errors=[_identity_error(error, language)])
        case RequestMismatch():
            return Problem("idempotency-mismatch")
        case OutOfTries():
            return Problem("busy", headers={"Retry-After": RETRY_SECONDS})
        case LedgerNewer():
            return Problem("read-only", headers={"Retry-After": "60"})
        case HTTPException():
            return _of_framework(error)
        case UnicodeDecodeError() | RecursionError():
            return Problem("malformed")
        case asyncpg.DiskFullError():
            return Problem("disk-full")
        case (
            Unreachable()
            | OSError()
            | TimeoutError()
            | asyncpg.InterfaceError()
            | asyncpg.InternalClientError()
        ):
            return Problem("unreachable", headers={"Retry-After": RETRY_SECONDS})
        case asyncpg.PostgresError() if _of_database(error):
            return Problem("unreachable", headers={"Retry-After": RETRY_SECONDS})
        case _:
            return Problem("unexpected")


def rejection(rejected: Rejected, language: str, **more: Any) -> Problem:
    """The problem that a refusal by the rules is; `more` are further members of the answer."""
    if rejected.is_conflict:
        conflicts = [conflict_shown(conflict) for conflict in rejected.conflicts]
        return Problem("slot-taken", **{"conflicts": conflicts, "alternatives": [], **more})
    if {violation.rule for violation in rejected.violations} & UNKNOWN_THINGS:
        return Problem("not-found")
    violations = [
        {
            "rule": violation.rule,
            "limit": violation.limit,
            "actual": violation.actual,
            "message": violation.message(language),
        }
        for violation in rejected.violations
    ]
    return Problem("not-allowed", violations=violations, **more)


def conflict_shown(conflict: Conflict) -> dict[str, Any]:
    """A conflict as anybody may see it: when, and what kind of thing; never whose."""
    return {
        "device_id": conflict.device_id,
        "start": conflict.period.start,
        "end": conflict.period.end,
        "kind": conflict.kind,
    }


def field_errors(invalid: Invalid, language: str) -> list[dict[str, Any]]:
    """What is wrong with each field, with its words for a reader of `ko` or `en`."""
    return [
        {
            "field": error.field,
            "rule": error.rule,
            "message": field_words(error, language),
        }
        for error in invalid.errors
    ]


def field_words(error: FieldError, language: str) -> str:
    """What is wrong with a field; to have to write one character is to have to write something."""
    missing = error.rule == "too_short" and str(error.limit) == "1"
    rule = "required" if missing else error.rule
    return FIELD_WORDS[rule][language == "en"].format(limit=error.limit)


_FIELD_OF_RULE = {
    "feed_scope": "scope",
    "feed_detail": "detail",
    "language": "language",
    "token_days": "days",
    "token_name_length": "name",
    "shown_once": "Idempotency-Key",
    "account_unknown": "account",
}


def _identity_error(error: IdentityError, language: str) -> dict[str, Any]:
    field = _FIELD_OF_RULE.get(error.rule, error.rule.partition("_")[0])
    return {"field": field, "rule": error.rule, "message": error.message(language)}


def _of_framework(error: HTTPException) -> Problem:
    match error:
        case NotFoundException():
            return Problem("not-found")
        case MethodNotAllowedException():
            allowed = (error.headers or {}).get("allow", "")
            return Problem("method-not-allowed", limit=allowed, headers={"Allow": allowed})
        case RequestEntityTooLarge():
            return Problem("too-large", limit=MOST_BYTES)
        case InternalServerException(detail="client disconnected prematurely"):
            # Nobody reads this answer; it only must not count as a fault of ours.
            return Problem("malformed")
        case HTTPException() if error.status_code < 500:  # noqa: PLR2004
            return Problem("malformed")
        case _:
            return Problem("unexpected")


def _of_database(error: asyncpg.PostgresError) -> bool:
    """Whether the server is away, starting, stopping, overloaded or read-only: not our bug."""
    away: Sequence[str] = ("08", "53", "57", "58", "25006", "55P03", "40")
    return (getattr(error, "sqlstate", None) or "").startswith(tuple(away))


def _page(request: HttpRequest, problem: Problem, body: dict[str, Any]) -> Response[Any] | None:
    """The problem as a page, for people; the JSON API and programs get JSON."""
    render: RenderProblem | None = request.app.state.get("render_problem")
    accepts = request.headers.get("accept", "")
    if render is None or request.scope["path"].startswith("/api/") or "text/html" not in accepts:
        return None
    return render(request, problem, body)


def _log_fault(request: HttpRequest, error: Exception, problem: Problem) -> None:
    """What failed and where. Messages of exceptions may hold what people typed, so they stay out;
    so does the address asked for, which may be a secret one.
    """
    account = request.scope.get("user")
    log.error(
        "%s: %s answered %s %s to %s\n%s",
        type(error).__name__,
        f"{request.method} {request.scope.get('path_template', '')}",
        problem.status,
        problem.name,
        getattr(account, "account_id", "a visitor"),
        "".join(traceback.format_tb(error.__traceback__)[-FRAMES_LOGGED:]),
    )
