"""Signing in and out, and choosing the language."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect
from msgspec import Meta

from booking.account import Account
from booking.identity_error import IdentityError, TooManyFailures
from booking.testbed import Testbed
from web.access import ANYONE, SIGNED_IN, may
from web.done import Done, done_words
from web.forms import HttpRequest, form_fields, form_of, query_of
from web.frame import go_to, page
from web.given import Given
from web.language import in_language
from web.problem import Invalid
from web.reader import LANGUAGE_COOKIE
from web.reader import Language as Code
from web.session import SAME_SITE, sign_in, sign_out

YEAR_SECONDS = 31_536_000
LONGEST_PATH = 1_000
Path = Annotated[str, Meta(max_length=LONGEST_PATH)]


class SignInQuery(msgspec.Struct, frozen=True):
    """`to` is the page that somebody wanted before having to sign in."""

    to: Path = "/"
    done: Done | None = None


class SignInForm(msgspec.Struct, frozen=True):
    email: Annotated[str, Meta(max_length=254)]
    password: Annotated[str, Meta(max_length=1000)]
    to: Path = "/"


class LanguageForm(msgspec.Struct, frozen=True):
    language: Code
    back: Path = "/"


@get("/sign-in", opt=may(ANYONE))
async def sign_in_page(
    request: HttpRequest, account: Given[Account | None], language: Given[str]
) -> Response[Any]:
    asked = query_of(request, SignInQuery)
    if account is not None:
        return go_to(own_path(asked.to))
    said = done_words(asked.done, in_language(language))
    return await _page(request, email="", to=asked.to, done=said)


@post("/sign-in", opt=may(ANYONE))
async def take_sign_in(request: HttpRequest, language: Given[str]) -> Response[Any]:
    fields = await form_fields(request)
    email, to = (str(fields.get(name, "")) for name in ("email", "to"))
    try:
        form = await form_of(request, SignInForm)
        session, cookie = await sign_in(request, form.email, form.password)
    except TooManyFailures as error:
        headers = {"Retry-After": str(error.retry_after_seconds)}
        shown = await _page(request, 429, email=email, to=to, wrong=error.message(language))
        shown.headers.update(headers)
        return shown
    except IdentityError as error:
        return await _page(request, 401, email=email, to=to, wrong=error.message(language))
    except Invalid:
        words = in_language(language).text("Please enter your e-mail address and your password.")
        return await _page(request, 422, email=email, to=to, wrong=words)
    answer = go_to(own_path(form.to))
    answer.set_cookie(cookie)
    # Pages that nobody is looked up for, such as a missing one, keep the account's language too.
    answer.set_cookie(_language_cookie(request, session.account.language))
    return answer


@post("/sign-out", opt=may(SIGNED_IN))
async def take_sign_out(request: HttpRequest) -> Redirect:
    answer = go_to("/sign-in?done=signed-out")
    answer.set_cookie(await sign_out(request))
    return answer


@post("/language", opt=may(ANYONE))
async def choose_language(
    request: HttpRequest, account: Given[Account | None], testbed: Given[Testbed]
) -> Redirect:
    form = await form_of(request, LanguageForm)
    if account is not None:
        names = (account.name_ko, account.name_en, account.phone)
        await testbed.accounts.set_profile(account.account_id, *names, form.language)
    answer = go_to(own_path(form.back))
    answer.set_cookie(_language_cookie(request, form.language))
    return answer


def own_path(path: str) -> str:
    """A path of this site, and nothing that a browser could take for another's."""
    plain = path.startswith("/") and not path.startswith("//") and path.isascii()
    return path if plain and path.isprintable() and "\\" not in path else "/"


def _language_cookie(request: HttpRequest, code: str) -> Cookie:
    testbed: Testbed = request.app.state.testbed
    return Cookie(
        key=LANGUAGE_COOKIE,
        value=code,
        max_age=YEAR_SECONDS,
        path="/",
        secure=testbed.settings.secure,
        httponly=True,
        samesite=SAME_SITE,
    )


async def _page(
    request: HttpRequest,
    status: int = 200,
    *,
    email: str,
    to: str,
    wrong: str | None = None,
    done: str | None = None,
) -> Response[str]:
    testbed: Testbed = request.app.state.testbed
    demo = testbed.settings.demo
    return await page(
        request,
        "sign_in.html",
        status=status,
        email=email,
        to=own_path(to),
        wrong=wrong,
        done=done,
        demo=demo,
    )


route_handlers = [sign_in_page, take_sign_in, take_sign_out, choose_language]
