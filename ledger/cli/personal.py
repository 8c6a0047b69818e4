"""What commands that record warn of, on standard error; never the words themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ledger.cli import output
from ledger.domain.warned import Warned
from ledger.service.contributions import Imported
from ledger.service.load import Loaded
from ledger.store.append import Written

_TOLD = 10
_CALLED = {
    "email": "an e-mail address",
    "phone": "a telephone number",
    "postal_address": "a postal address",
    "named_person": "the name of a person",
    "iban": "an IBAN",
    "nir": "a social security number",
    "hidden_count": "a hidden count that the others tell",
}


def show_recorded(
    as_json: bool, written: Written | None, drafts: int, warned: Sequence[Warned]
) -> None:
    """What a batch became, or that it would be recorded; then each warning."""
    if written is None:
        value: dict[str, Any] = {"checked": drafts}
        text = f"{drafts} drafts could be recorded; nothing was."
    else:
        value = {
            "first": written.first,
            "last": written.stop - 1,
            "checkpoint": written.checkpoint,
        }
        text = f"Recorded as {output.span(written.first, written.stop)}."
    output.answer(as_json, value | {"warnings": forms(warned)}, text)
    if not as_json:
        show_warned(warned)


def forms(warned: Sequence[Warned]) -> list[dict[str, Any]]:
    """Every warning in plain values."""
    return [form(one) for one in warned]


def show_warned(warned: Sequence[Warned]) -> None:
    """Every warning in a line."""
    for one in warned:
        output.note(f"{one.where}: perhaps {_CALLED[one.what]}. {one.advice}")


def show_loaded(
    as_json: bool, loaded: Loaded | Imported, warned: Sequence[Warned], *, check: bool
) -> None:
    """What became of files, or would; then the warnings by what they are of."""
    done = "checked, none recorded" if check else "recorded"
    text = f"{loaded.recorded} {done}, {loaded.known} already here."
    unjudged = loaded.unjudged if isinstance(loaded, Loaded) else 0
    if unjudged:
        text += f" {unjudged} name what these files record, and are judged when loaded."
    value: dict[str, Any] = {
        "checked" if check else "recorded": loaded.recorded,
        "known": loaded.known,
        "warnings": [form(one) for one in warned],
    }
    if check:
        value["unjudged"] = unjudged
    output.answer(as_json, value, text)
    if not as_json:
        summarize(warned)


def summarize(warned: Sequence[Warned]) -> None:
    """The warnings by what they are of, each with the first places."""
    sorts = Counter((one.clear, one.what) for one in warned)
    for (clear, what), count in sorted(sorts.items(), reverse=True):
        ones = [one for one in warned if (one.clear, one.what) == (clear, what)]
        places = ", ".join(one.where for one in ones[:_TOLD])
        more = ", …" if count > _TOLD else ""
        kept = "in clear, for ever" if clear else "sealed"
        output.note(f"{count} × perhaps {_CALLED[what]} ({kept}): {places}{more}")
        output.note(f"  {ones[0].advice}")


def form(one: Warned) -> dict[str, object]:
    """A warning for machines."""
    return one._asdict() | {"advice": one.advice}
