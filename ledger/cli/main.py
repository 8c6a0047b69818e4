"""`filrouge`: the command people type. Each command composes what lies below, and no more.

Exit codes: 0 done, 1 refused or malformed, 2 usage, 3 tampered, 4 could not check.
"""

from __future__ import annotations

import logging
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import (
    accounts,
    changes,
    erasing,
    files,
    importing,
    keys,
    output,
    personal,
    policies,
    procedures,
    proposals,
    signing,
    threads,
)
from ledger.cli.options import SETTINGS as _SETTINGS
from ledger.cli.options import As, Check, Data, Drafts, Json, Size, now, read_drafts
from ledger.cli.powers import needs
from ledger.core import cosignature
from ledger.domain.accounts import REGISTRAR
from ledger.domain.warned import Warned
from ledger.errors import LedgerError, RefusedError, UncheckedError
from ledger.service import audit, backup, demo, load, publish, record, register, since
from ledger.service.authority import authority_of
from ledger.service.query import Queries
from ledger.service.settings import calm_collector

app = typer.Typer(
    name="filrouge",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="A public register of how decisions are taken with citizens.\n\n"
    "Start with `filrouge demo`, or with `filrouge init` for a register of your own.",
    epilog="Exit codes: 0 done · 1 refused or malformed · 2 usage · 3 tampered ·"
    " 4 could not check.",
)
app.add_typer(accounts.app, name="account")
app.add_typer(accounts.token_app, name="token")
app.add_typer(keys.app, name="key")
app.add_typer(procedures.app, name="procedure")
app.add_typer(files.app, name="files")
app.add_typer(policies.app, name="policy")
app.add_typer(proposals.app, name="proposal")
app.command("attach")(files.attach)
app.command("import")(importing.import_file)

Files = Annotated[
    list[Path], typer.Argument(exists=True, dir_okay=False, help="JSON Lines of drafts.")
]


@app.command()
@needs("keeper")
def init(
    authority: Annotated[str, typer.Option(help="Who keeps the register.")],
    origin: Annotated[
        str, typer.Option(help="Its name for ever, like registre.ville.example/decisions.")
    ],
    data: Data = _SETTINGS.data,
    time_zone: Annotated[
        str, typer.Option(help="Where its civil days begin.")
    ] = "Europe/Paris",
    reconstruction: Annotated[
        bool, typer.Option(help="It is rebuilt from public sources, after the fact.")
    ] = False,
    procedure: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A form of dialogue to adopt; all fourteen if none."),
    ] = None,
) -> None:
    """Create a register: its keys, its first entry, the procedures it adopts."""
    made = register.create_register(
        data,
        authority=authority,
        origin=origin,
        time_zone=time_zone,
        reconstruction=reconstruction,
        now=now(),
        procedures=procedure,
    )
    head = Queries(made).head()
    output.say(f"Register {origin} opened in {data}: {head.size} entries.")
    output.say("Keep a copy of its verifier keys elsewhere (`filrouge keys`).")
    output.say("Next: `filrouge load FILE…`, then `filrouge serve`.")


@app.command("load")
@needs("record")
def load_files(
    files: Files,
    data: Data = _SETTINGS.data,
    account: As = REGISTRAR,
    check: Check = False,
    as_json: Json = False,
) -> None:
    """Record files of drafts; what is recorded already is passed over."""
    opened = register.open_register(data)
    drafts = [draft for path in files for draft in load.check_file(path)]
    warned: list[Warned] = []
    with output.progress("Recording", len(drafts)) as advance:
        loaded = load.load(
            opened,
            drafts,
            account=account,
            append=lambda request: opened.append_one(request, now=now()),
            authority=authority_of(opened, account, now=now()),
            progress=advance,
            warn=warned.append,
            rehearsal=check,
        )
    personal.show_loaded(as_json, loaded, warned, check=check)


