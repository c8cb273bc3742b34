"""Renders pages: templates in the reader's language, inside the frame that every page has."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response
from litestar.response import Redirect
from lucide.jinja import lucide
from markupsafe import Markup

from booking.account import Account
from booking.sessions import SignedIn
from booking.testbed import Testbed
from domain.overriding import OVERRIDABLE
from domain.period import SEOUL, last_day_before
from domain.rule_names import rule_name
from domain.stored import decode_body
from projections import usage
from web import entry_words
from web.addresses import address_of_page, takes_choices
from web.as_of import Then
from web.form_errors import with_labels
from web.forms import HttpRequest
from web.language import Language, clock, in_language
from web.looking_back import looking_back, without_as_of
from web.notices_shown import MOST_COUNTED, count_unread
from web.reader import language_of
from web.static_files import address_of

TEMPLATES = Path(__file__).parent / "templates"


async def page(
    request: HttpRequest,
    template: str,
    *,
    status: int = 200,
    as_of: int | None = None,
    home: str | None = None,
    **values: Any,
) -> Response[str]:
    """A template as a response, for whoever is signed in, seen as of now or as of a position.

    `home` is the page's own address where it answers a form that was sent to another.
    """
    account: Account | None = request.scope.get("user")
    testbed: Testbed = request.app.state.testbed
    company = None
    if account is not None and account.company_id is not None:
        company = await usage.company(testbed.database.app, account.company_id)
    seen_at = None if as_of is None else await seen_from(testbed, as_of)
    return page_at_once(
        request,
        template,
        status=status,
        home=home,
        company=company,
        unread=0 if account is None else await count_unread(testbed, account),
        as_of=as_of,
        seen_at=seen_at,
        **values,
    )


def page_at_once(
    request: HttpRequest,
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    home: str | None = None,
    **values: Any,
) -> Response[str]:
    """The same without asking the database anything, as an error page must be able to."""
    language = in_language(language_of(request))
    session: SignedIn | None = request.scope.get("auth")
    frame = {
        "account": request.scope.get("user"),
        "csrf_token": session.csrf_token if session is not None else "",
        "path": request.scope["path"],
        "address": address_of_page(request, home),
        "takes_choices": takes_choices(request),
        "company": None,
        "unread": 0,
        "as_of": None,
        "seen_at": None,
        "done": None,
    }
    content = rendered(template, language, **{**frame, **values})
    as_of = values.get("as_of")
    if as_of is not None:
        content = looking_back(content, as_of.asked if isinstance(as_of, Then) else str(as_of))
    answer_headers = {"Content-Language": language.code, **(headers or {})}
    return Response(content, status_code=status, media_type="text/html", headers=answer_headers)


def go_to(path: str) -> Redirect:
    """After a form was accepted: the browser GETs the page that shows what it did."""
    return Redirect(path, status_code=303)


def rendered(template: str, language: Language, **values: Any) -> str:
    """A template's text in a language."""
    return _environment(language.code).get_template(template).render(**values)


async def moment_of(testbed: Testbed, position: int) -> datetime | None:
    """When the event at a position was recorded."""
    stored = await testbed.ledger.stored(after=position - 1, limit=1)
    return decode_body(stored[0].body).recorded_at if stored else None


async def seen_from(testbed: Testbed, as_of: int) -> datetime | None:
    """The time that somebody looks back to: as asked, or that of the event at the position."""
    asked = as_of.at if isinstance(as_of, Then) else None
    return asked or await moment_of(testbed, as_of)


async def present(testbed: Testbed, as_of: int | None) -> datetime:
    """Now, or the time that somebody looks back to."""
    seen_at = None if as_of is None else await seen_from(testbed, as_of)
    return seen_at or datetime.now(UTC)


def new_key() -> str:
    """An idempotency key for a form, so that pressing a button twice does one thing."""
    return secrets.token_urlsafe(12)


@cache
def _environment(code: str) -> Environment:
    language = in_language(code)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        language.gettext, language.ngettext, newstyle=True
    )
    environment.filters |= {
        "day": language.day,
        "short_day": language.short_day,
        "last_day": lambda end: language.day(last_day_before(end)),
        "moment": language.moment,
        "span": language.span,
        "lasting": language.length,
        "krw": language.krw,
        "number": language.number,
        "clock": clock,
        "local_day": lambda moment: moment.astimezone(SEOUL).date().isoformat(),
        "said": lambda words: words.in_language(language.code),
        "sector": lambda word: entry_words.sector_word(word, language),
        "status": lambda word: entry_words.status_word(word, language),
        "wish_status": lambda word: entry_words.wish_word(word, language),
        "kind": lambda word: entry_words.kind_word(word, language),
        "company_kind": lambda word: entry_words.company_kind_word(word, language),
        "role": lambda word: entry_words.role_word(word, language),
        "doubt": lambda doubt: entry_words.doubt_words(doubt, language),
        "usage_type": lambda word: entry_words.usage_word(word, language),
    }
    environment.globals |= {
        "language": language,
        "static": address_of,
        "without_as_of": without_as_of,
        "icon": icon,
        "sectors": entry_words.SECTORS,
        "new_key": new_key,
        "most_counted": MOST_COUNTED,
        "overridable": OVERRIDABLE,
        "rule_name": rule_name,
        "with_labels": lambda errors: with_labels(errors, language.code),
    }
    return environment


@cache
def icon(name: str) -> Markup:
    """A Lucide icon as inline SVG, hidden from screen readers: words stand beside it."""
    drawn = lucide(name, size=None, **{"class": "i", "aria-hidden": "true"})
    # The package's own drawing, from which only the white space goes.
    return Markup(re.sub(r">\s+<", "><", drawn).strip())  # noqa: S704
