"""`filrouge erase`: destroys texts for a person's sake, and says so in public."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from ledger.cli import output
from ledger.cli.options import SETTINGS, As, Data, Json, now
from ledger.cli.powers import needs
from ledger.domain.accounts import REGISTRAR
from ledger.errors import RefusedError
from ledger.service import erasable, erase
from ledger.service.authority import authority_of
from ledger.service.erasable import Choice, Target, seq_of
from ledger.service.register import Register, open_register
from ledger.service.subjects import digest_of

_FINISH_TRIES = 10


@needs("erase")
def command(
    place: Annotated[
        str,
        typer.Argument(
            metavar="[PROCESS/ID|SEQ]", help="Whose texts; none with --subject or --finish."
        ),
    ] = "",
    path: Annotated[
        list[str] | None, typer.Option(help="Which text, like author or /body/author.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every text of the entry.")] = False,
    subject: Annotated[
        str, typer.Option(help="Every text of this person, as drafts named the subject.")
    ] = "",
    basis: Annotated[str, typer.Option(help="The legal ground, like consent_withdrawn.")] = "",
    data: Data = SETTINGS.data,
    requested: Annotated[str | None, typer.Option(help="When it was asked for.")] = None,
    account: As = REGISTRAR,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    finish: Annotated[
        bool, typer.Option("--finish", help="Only bring pending erasures to their end.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Destroy texts for a person's sake; the rest still verifies.

    What corrections put in the place of a text goes with it.
    """
    opened = open_register(data)
    if finish:
        _finish(opened)
        output.answer(as_json, {"pending": 0}, "No erasure is pending.")
        return
    choice = _choice(opened, place, path or [], all_=all_, subject=subject)
    if dry_run:
        with opened.database.reading() as db:
            targets = tuple(choice(db))
        output.answer(as_json, {"texts": _form(targets)}, _told(targets))
        return
    if not basis:
        raise typer.BadParameter("name the legal ground with --basis")
    act = erase.Act(basis, requested, account, now())
    authority = authority_of(opened, account, now=now())
    erased = erase.erase_chosen(opened, choice, act, authority=authority)
    if not erased.finished:
        _finish(opened)
    written = erased.written
    output.answer(
        as_json,
        {
            "first": written.first,
            "last": written.stop - 1,
            "texts": _form(erased.targets),
            "pending": 0,
        },
        f"{_told(erased.targets)}\n"
        f"Erased, and recorded as {output.span(written.first, written.stop)}.",
    )


def _choice(
    opened: Register, place: str, paths: list[str], *, all_: bool, subject: str
) -> Choice:
    if bool(place) == bool(subject):
        raise typer.BadParameter("name one entry, or a --subject")
    if subject:
        if paths or all_:
            raise typer.BadParameter("a --subject has all its texts erased")
        return erasable.of_subject(digest_of(opened, subject))
    if bool(paths) == all_:
        raise typer.BadParameter("name each --path, or --all")
    if place.isascii() and place.isdecimal() and len(place) <= 15:
        seq = int(place)
    else:
        process, _, id_ = place.partition("/")
        if not id_:
            raise typer.BadParameter("name an entry by PROCESS/ID or by its number")
        seq = seq_of(opened, process, id_)
    return erasable.of_entry(seq, None if all_ else paths)


def _finish(opened: Register) -> None:
    # Readers of a running server are in the way for moments only.
    for attempt in range(_FINISH_TRIES):
        if erase.finish(opened):
            return
        if attempt + 1 < _FINISH_TRIES:
            time.sleep(0.5)
    message = (
        "it is public, and nobody reads the texts any more; a reader still holds the files:"
        " a running server goes on by itself, else run `filrouge erase --finish`"
    )
    raise RefusedError("busy", message)


def _form(targets: tuple[Target, ...]) -> list[dict[str, Any]]:
    return [target.told() for target in targets]


def _told(targets: tuple[Target, ...]) -> str:
    return "\n".join(f"entry {t.seq} of {t.process}: {', '.join(t.paths)}" for t in targets)