@app.command("record")
@needs("record")
def record_one(
    draft: Drafts,
    data: Data = _SETTINGS.data,
    account: As = REGISTRAR,
    key: Annotated[
        str | None, typer.Option(help="Idempotency key: recorded once under it.")
    ] = None,
    check: Check = False,
    as_json: Json = False,
) -> None:
    """Record a batch of drafts, all or nothing: JSON, a JSON array, or JSON Lines."""
    drafts = read_drafts(draft)
    opened, instant = register.open_register(data), now()
    warned: list[Warned] = []
    written = record.record(
        opened,
        drafts,
        account=account,
        key=key,
        append=record.direct(opened, instant),
        authority=authority_of(opened, account, now=instant),
        warn=warned.append,
        rehearsal=check,
    )
    personal.show_recorded(as_json, None if check else written, len(drafts), warned)


app.command()(proposals.propose)


@app.command()
@needs("everybody")
def show(
    place: Annotated[
        str, typer.Argument(help="A process, PROCESS/ID, or the number of an entry.")
    ] = "",
    data: Data = _SETTINGS.data,
    size: Size = None,
    as_json: Json = False,
) -> None:
    """Show the register, one process, one item or one entry."""
    queries = Queries(register.open_register(data))
    today = queries.day(now())
    head = queries.head(size)
    if place.isdecimal():
        if int(place) >= head.size:
            raise RefusedError("unknown_entry", f"there is no entry {place}")
        entry, openings = queries.entry(int(place))
        output.show_entry(as_json, entry, openings)
    elif "/" in place:
        slug, _, id_ = place.partition("/")
        item = queries.item(slug, id_, size=size)
        view = queries.process(slug, today, size=size)
        output.show_item(as_json, item, queries.thread(slug, id_, size=size), view)
    elif place:
        output.show_process(as_json, queries.process(place, today, size=size))
    else:
        output.show_register(as_json, head, queries.processes(today, size=size))


@app.command()
@needs("everybody")
def thread(
    place: Annotated[str, typer.Argument(metavar="PROCESS/ID", help="Whose thread.")],
    data: Data = _SETTINGS.data,
    as_json: Json = False,
) -> None:
    """Tell a red thread as a tree: what an item came from, and what became of it."""
    threads.show(as_json, Queries(register.open_register(data)), place, now())


@app.command()
@needs("everybody")
def draw(
    place: Annotated[str, typer.Argument(help="A process, or PROCESS/ID for one red thread.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", help="File to write: .svg, .dot, .json, .pdf, .png.")
    ],
    data: Data = _SETTINGS.data,
    size: Size = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
) -> None:
    """Draw a process, or the red thread of one item."""
    from ledger.cli import drawing  # networkx, graphviz and typst take their time to come
    from viz.site.i18n import CODES

    if lang not in CODES:
        raise typer.BadParameter(f"{lang} is not one of {', '.join(CODES)}")
    queries = Queries(register.open_register(data))
    slug, _, id_ = place.partition("/")
    view = queries.process(slug, queries.day(now()), size=size)
    out.write_bytes(drawing.picture(view, id_, out.suffix, head=queries.head(size), lang=lang))
    output.say(f"Written: {out}")


@app.command("changes")
@needs("everybody")
def show_changes(
    process: Annotated[str, typer.Argument(help="Which process.")],
    since: Annotated[
        int,
        typer.Option(min=0, help="Size of an earlier checkpoint; 0 is before everything."),
    ],
    data: Data = _SETTINGS.data,
    size: Size = None,
    as_json: Json = False,
) -> None:
    """Tell what changed in a process between two checkpoints."""
    queries = Queries(register.open_register(data))
    found = queries.changes(process, queries.day(now()), since=since, size=size)
    changes.show_changes(as_json, process, found)


