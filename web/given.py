"""What a handler is given by the application, by the name of its parameter.

`account: Given[Account]`, `session: Given[SignedIn | None]`, `testbed: Given[Testbed]`,
`language: Given[str]`, `as_of: Given[int | None]`; ids of the address are `FromPath[str]`.
"""

from __future__ import annotations

from typing import TypeAlias, TypeVar

from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation

Type = TypeVar("Type")

# Our own providers made the value; checking it again would cost time with every request.
Given: TypeAlias = NamedDependency[SkipValidation[Type]]

__all__ = ["FromPath", "Given"]
