"""What a company is called and of which kind it is (이용기관 유형)."""

from __future__ import annotations

from collections.abc import Sequence

from domain import events as e
from domain.decisions import Fact, Query
from domain.event import Event
from domain.rejected import Rejected
from domain.text import Text


class Organisation(Fact):
    """A company's newest name, and its kind, which is set for ever when it registers."""

    def __init__(self, company_id: str) -> None:
        self.company_id = company_id
        self.name: Text | None = None
        self.kind: str | None = None

    @property
    def queries(self) -> Sequence[Query]:
        types = (e.CompanyRegistered, e.CompanyRenamed)
        return [Query(types=types, tags=(f"company:{self.company_id}",), newest=True)]

    def when(self, event: Event, position: int) -> None:  # noqa: ARG002 - order is all it needs
        match event:
            case e.CompanyRegistered():
                self.name, self.kind = event.name, event.kind
            case e.CompanyRenamed():
                self.name = event.name
            case _:
                raise TypeError(f"an organisation does not know {event!r}")

    def require_known(self) -> Text:
        """The company's name."""
        if self.name is None:
            raise Rejected("company_unknown", actual=self.company_id)
        return self.name
