"""The two languages of the pages: sentences, words for codes, dates, numbers, amounts.

Sentences are asked for by their English text, codes by themselves (`verdict.retained`); both
stand in `locales/{fr,en}/LC_MESSAGES/messages.po`, which is read when the program starts:
nothing has to be compiled.

    fr = language("fr")
    fr.word("verdict.partly_retained")     'retenue en partie'
    fr.when("2015-09-01/2015-09-10")       'entre le 1er et le 10 septembre 2015'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal
from babel.support import Translations

from ledger.domain.dates import Period
from ledger.domain.values import Titles

Code = Literal["fr", "en"]
CODES: tuple[Code, ...] = ("fr", "en")
_REGIONS = {"fr": "FR", "en": "GB"}
_NBSP = "\u00a0"
_YEAR = 365
_PERCENT = frozenset({"%", "pour cent", "pourcent", "percent"})


class Language:
    """One language: everything that a page says, it says through this."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self.locale = Locale(code, _REGIONS[code])
        self.prefix = "" if code == "fr" else f"/{code}"
        """What the addresses of its pages begin with."""
        self._translations = _translations(code)

    def gettext(self, message: str) -> str:
        """The sentence in this language."""
        return self._translations.gettext(message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The sentence for so many; `%(num)s` in it stands for the number, written out."""
        return self._translations.ngettext(one, many, count)

    def number_of(self, one: str, many: str, count: int) -> str:
        """`ngettext` with the number put in: “1 204 réponses”."""
        return self.ngettext(one, many, count) % {"num": self.number(count)}

    def title(self, titles: Titles) -> str:
        """A title that is given in both languages."""
        return titles.fr if self.code == "fr" else titles.en

    def word(self, code: str, *, masculine: bool = False) -> str:
        """The words for a code; for a code without words, the code made readable."""
        if masculine:
            found = self._translations.gettext(f"masculine.{code}")
            if not found.startswith("masculine."):
                return found
        found = self._translations.gettext(code)
        if found == code:
            return code.rpartition(".")[2].replace("_", " ")
        return found

    def knows(self, code: str) -> bool:
        """Whether a code has words of its own."""
        return self._translations.gettext(code) != code

    def day(self, value: date) -> str:
        """A civil day: “1er septembre 2015”."""
        return _day(self, value)

    def day_and_month(self, value: date) -> str:
        """A civil day of a year that is told beside it: “1er septembre”."""
        return self._french_first(format_date(value, "d MMMM", self.locale), value)

    def on(self, text: str | None) -> str:
        """A date of stated precision, without a preposition; empty when unknown."""
        if text is None:
            return ""
        start, slash, end = text.partition("/")
        return self._between(start, end) if slash else self._one(start)

    def when(self, text: str | None) -> str:
        """A date with its preposition: “le 10 décembre 2021”, “en décembre 2020”."""
        if text is None:
            return ""
        if "/" in text:
            return self.on(text)
        return self._placed(text)

    def period(self, value: Period) -> str:
        """A period as it was written: a day, a month, a year or an interval."""
        return self.on(written(value))

    def by(self, value: Period) -> str:
        """The last day of a period, as a due date: “le 31 décembre 2025”."""
        return self.when(value.last.isoformat())

    def instant(self, at: datetime, zone: ZoneInfo) -> str:
        """An instant to the minute in a time zone: “23 novembre 2026 à 09:41”."""
        local = at.astimezone(zone)
        return self.gettext("%(day)s at %(time)s") % {
            "day": self.day(local.date()),
            "time": format_time(local.time(), "HH:mm", locale=self.locale),
        }

    def recorded(self, at: datetime, zone: ZoneInfo) -> str:
        """The civil day of an instant in a time zone."""
        return self.day(at.astimezone(zone).date())

    def _one(self, text: str) -> str:
        parts = text.split("-")
        if len(parts) == 1:
            return text
        if len(parts) == 2:
            return format_date(date(int(parts[0]), int(parts[1]), 1), "MMMM y", self.locale)
        return self.day(date.fromisoformat(text))

    def _placed(self, text: str, bare: str | None = None) -> str:
        said = bare or self._one(text)
        if self.code == "en":
            return f"on {said}" if text.count("-") == 2 else f"in {said}"
        return f"le {said}" if text.count("-") == 2 else f"en {said}"

    def _between(self, start: str, end: str) -> str:
        """“entre le 1er et le 10 septembre 2015”, the year and month told once."""
        first = self._one(start)
        if start[:4] == end[:4] and start.count("-") == end.count("-") == 2:
            value = date.fromisoformat(start)
            first = self.day_and_month(value)
            if start[:7] == end[:7]:
                first = self._french_first(str(value.day), value)
        elif start[:4] == end[:4] and start.count("-") == end.count("-") == 1:
            value = date(int(start[:4]), int(start[5:]), 1)
            first = format_date(value, "MMMM", self.locale)
        if self.code == "en":
            return f"between {first} and {self._one(end)}"
        article = "le " if start.count("-") == 2 else ""
        until = "le " if end.count("-") == 2 else ""
        return f"entre {article}{first} et {until}{self._one(end)}"

    def _french_first(self, said: str, value: date) -> str:
        if self.code == "fr" and value.day == 1:
            return "1er" + said[1:]
        return said

    def number(self, value: int) -> str:
        """A whole number with its thousands set apart."""
        return _number(self, value)

    def count(self, value: Any) -> str:
        """A number of persons, which may be “fewer than 5”."""
        if isinstance(value, Mapping):
            return self.gettext("fewer than %(num)s") % {"num": self.number(value["below"])}
        return self.number(value)

    def money(self, cents: int) -> str:
        """An amount in euros, with cents only where there are any."""
        euros = Decimal(cents).scaleb(-2)
        figure = "#,##0" if cents % 100 == 0 else "#,##0.00"
        pattern = f"¤{figure}" if self.code == "en" else f"{figure}{_NBSP}¤"
        return format_currency(euros, "EUR", pattern, self.locale, currency_digits=False)

    def days(self, count: int, exact: bool = True) -> str:
        """A number of days: “234 jours”, “au moins 30 jours”."""
        said = self.number_of("%(num)s day", "%(num)s days", count)
        if not exact:
            said = self.gettext("at least %(days)s") % {"days": said}
        if count < _YEAR:
            return said
        return self.gettext("%(years)s (%(days)s)") % {
            "years": self._years(count),
            "days": said,
        }

    def _years(self, days: int) -> str:
        """“près de 5 ans”, “plus de 2 ans”: an order of magnitude, never a measure."""
        whole, rest = divmod(days * 100, _YEAR * 100 + 25)
        if rest >= _YEAR * 75:
            return self.number_of("nearly %(num)s year", "nearly %(num)s years", whole + 1)
        return self.number_of("more than %(num)s year", "more than %(num)s years", whole)

    def listing(
        self, parts: Sequence[str], style: Literal["standard", "or"] = "standard"
    ) -> str:
        """“R14 et R15”, “R14 ou R15”."""
        return str(format_list(list(parts), style=style, locale=self.locale))

    def quantity(self, value: Mapping[str, Any]) -> str:
        """A figure as claimed: “plus de 85 %”; bare where the unit is empty."""
        said = self.figure(value["number"], value["unit"])
        bound = value["bound"]
        return said if bound == "exactly" else self.word(f"bound.{bound}") % {"figure": said}

    def figure(self, number: int, unit: str) -> str:
        """A number with what it counts: “15 %”, “80 volontaires”."""
        if unit in _PERCENT:
            return self.number(number) + ("%" if self.code == "en" else f"{_NBSP}%")
        return f"{self.number(number)}{_NBSP}{unit}" if unit else self.number(number)


@lru_cache(maxsize=4096)
def _day(tongue: Language, value: date) -> str:
    said = format_date(value, "d MMMM y", tongue.locale)
    return "1er" + said[1:] if tongue.code == "fr" and value.day == 1 else said


@lru_cache(maxsize=4096)
def _number(tongue: Language, value: int) -> str:
    return format_decimal(value, locale=tongue.locale)


class Words(Mapping[str, str]):
    """The words of pictures (`viz.draw.words.Words`) in one language.

    Verdicts agree with what is judged: une recommandation retenue, un projet retenu.
    """

    def __init__(self, language: Language, *, masculine: bool = False) -> None:
        self._language, self._masculine = language, masculine

    def __getitem__(self, code: str) -> str:
        if code == "picture.more":
            return self._language.word(code).replace("%(count)s", "{count}")
        said = self._language.word(code, masculine=self._masculine)
        return said[:1].upper() + said[1:] if code.startswith("stage.") else said

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


@cache
def language(code: Code) -> Language:
    """The language of that code."""
    return Language(code)


@lru_cache(maxsize=4096)
def written(period: Period) -> str:
    """A period in its shortest form: `2020-12`, not `2020-12-01/2020-12-31`."""
    first, last = period.first, period.last
    if first == last:
        return first.isoformat()
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        years = (f"{first.year:04d}", f"{last.year:04d}")
        return years[0] if years[0] == years[1] else "/".join(years)
    if first.day == 1 and (last.month != date.fromordinal(last.toordinal() + 1).month):
        months = (first.isoformat()[:7], last.isoformat()[:7])
        return months[0] if months[0] == months[1] else "/".join(months)
    return f"{first.isoformat()}/{last.isoformat()}"


def catalogue(code: Code) -> Catalog:
    """The catalogue of a language as it stands in its file."""
    path = resources.files("viz.site") / "locales" / code / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(path.read_bytes()), locale=code)


def _translations(code: Code) -> Translations:
    compiled = BytesIO()
    write_mo(compiled, catalogue(code))
    compiled.seek(0)
    return Translations(compiled)
