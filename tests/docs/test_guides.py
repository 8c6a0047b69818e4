"""The guides for clerks and programmers do what they say: here they are followed."""

from __future__ import annotations

import itertools
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import Match
from starlette.testclient import TestClient
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from ledger.cli.main import app as commands
from ledger.errors import LedgerError
from ledger.service import load
from ledger.service.audit import verify
from ledger.service.erase import erase
from ledger.service.query import Queries
from ledger.service.register import Register, shipped_procedures
from tests.docs.tables import ROOT
from tests.world import NOW, draft, new_register, put, put_all, token
from viz.site.app import create_app

RECORDING = (ROOT / "docs" / "recording.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
PERSONS = (ROOT / "docs" / "persons.md").read_text(encoding="utf-8")
SLUG = "rue-aux-ecoles"
KINDS = [
    "process.opened",
    "mandate.issued",
    "opinion.delivered",
    *["unit.submitted"] * 2,
    "response.given",
    *["answer.given"] * 2,
    "decision.made",
    "measure.adopted",
    "follow_up.reported",
    "correction.made",
]
_POINTERS = ("/body/", "/sources/", "/drafts/")


def blocks(guide: str, language: str) -> list[str]:
    """What stands between fences of a language, without the indentation of its list."""
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", guide, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", text, flags=re.MULTILINE) for indent, text in found]


def story() -> str:
    """The file that the first guide has a clerk write."""
    return "".join(blocks(RECORDING, "jsonl"))


def contribution() -> str:
    """The draft that is recorded alone."""
    (text,) = blocks(RECORDING, "json")
    return text


def export() -> str:
    """The file of a platform that is imported."""
    (text,) = blocks(RECORDING, "csv")
    return text


def command_lines(guide: str) -> list[str]:
    """The commands of a guide, in their order: in blocks, and within sentences."""
    found = re.finditer(r"^ {4,}(filrouge .+)$|`(filrouge [^`]+)`", guide, re.MULTILINE)
    return [match[1] or match[2] for match in found]


def curls(guide: str) -> Iterator[tuple[str, dict[str, str], str | None]]:
    """(address, headers, body) of every request shown."""
    for block in blocks(guide, "sh"):
        for command in re.split(r"^(?=curl )", block, flags=re.MULTILINE):
            if not command:
                continue
            address, headers, body = "", {}, None
            words = iter(shlex.split(command.replace("\\\n", " "))[1:])
            for word in words:
                if word == "-H":
                    name, _, value = next(words).partition(": ")
                    headers[name] = value
                elif word == "-d":
                    body = next(words)
                elif word == "-o":
                    next(words)
                elif word != "-N":
                    address = word
            yield address, headers, body


OPENING = story().splitlines()[0]
ANSWER = {"unit": "R1", "response": "A1", "verdict": "retained", "reason": "Oui."}
VERDICT_MENDED = {
    "entry": {"nth": 6},
    "changes": [{"path": "/body/verdict", "value": "rejected"}],
    "why": "Non.",
}
RESTRICTED = {"open": "restricted", "text": "Oui."}


def the_request(to: str = "entries") -> tuple[str, dict[str, str], Any]:
    """The one request of the guide that writes there."""
    (found,) = [
        (address, headers, json.loads(body))
        for address, headers, body in curls(API)
        if body is not None and address.endswith(f"/{to}")
    ]
    return found


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    """A register as `filrouge init` makes it."""
    made = new_register(tmp_path / "data", procedures=None)
    yield made
    made.close()


@pytest.fixture
def followed(register: Register) -> Register:
    """A register in which the whole guide for clerks was followed."""
    put_all(register, [json.loads(line) for line in story().splitlines()])
    put(register, [json.loads(contribution())])
    (example,) = [c for c in command_lines(RECORDING) if " erase " in c and " 27 " in c]
    words = shlex.split(example)
    erase(
        register,
        int(words[2]),
        [after for before, after in itertools.pairwise(words) if before == "--path"],
        basis=words[words.index("--basis") + 1],
        requested=words[words.index("--requested") + 1],
        account="essai",
        now=NOW,
    )
    return register


