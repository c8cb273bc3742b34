"""Public text in the two languages of the laboratory."""

from __future__ import annotations

import msgspec


class Text(msgspec.Struct, frozen=True):
    """A public name in Korean and English."""

    ko: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.ko
