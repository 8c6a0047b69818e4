"""The city's board over many processes: made cold, asked for warm, after one more entry.

`python -m bench.boards DATA` measures an existing register in a process of its own, so that
its memory is not that of whoever wrote it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from bench.appending import new_register
from bench.figures import Figure, rate, seconds
from bench.pages import CITY, story
from ledger.api.services import UNLIMITED, Limits
from ledger.service.board import Boards
from ledger.service.record import direct, record
from ledger.service.register import open_register
from ledger.service.settings import calm_collector
from viz.site.app import create_app

WARM = 10
_NODES = 852
"""Of one process: about a thousand entries."""
_AFTER = {
    "process.opened": 0,
    "mandate.issued": 10,
    "opinion.delivered": 200,
    "unit.submitted": 200,
    "response.given": 320,
    "answer.given": 320,
    "decision.made": 400,
    "measure.adopted": 400,
    "follow_up.reported": 600,
}
"""Days from the opening."""


def run(folder: Path, *, full: bool) -> list[Figure]:
    """Writes processes of a thousand entries each, then measures."""
    processes = 1000 if full else 50
    register = new_register(folder / "board")
    now = datetime.now(UTC)
    for number in range(processes):
        drafts = list(told(number))
        # A process is opened before its story: the story names it.
        for part in (drafts[:1], drafts[1:]):
            record(register, part, account="mesure", append=direct(register, now))
    register.close()
    command = [sys.executable, "-m", "bench.boards", str(folder / "board")]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    found = json.loads(done.stdout)
    what = f"board, {processes:,} × 1,000 entries"
    made, size = found["made"], found["size"]
    rows = (
        ("made cold", f"{made:.1f} s", f"{found['cpu']:.1f} s of CPU", "nobody waits"),
        ("entries", rate(size, made), f"of CPU {rate(size, found['cpu'])}", ""),
        ("memory", f"{found['peak']} MB", f"before {found['before']} MB", "flat"),
        ("page", _warm(found, "/tableau"), "", "warm < 10 ms"),
        ("JSON", _warm(found, "/api/v1/board"), "", "< 500 ms"),
        ("CSV", _warm(found, "/api/v1/board.csv"), "", "< 500 ms"),
        ("page after one entry", f"{found['after']:.0f} ms", "", "< 500 ms"),
        ("page after midnight", f"{found['midnight']:.0f} ms", "", "< 1 s"),
    )
    return [Figure(f"{what}, {of}", told, beside, "", goal) for of, told, beside, goal in rows]


def told(number: int) -> Iterator[dict[str, Any]]:
    """One process: its dates, territory and promises differ from those of its neighbours."""
    opened = date(2015, 1, 1) + timedelta(days=3 * number % 3500)
    for draft in story(f"demarche-{number}", _NODES):
        days = _AFTER[draft["kind"]]
        if draft["kind"] == "answer.given":
            days += number * 7 % 400
        body = draft["body"]
        if draft["kind"] == "process.opened":
            body |= {"territory": f"Quartier {number % 11}", "title": f"Démarche {number}"}
        elif draft["kind"] == "measure.adopted" and int(body["id"][1:]) % 40 == 1:
            body["due"] = (opened + timedelta(days=1500)).isoformat()
        yield draft | {"on": (opened + timedelta(days=days)).isoformat()}


def measure(data: Path) -> dict[str, Any]:
    """What the board of a register costs, in seconds, milliseconds and megabytes."""
    register = open_register(data)
    moment = [datetime.now(UTC)]
    before = _peak()
    boards = Boards(register, patience=7200)
    started = time.process_time()
    made = seconds(lambda: boards.lines(moment[0].date()))
    cpu = time.process_time() - started
    size = boards.lines(moment[0].date()).size
    peak = _peak()
    boards.close()
    app = create_app(register, clock=lambda: moment[0], limits=Limits(rates=UNLIMITED))
    found: dict[str, Any] = {"made": made, "cpu": cpu, "size": size}
    found |= {"before": before, "peak": peak}
    with TestClient(app) as client:
        app.state.services.boards.begin(app.state.services.today()).result()
        for path in ("/tableau", "/api/v1/board", "/api/v1/board.csv"):
            cold = _milliseconds(lambda p=path: client.get(p).raise_for_status())  # type: ignore[misc]
            warm = [_milliseconds(lambda p=path: client.get(p)) for _ in range(WARM)]  # type: ignore[misc]
            found[path] = (cold, sum(warm) / WARM)
        record(register, [_mandate(size)], account="mesure", append=direct(register, moment[0]))
        found["after"] = _milliseconds(lambda: client.get("/tableau").raise_for_status())
        moment[0] += timedelta(days=1)
        found["midnight"] = _milliseconds(lambda: client.get("/tableau").raise_for_status())
    register.close()
    return found


def _mandate(number: int) -> dict[str, Any]:
    return {
        "process": "demarche-7",
        "kind": "mandate.issued",
        "on": "2026-02-03",
        "by": CITY,
        "body": {"id": f"MD{number}", "questions": ["Et ensuite ?"]},
        "sources": [],
    }


def _warm(found: dict[str, Any], path: str) -> str:
    cold, warm = found[path]
    return f"first {cold:.0f} ms · warm {warm:.1f} ms"


def _milliseconds(work: Callable[[], object]) -> float:
    return seconds(work) * 1e3


def _peak() -> int:
    """The most memory that this process ever held, in megabytes; 0 where nobody tells."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    calm_collector()
    print(json.dumps(measure(Path(sys.argv[1]))))