@pytest.fixture
def app(followed: Register) -> FastAPI:
    """What `filrouge serve` would serve then."""
    return create_app(followed, clock=lambda: NOW)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A client of it."""
    with TestClient(app) as client:
        yield client


@pytest.fixture
def auth(followed: Register) -> dict[str, str]:
    """The header of somebody who may write."""
    shown = token(followed)
    return {"Authorization": f"Bearer {shown}"}


def test_the_story_is_loaded_once_and_verifies(register: Register, tmp_path: Path) -> None:
    file = tmp_path / f"{SLUG}.jsonl"
    file.write_text(story(), encoding="utf-8")
    for new in (len(KINDS), 0):
        loaded = load.load(
            register,
            load.check_file(file),
            account="essai",
            append=lambda request: register.append_one(request, now=NOW),
        )
        assert (loaded.recorded, loaded.known) == (new, len(KINDS) - new)
    told = Queries(register).process_entries(SLUG, limit=100)
    assert [entry.kind for entry, _ in told] == KINDS
    assert verify(register.data).entries == 1 + len(shipped_procedures()) + len(KINDS)


def test_a_line_changed_after_loading_is_refused(followed: Register) -> None:
    lines = [json.loads(line) for line in story().splitlines()]
    lines[6]["on"] = "2025-06-12"
    with pytest.raises(LedgerError) as refused:
        put_all(followed, lines)
    assert f"(`{refused.value.code}`)" in RECORDING.partition("## Loading again")[2]


def test_the_story_breaks_no_rule_until_its_measure_is_overdue(followed: Register) -> None:
    assert irregularities(followed) == {"past_due"}
    view = Queries(followed).process(SLUG, NOW.date())
    mended = view.case.decisions["DC1"]
    assert [e.kind for e in view.case.corrections[mended.seq]] == ["correction.made"]
    verdicts = {id_: unit.answers[-1].raw["verdict"] for id_, unit in view.case.units.items()}
    assert verdicts == {"R1": "retained", "R2": "rejected"}


REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("bad_body", "follow_up.reported", {"body": {"measure": "M1", "state": "finished"}}),
    ("bad_body", "answer.given", {"body": ANSWER | {"reason": RESTRICTED}}),
    ("unknown_kind", "answer.gave", {}),
    ("bad_date", "answer.given", {"on": "2025-02-29"}),
    ("unknown_reference", "answer.given", {"body": ANSWER | {"unit": "R9"}}),
    ("wrong_reference", "answer.given", {"body": ANSWER | {"unit": "M1"}}),
    ("duplicate_id", "response.given", {"body": {"id": "R1", "declares": None}}),
    ("process_exists", "process.opened", {"body": json.loads(OPENING)["body"]}),
    ("cycle", "process.linked", {"body": {"relation": "arises_from", "to": "suite"}}),
    ("not_yet", "answer.given", {"on": "2026-11-03"}),
    ("illustrative", "process.linked", {"body": {"relation": "feeds", "to": "invente"}}),
    ("bad_correction", "correction.made", {"body": VERDICT_MENDED}),
]


@pytest.mark.parametrize(("code", "kind", "more"), REFUSED)
def test_what_is_said_to_be_refused_is(
    followed: Register, code: str, kind: str, more: dict[str, Any]
) -> None:
    put(followed, [json.loads(OPENING) | {"process": "invente", "illustrative": True}])
    arises = draft("process.linked", {"relation": "arises_from", "to": SLUG}, process="suite")
    put(followed, [json.loads(OPENING) | {"process": "suite"}, arises])
    with pytest.raises(LedgerError) as refused:
        put(followed, [draft(kind, **{"process": SLUG, "body": ANSWER} | more)])
    assert refused.value.code == code


def test_every_code_said_to_refuse_is_tried() -> None:
    section = RECORDING.partition("## What is refused")[2].partition("\n## ")[0]
    assert set(re.findall(r"\(`(\w+)`\)", section)) == {code for code, _, _ in REFUSED}


def test_what_is_said_to_be_shown_is_recorded(followed: Register) -> None:
    vote = {"cast": 3, "in_favour": 1, "against": 1, "abstained": 0}
    decided = {"id": "DC2", "title": "Trop tôt", "body": "Conseil", "declares": 0, "vote": vote}
    put_all(
        followed,
        [
            draft("answer.given", ANSWER | {"reason": None}, process=SLUG),
            draft("opinion.delivered", {"id": "O2", "declares": 2}, process=SLUG),
            draft("decision.made", decided, process=SLUG, on="2025-01"),
            draft("follow_up.reported", {"measure": "M1", "state": "done"}, process=SLUG),
        ],
    )
    shown = {"late", "unreasoned", "out_of_order", "declared_differs", "votes_do_not_add_up"}
    assert shown <= irregularities(followed)
    put(followed, [draft("answer.given", ANSWER, process=SLUG)])
    assert "unreasoned" not in irregularities(followed)


def irregularities(register: Register) -> set[str]:
    view = Queries(register).process(SLUG, NOW.date())
    return {found.code for found in view.irregularities}


def test_the_commands_for_clerks_work_as_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEDGER_DATA", str(tmp_path / "data"))
    Path(f"{SLUG}.jsonl").write_text(story(), encoding="utf-8")
    Path("contribution.json").write_text(contribution(), encoding="utf-8")
    Path("export.csv").write_text(export(), encoding="utf-8")
    ran = []
    for line in re.findall(r"^    filrouge (.+)$", RECORDING, re.MULTILINE):
        words, _, file = line.partition(" < ")
        given = Path(file).read_bytes() if file else None
        result = CliRunner().invoke(commands, shlex.split(words), input=given)
        assert result.exit_code == 0, (line, result.output, result.exception)
        ran.append(words.split()[0])
    imported = ["import", "import"]
    assert ran == ["init", "load", "show", "show", "verify", "record", *imported, "erase"]
    shown = CliRunner().invoke(commands, ["show", f"{SLUG}/C3"])
    assert "Traverser" in shown.output
    assert CliRunner().invoke(commands, ["verify"]).exit_code == 0


@pytest.mark.parametrize("line", command_lines(RECORDING + API + OPERATING + PERSONS))
def test_every_command_and_option_shown_is_understood(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(f"{SLUG}.jsonl").touch()
    Path("export.csv").touch()
    words = shlex.split(line.partition(" < ")[0])[1:]
    command = get_command(commands)
    while isinstance(command, TyperGroup):
        command = command.commands[words.pop(0)]
    # One that is only named, in a sentence, has none of its arguments.
    command.make_context(command.name, words, resilient_parsing=not words).close()


def test_the_request_that_erases_erases(client: TestClient, followed: Register) -> None:
    address, headers, body = the_request("erasures")
    shown = token(followed, "administrator", name="delegue")
    headers["Authorization"] = headers["Authorization"].replace("$DELEGATE", shown)
    answer = client.post(address.removeprefix("$SITE"), headers=headers, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["texts"][0]["paths"] == ["/body/title"]


def test_every_operation_of_the_description_is_in_the_guide_and_no_other(app: FastAPI) -> None:
    described = {
        f"{method.upper()} {path}"
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    }
    assert set(re.findall(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^` ?]*)`", API)) == described


def test_every_address_in_the_guide_is_served(app: FastAPI, client: TestClient) -> None:
    shown = set(re.findall(r"`(/[^`]+)`", API))
    assert {"/api/v1/openapi.json", "/embed/{process}", "/en/embed/{process}"} <= shown
    for address in shown:
        if address.startswith(_POINTERS) or address in ("/api/v1", "/body"):
            continue
        scope = {
            "type": "http",
            "method": "GET",
            "path": address,
            "root_path": "",
            "headers": [],
        }
        matches = [route.matches(dict(scope))[0] for route in app.router.routes]
        assert any(match is not Match.NONE for match in matches), address
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Fil rouge"


def test_every_request_that_reads_is_answered(client: TestClient) -> None:
    asked = 0
    for address, _, body in curls(API):
        path = address.removeprefix("$SITE")
        assert path != address
        if body is None and not path.startswith("/api/v1/stream"):  # it would never end
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.text)
            assert answer.content
            asked += 1
    assert asked == 13


def test_the_request_that_writes_is_recorded_once(
    client: TestClient, auth: dict[str, str]
) -> None:
    address, headers, body = the_request()
    assert headers.pop("Authorization") == "Bearer $TOKEN"
    path = address.removeprefix("$SITE")
    first = client.post(path, json=body, headers=headers | auth)
    again = client.post(path, json=body, headers=headers | auth)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json() == again.json()
    answered = {"first", "last", "size", "checkpoint", "entries", "proof", "warnings"}
    assert answered == first.json().keys()
    (entry,) = first.json()["entries"]
    (told,) = re.findall(r"^    data: (.+)$", API, re.MULTILINE)
    assert json.loads(told) == {key: entry[key] for key in ("kind", "nth", "process", "seq")}
    assert f"    id: {entry['seq']}\n" in API


def test_what_the_guide_proposes_is_recorded_when_another_account_confirms(
    client: TestClient, auth: dict[str, str], followed: Register
) -> None:
    address, headers, body = the_request("proposals")
    assert headers.pop("Authorization") == "Bearer $TOKEN"
    made = client.post(address.removeprefix("$SITE"), json=body, headers=headers | auth)
    assert made.status_code == 201, made.text
    other = {"Authorization": f"Bearer {token(followed, 'confirmer', name='mairie')}"}
    done = client.post(f"{made.headers['location']}/confirm", headers=other)
    assert done.status_code == 201, done.text
    assert [entry["kind"] for entry in done.json()["entries"]] == ["session.held"]


def test_the_problem_shown_is_the_one_that_is_answered(
    client: TestClient, auth: dict[str, str]
) -> None:
    _, _, body = the_request()
    body["drafts"][0]["body"]["measure"] = "M9"
    answer = client.post("/api/v1/entries", json=body, headers=auth)
    (shown,) = blocks(API, "json")
    assert answer.json() == json.loads(shown)


def test_the_embed_is_the_line_that_the_page_gives(client: TestClient) -> None:
    (line,) = blocks(API, "html")
    (site,) = re.findall(r"^    SITE=(\S+)$", API, re.MULTILINE)
    here = line.strip().replace(site, str(client.base_url))
    escaped = here.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    assert escaped in client.get(f"/p/{SLUG}").text
    answer = client.get(f"/embed/{SLUG}")
    assert "frame-ancestors *" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "guide",
    [RECORDING, API, OPERATING, PERSONS],
    ids=["recording", "api", "operating", "persons"],
)
def test_prose_is_narrow_and_links_lead_somewhere(guide: str) -> None:
    prose = re.sub(r"^ *```.*?^ *```$", "", guide, flags=re.MULTILINE | re.DOTALL)
    # A command is one line, so that it can be copied.
    whole = ("|", "    filrouge ")
    wide = [s for s in prose.splitlines() if len(s) > 120 and not s.startswith(whole)]
    assert not wide
    for target in re.findall(r"\]\(([^)#]+)", guide):
        assert (ROOT / "docs" / target).is_file(), target
