"""`filrouge procedure`: write the rules of a form of dialogue, look at them, adopt them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli import output
from ledger.cli.options import SETTINGS, As, Data, Json, now
from ledger.cli.powers import needs
from ledger.domain.accounts import REGISTRAR
from ledger.domain.flaws import errors
from ledger.domain.lint import lint_text
from ledger.domain.lint_form import MAX_CHARACTERS
from ledger.domain.procedure import Procedure, parse_procedure
from ledger.errors import MalformedError, RefusedError, UncheckedError
from ledger.service import procedures, record
from ledger.service.authority import authority_of
from ledger.service.query import Queries
from ledger.service.register import open_register

app = typer.Typer(no_args_is_help=True, help="The forms of dialogue in force.")

File = Annotated[Path, typer.Argument(help="A TOML file: docs/procedures.md says how.")]


@app.command()
@needs("everybody")
def lint(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="TOML files.")],
    as_json: Json = False,
) -> None:
    """Say all that is wrong with procedures, where, and how to mend it; exit 1 if any error."""
    found = [(path, flaw) for path in files for flaw in lint_text(read_text(path))]
    rows = [
        {
            "file": str(path),
            "place": flaw.place,
            "severity": flaw.severity,
            "code": flaw.code,
            "message": flaw.message,
        }
        for path, flaw in found
    ]
    lines = []
    for path in files:
        own = [flaw for of, flaw in found if of is path]
        for flaw in own:
            place = f"{path}:{flaw.place}" if flaw.place else str(path)
            grave = "" if flaw.severity == "error" else "warning: "
            lines.append(f"{place}: {grave}{flaw.message} [{flaw.code}]")
        if not own:
            lines.append(f"{path}: nothing is wrong with it")
    output.answer(as_json, {"flaws": rows}, "\n".join(lines))
    if errors(flaw for _, flaw in found):
        raise typer.Exit(1)


@app.command("list")
@needs("everybody")
def list_adopted(data: Data = SETTINGS.data, as_json: Json = False) -> None:
    """Say which procedures are adopted, and which processes go by them."""
    register = open_register(data)
    queries = Queries(register)
    views = queries.processes(queries.day(now()))
    found = procedures.adopted(register)
    following = {
        one.entry.seq: [v for v in views if v.case.procedures[-1][1] == one.entry.seq]
        for one in found
    }
    newest = {own[-1].entry.seq for own in procedures.versions(found).values()}
    rows: list[dict[str, Any]] = [
        {
            "name": one.procedure.name,
            "version": one.procedure.version,
            "seq": one.entry.seq,
            "newest": one.entry.seq in newest,
            "titles": one.procedure.titles.model_dump(),
            "processes": [view.case.process for view in following[one.entry.seq]],
            "illustrative": [
                view.case.process for view in following[one.entry.seq] if view.case.illustrative
            ],
        }
        for one in found
    ]
    output.show_procedures(as_json, rows)


@app.command()
@needs("everybody")
def show(
    place: Annotated[
        str, typer.Argument(metavar="NAME|SEQ|FILE", help="Adopted, or still a file.")
    ],
    data: Data = SETTINGS.data,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Draw it: .svg, .dot, .pdf or .png."),
    ] = None,
    lang: Annotated[
        str, typer.Option(help="fr or en; by default en in words, fr in a picture.")
    ] = "",
) -> None:
    """Show a procedure as a plan in words, or draw it."""
    from ledger.cli import planning  # the pages' words and typst take their time to come

    code = planning.language_of(lang or ("fr" if out else "en"))
    procedure, seq, at = _shown(place, data)
    if out is None:
        output.say(planning.plan(procedure, seq, code))
        return
    out.write_bytes(planning.picture(procedure, out.suffix, at=at, seq=seq, lang=code))
    output.say(f"Written: {out}")


@app.command()
@needs("govern")
def adopt(file: File, data: Data = SETTINGS.data, account: As = REGISTRAR) -> None:
    """Adopt a procedure without errors: an entry like any other, and binding from there on."""
    text = read_text(file)
    register, instant = open_register(data), now()
    written = procedures.adopt(register, text, now=instant, by=account)
    for flaw in lint_text(text):
        output.note(f"{file}:{flaw.place}: warning: {flaw.message} [{flaw.code}]")
    output.say(f"Adopted as entry {written.first}.")


@app.command()
@needs("confirm")
def change(
    process: Annotated[str, typer.Argument(help="The process that takes it up.")],
    name: Annotated[str, typer.Argument(help="The procedure; its newest adoption is meant.")],
    why: Annotated[str, typer.Option(help="For what reason, in a sentence for citizens.")],
    data: Data = SETTINGS.data,
    by: Annotated[
        str | None, typer.Option(help="Who says so; who keeps the register by default.")
    ] = None,
    role: Annotated[str | None, typer.Option(help="Its role, like city or council.")] = None,
    on: Annotated[str | None, typer.Option(help="The day; today by default.")] = None,
    account: As = REGISTRAR,
) -> None:
    """Put a running process under another procedure; duties that began keep the old one."""
    if (by is None) != (role is None):
        raise typer.BadParameter("--by and --role go together: who says so, and in which role")
    register = open_register(data)
    instant = now()
    draft = {
        "process": process,
        "kind": "procedure.changed",
        "on": on or Queries(register).day(instant).isoformat(),
        "by": {"name": by or register.opened.authority, "role": role or "registrar"},
        "body": {"procedure": name, "why": why},
        "sources": [],
    }
    written = record.record(
        register,
        [draft],
        account=account,
        append=record.direct(register, instant),
        authority=authority_of(register, account, now=instant),
    )
    output.say(f"Recorded as entry {written.first}: {process} goes by {name} from here on.")


def read_text(path: Path) -> str:
    """What is written in a file.

    Raises:
        UncheckedError: `unreadable`: there is no such file, or it is a folder.
        MalformedError: `too_large`, or `bad_procedure`: it is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(4 * MAX_CHARACTERS + 1)
    except IsADirectoryError as error:
        message = f"{path} is a folder: name a TOML file"
        raise UncheckedError("unreadable", message) from error
    except OSError as error:
        raise UncheckedError("unreadable", f"{path}: {error.strerror}") from error
    if len(data) > 4 * MAX_CHARACTERS:
        message = f"{path} has more than {4 * MAX_CHARACTERS:,} bytes: this is no procedure"
        raise MalformedError("too_large", message)
    try:
        # A byte order mark, which some editors put before a text, is none of it.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{path} is not UTF-8 (line {line}): save it again as UTF-8"
        raise MalformedError("bad_procedure", message) from error


def _shown(place: str, data: Path) -> tuple[Procedure, int | None, datetime]:
    """A procedure, the seq of its adoption, and the instant that a picture of it bears."""
    path = Path(place)
    if path.suffix == ".toml" or path.is_file():
        text = read_text(path)
        flaws = lint_text(text)
        try:
            body = parse_procedure(text)
        except MalformedError:
            procedures.refuse_flaws(flaws)
            raise
        return Procedure.model_validate(body), None, now()
    found = procedures.adopted(open_register(data))
    if place.isdecimal():
        own = [one for one in found if one.entry.seq == int(place)]
        if not own:
            raise RefusedError("not_found", f"entry {place} adopts no procedure")
        one = own[0]
    else:
        one = procedures.find(found, place)
    return one.procedure, one.entry.seq, one.entry.at
