"""A browser without JavaScript: it follows links and redirects and sends forms as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import httpx

from booking.passwords import DEMONSTRATION_PASSWORD
from tests.web.conftest import World


@dataclass
class Form:
    """A form as it was found: where it goes, its fields, the words on its buttons."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    words: str = ""

    def filled(self, **typed: str) -> list[tuple[str, str]]:
        kept = [(name, value) for name, value in self.fields if name not in typed]
        return [*kept, *typed.items()]

    def value(self, name: str) -> str:
        (value,) = [value for known, value in self.fields if known == name]
        return value


class Page(HTMLParser):
    """What a test looks at: the page's language, forms, links, words, and all attributes."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__()
        self.answer = answer
        self.status = answer.status_code
        self.language = ""
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.labels: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self._words: list[str] = []
        self._form: Form | None = None
        self._open: list[tuple[str, dict[str, str]]] = []
        self._area: str | None = None
        self.feed(answer.text)
        self.words = " ".join(" ".join(self._words).split())

    def form(self, action: str) -> Form:
        """The first form that goes to an address ending so."""
        return next(form for form in self.forms if form.action.endswith(action))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.attributes += named.items()
        if "aria-label" in named:
            self.labels.append(named["aria-label"])
        match tag:
            case "html":
                self.language = named["lang"]
            case "a":
                self.links.append(named.get("href", ""))
            case "form":
                self._form = Form(named.get("action", ""), named.get("method", "get"))
                self.forms.append(self._form)
            case "input":
                self._input(named)
            case "select":
                self._open.append(("select", named))
            case "option":
                self._option(named)
            case "textarea":
                self._area = named["name"]
                self._fields().append((named["name"], ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._open.pop()
        elif tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            name, value = self._fields()[-1]
            self._fields()[-1] = (name, value + data)
            return
        self._words.append(data)
        if self._form is not None:
            self._form.words += data
        if self._open and self._open[-1][0] == "option":
            _, named = self._open.pop()
            self._choose(named | {"value": named.get("value", data.strip())})

    def _fields(self) -> list[tuple[str, str]]:
        assert self._form is not None
        return self._form.fields

    def _input(self, named: dict[str, str]) -> None:
        if self._form is None or "name" not in named:
            return
        if named.get("type") in {"radio", "checkbox"} and "checked" not in named:
            return
        self._form.fields.append((named["name"], named.get("value", "")))

    def _option(self, named: dict[str, str]) -> None:
        self._open.append(("option", named))

    def _choose(self, named: dict[str, str]) -> None:
        """A select has its first option's value until another one is the selected."""
        select = self._open[-1][1]
        chosen = [name for name, _ in self._fields()]
        if select["name"] not in chosen:
            self._fields().append((select["name"], named["value"]))
        elif "selected" in named:
            at = len(chosen) - 1 - chosen[::-1].index(select["name"])
            self._fields()[at] = (select["name"], named["value"])


class FormBrowser:
    """One person's browser."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str) -> Page:
        return Page(await self.client.get(path, follow_redirects=True))

    async def send(self, form: Form, **typed: str) -> Page:
        """Sends a form with some fields filled in, and follows where that leads."""
        answer = await self.post(form.action, form.filled(**typed))
        return Page(answer)

    async def post(self, path: str, fields: Any, **headers: str) -> httpx.Response:
        return await self.client.post(
            path,
            content=urlencode(fields),
            headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
            follow_redirects=True,
        )


async def browser_of(world: World, email: str | None = None, language: str = "ko") -> FormBrowser:
    """A browser, signed in with the form when an e-mail is given."""
    client = await world.client()
    client.headers["Accept"] = "text/html"
    client.headers["Accept-Language"] = language
    browser = FormBrowser(client)
    if email is not None:
        page = await browser.get("/sign-in")
        signed_in = await browser.send(
            page.form("/sign-in"), email=email, password=DEMONSTRATION_PASSWORD
        )
        assert signed_in.status == 200, signed_in.words
        if language == "en":
            await browser.send(signed_in.form("/language"), language="en")
    return browser
