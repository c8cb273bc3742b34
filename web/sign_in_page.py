"""Signing in and out, and choosing the language."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.response import Redirect
from msgspec import Meta

from booking.account import Account
from booking.identity_error import IdentityError, TooManyFailures
from booking.testbed import Testbed
from web.access import ANYONE, SIGNED_IN, may
from web.addresses import nearest_page
from web.done import Done, done_words
from web.forms import HttpRequest, form_fields, form_of, query_of
from web.frame import go_to, page
from web.given import Given
from web.language import in_language
from web.looking_back import without
from web.problem import Invalid
from web.reader import LANGUAGE_COOKIE
from web.reader import Language as Code
from web.session import SAME_SITE, sign_in, sign_out

YEAR_SECONDS = 31_536_000
LONGEST_PATH = 1_000
"""Of an address to come back to; a longer one is let go, and refuses no form."""


class SignInQuery(msgspec.Struct, frozen=True):
    """`to` is the page that somebody wanted before having to sign in."""

    to: str = "/"
    done: Done | None = None


class SignInForm(msgspec.Struct, frozen=True):
    email: Annotated[str, Meta(max_length=254)]
    password: Annotated[str, Meta(max_length=1000)]
    to: str = "/"


class LanguageForm(msgspec.Struct, frozen=True):
    language: Code
    back: str = "/"


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


def way_to_sign_in(request: HttpRequest) -> str:
    """The sign-in page, from which one comes back to the page asked for, or to a form's page."""
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    wanted = f"{path}?{query}" if query else path
    return sign_in_for(wanted if request.method == "GET" else _sent_from(request))


def sign_in_for(wanted: str) -> str:
    """The address of the sign-in page for whoever wants to go on to a page."""
    to = own_path(wanted)
    return "/sign-in" if to == "/" else f"/sign-in?to={quote(to, safe='/')}"


def _sent_from(request: HttpRequest) -> str:
    """The page that a form stood on, as the browser says; else the nearest above where it went."""
    referer, host = request.headers.get("referer", ""), request.headers.get("host", "")
    _, ours, address = referer.partition(f"://{host}")
    # What was done before the form was sent is not to be said once more.
    stood = without("done", own_path(address)) if ours else request.scope["path"]
    path = stood.partition("?")[0]
    page = nearest_page(request.app, path)
    return stood if page == path and len(stood) <= LONGEST_PATH else page


def own_path(path: str) -> str:
    """A path of this site, and nothing that a browser could take for another's."""
    ours = path.startswith("/") and not path.startswith("//") and "\\" not in path
    plain = path.isascii() and path.isprintable() and len(path) <= LONGEST_PATH
    return path if ours and plain else "/"


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
    way = sign_in_for(own_path(to))
    return await page(
        request,
        "sign_in.html",
        status=status,
        email=email,
        to=own_path(to),
        wrong=wrong,
        home=f"{way}{'&' if '?' in way else '?'}done=again",
        done=done,
        demo=demo,
    )


route_handlers = [sign_in_page, take_sign_in, take_sign_out, choose_language]