@app.command()
@needs("everybody")
def verify(
    place: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="The folder of a register.")
    ] = None,
    data: Data = _SETTINGS.data,
    against: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="A checkpoint kept elsewhere."),
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(metavar="VKEY", help="The log's verifier keys.")
    ] = None,
    newer: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="What it became: says what was erased since."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Verify every entry, text, tile and checkpoint; exit 3 names the first bad object."""
    folder = place or data
    if not folder.is_dir():
        raise UncheckedError("no_register", f"{folder} is not the folder of a register")
    keys = [cosignature.parse_verifier(text) for text in key] if key else None
    started = now()
    with output.progress("Verifying", None) as advance:
        found = audit.verify(
            folder,
            keys=keys,
            against=against.read_bytes() if against else None,
            progress=advance,
        )
        gone = since.erased_since(folder, newer, keys=keys) if newer else None
    output.show_audit(as_json, found, (now() - started).total_seconds(), gone)


@app.command()
@needs("keeper")
def serve(
    data: Data = _SETTINGS.data,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = _SETTINGS.host,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = _SETTINGS.port,
    behind_proxy: Annotated[
        bool,
        typer.Option(
            "--behind-proxy",
            help="A reverse proxy on this machine says who asks, and whether by https.",
        ),
    ] = False,
) -> None:
    """Serve the site and its API."""
    _serve(register.open_register(data), host, port, proxied=behind_proxy)


@app.command("demo")
@needs("keeper")
def serve_demo(
    data: Data = _SETTINGS.data,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = _SETTINGS.host,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = _SETTINGS.port,
    serve_it: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve it afterwards.")
    ] = True,
) -> None:
    """Load real decision processes of Nantes and one invented city, and serve them."""
    opened = demo.open_demo(data, now)
    story = demo.drafts()
    with output.progress("Loading the demonstration", len(story)) as advance:
        demo.tell(opened, story, now, progress=advance)
    output.say(f"{Queries(opened).head().size} entries in {data}.")
    if serve_it:
        _serve(opened, host, port)


app.command()(signing.sign)


@app.command("keys")
@needs("everybody")
def print_keys(data: Data = _SETTINGS.data, as_json: Json = False) -> None:
    """Print the verifier keys of the register: what anybody needs to check it."""
    texts = [str(verifier.key) for verifier in register.trusted_keys(data)]
    output.answer(as_json, {"keys": texts}, "\n".join(texts))


@app.command("publish")
@needs("everybody")
def publish_files(
    out: Annotated[Path, typer.Option(help="Folder for the static files.")],
    data: Data = _SETTINGS.data,
) -> None:
    """Write checkpoint and tiles as static files, for any web server."""
    written = publish.publish(register.open_register(data), out)
    output.say(f"{written} files written to {out}.")


@app.command("backup")
@needs("everybody")
def backup_register(
    out: Annotated[Path, typer.Option(help="A new folder for the copy.")],
    data: Data = _SETTINGS.data,
    as_json: Json = False,
) -> None:
    """Copy the register into a folder that verifies by itself, without private keys."""
    started = now()
    found = backup.backup(register.open_register(data), out)
    output.show_audit(as_json, found, (now() - started).total_seconds())


app.command("erase")(erasing.command)


def _serve(opened: register.Register, host: str, port: int, *, proxied: bool = False) -> None:
    from ledger.api.server import Server  # a web server is not needed to verify
    from ledger.api.services import Limits, Rates
    from viz.site.app import create_app

    with socket.socket() as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            place.bind((host, port))
        except OSError as error:
            message = f"{host}:{port} is in use or not ours; choose another with --port"
            raise RefusedError("port_in_use", message) from error
    output.say(f"http://{host}:{port}")
    with suppress(KeyboardInterrupt):
        # A log that cannot be written would show on another stream what was to be kept out.
        logging.raiseExceptions = False
        limits = Limits(file=_SETTINGS.max_file, rates=Rates.of(_SETTINGS))
        site = create_app(opened, limits=limits, hosts=_SETTINGS.names())
        Server(site, host=host, port=port, log_level="warning", proxied=proxied).run()


def run() -> None:
    """Runs a command; every error of ours becomes one line and its exit code."""
    calm_collector()
    try:
        app()
    except LedgerError as error:
        output.fail(error, as_json="--json" in sys.argv)
        sys.exit(error.exit_status)
    except (OSError, UnicodeError) as error:
        failed = UncheckedError("unreadable", str(error))
        output.fail(failed, as_json="--json" in sys.argv)
        sys.exit(failed.exit_status)
