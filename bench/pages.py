"""Process pages and pictures, cold and warm, for processes of several sizes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from bench.appending import BATCH, drafts, new_register
from bench.figures import Figure, seconds
from ledger.api.services import UNLIMITED, Limits
from ledger.service.record import direct, record
from ledger.service.register import Register
from viz.site.app import create_app

CITY = {"name": "Ville de mesure", "role": "city"}
WARM = 20


def run(folder: Path, *, full: bool) -> list[Figure]:
    """Asks for pages over the application itself, without a network."""
    register = new_register(folder / "pages")
    sizes = (30, 100, 2_000)
    for nodes in sizes:
        _put(register, list(story(f"noeuds-{nodes}", nodes)))
    contributions = 400_000 if full else 40_000
    for start in range(0, contributions, BATCH):
        _put(register, drafts(start, start + BATCH))
    figures = []
    pages = [(f"{nodes:,} nodes", f"noeuds-{nodes}") for nodes in sizes]
    pages.append((f"{contributions:,} contributions", "grand-debat-de-mesure"))
    for what, slug in pages:
        figures.append(_figure(register, f"process page, {what}", f"/p/{slug}"))
    for what, slug in pages:
        path = f"/api/v1/processes/{slug}/graph?format=svg&level=full"
        figures.append(_figure(register, f"picture, {what}", path))
    register.close()
    return figures


def _figure(register: Register, what: str, path: str) -> Figure:
    with TestClient(create_app(register, limits=Limits(rates=UNLIMITED))) as client:
        client.get("/healthz")
        cold = seconds(lambda: client.get(path).raise_for_status())
        warm = seconds(lambda: [client.get(path) for _ in range(WARM)]) / WARM
        rest = seconds(lambda: [client.get("/healthz") for _ in range(WARM)]) / WARM
    return Figure(
        what,
        f"cold {cold * 1e3:.0f} ms · warm {warm * 1e3:.1f} ms",
        f"/healthz {rest * 1e3:.1f} ms",
        "",
        "cold < 300 ms, warm < 10 ms",
    )


def _put(register: Register, batch: list[Any]) -> None:
    now = datetime.now(UTC)
    # A process is opened before its story: the story names it.
    for part in (batch[:1], batch[1:]):
        record(register, part, account="mesure", append=direct(register, now))


def story(slug: str, nodes: int) -> Iterator[dict[str, Any]]:
    """A whole workshop of about so many nodes: units, answers, measures."""
    third = nodes // 3

    def say(kind: str, body: dict[str, Any]) -> dict[str, Any]:
        return {
            "process": slug,
            "kind": kind,
            "on": "2026-02-03",
            "by": CITY,
            "body": body,
            "sources": [{"title": "Registre de mesure"}],
        }

    yield say(
        "process.opened",
        {
            "title": f"Un atelier de {nodes} nœuds",
            "procedure": "atelier-citoyen",
            "territory": "Ville de mesure",
            "owners": [CITY],
            "level": "co_construction",
            "origin": "city",
        },
    )
    yield say("mandate.issued", {"id": "MD1", "questions": ["Que faire de la place ?"]})
    yield say("opinion.delivered", {"id": "O1", "declares": third})
    for n in range(third):
        title = f"Recommandation {n} : planter, ombrager, ouvrir"
        body = {"id": f"R{n}", "type": "recommendation", "opinion": "O1", "title": title}
        yield say("unit.submitted", body)
    yield say("response.given", {"id": "A1", "declares": third})
    for n in range(third):
        verdict = ("retained", "partly_retained", "rejected")[n % 3]
        body = {"unit": f"R{n}", "response": "A1", "verdict": verdict}
        yield say("answer.given", body | {"reason": f"Pour les raisons dites au point {n}."})
    yield say(
        "decision.made", {"id": "DC1", "title": "Plan", "body": "Conseil", "declares": third}
    )
    for n in range(third):
        body = {"id": f"M{n}", "decision": "DC1", "title": f"Mesure {n}"}
        yield say("measure.adopted", body | {"carries_out": [f"R{n}"]})
        if n % 2:
            yield say("follow_up.reported", {"measure": f"M{n}", "state": "under_way"})
