"""Words for what is counted and claimed: the figure, and what it is a figure of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from viz.site.i18n import CODES, language
from viz.site.pages.reading import Reader, capital


def tally_label(reader: Reader, row: Mapping[str, Any]) -> str:
    """What was counted in one figure of a tally."""
    word = reader.language.word
    parts = [row.get("label"), row.get("theme")]
    if row.get("channel"):
        parts.append(word(f"channel.{row['channel']}"))
    if row.get("type") and not row.get("label"):
        parts.insert(0, word(f"many.contribution_type.{row['type']}"))
    return " · ".join(part for part in parts if part) or word("many.kind.contribution")


def value_of(reader: Reader, value: Mapping[str, Any], about: str = "") -> str:
    """A claimed figure or date; what the topic `about` says already is not said again."""
    if "date" in value:
        return reader.language.on(value["date"])
    unit = str(value["unit"]).lower()
    names = (
        {tongue.word(f"topic.{about}") for tongue in map(language, CODES)} if about else set()
    )
    if any(name == unit or name.startswith(f"{unit} ") for name in names):
        value = {**value, "unit": ""}
    return reader.language.quantity(value)


def topic(reader: Reader, code: str) -> str:
    """What a claim is about; topics are codes that people choose."""
    return capital(reader.language.word(f"topic.{code}"))
