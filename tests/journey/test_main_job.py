"""From mandate to droit de suite over HTTP, on a server started as a user starts it."""

from __future__ import annotations

import json
import queue
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from ledger.service import audit
from ledger.service.register import create_register
from tests.journey.server import FILROUGE, ROOT, served
from tests.world import PROCEDURES, workshop


class Listener:
    """A browser's ear: keeps what the stream tells."""

    def __init__(self, address: str, after: int) -> None:
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._listen, args=(address, after), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _listen(self, address: str, after: int) -> None:
        try:
            with httpx2.stream(
                "GET", f"{address}/api/v1/stream?after={after}", timeout=30
            ) as answer:
                self._ready.set()
                for line in answer.iter_lines():
                    if line.startswith("data:"):
                        self.events.put(json.loads(line.removeprefix("data:")))
        except httpx2.TransportError:
            self._ready.set()

    def take(self, count: int) -> list[dict[str, Any]]:
        return [self.events.get(timeout=15) for _ in range(count)]


GRANT = ("account", "add", "dialogue", "--role", "recorder")


def test_the_whole_main_job(tmp_path: Path) -> None:
    data = tmp_path / "data"
    create_register(
        data,
        authority="Ville d’essai",
        origin="registre.example/essai",
        time_zone="Europe/Paris",
        reconstruction=False,
        now=datetime.now(UTC),
        procedures=PROCEDURES,
    ).close()
    token = subprocess.run(
        [sys.executable, "-c", FILROUGE, *GRANT, "--data", str(data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    drafts = workshop()

    with served(data) as address:
        listener = Listener(address, after=4)
        headers = {"Authorization": f"Bearer {token}"}
        for number, draft in enumerate(drafts):
            answer = httpx2.post(
                f"{address}/api/v1/entries",
                json={"drafts": [draft]},
                headers={**headers, "Idempotency-Key": f"n{number}"},
            )
            assert answer.status_code == 201, answer.text
        # A retry after a lost answer records nothing.
        again = httpx2.post(
            f"{address}/api/v1/entries",
            json={"drafts": [drafts[-1]]},
            headers={**headers, "Idempotency-Key": f"n{len(drafts) - 1}"},
        )
        assert again.status_code == 200
        told = listener.take(len(drafts))
        assert [event["kind"] for event in told] == [draft["kind"] for draft in drafts]
        assert [event["seq"] for event in told] == list(range(5, 5 + len(drafts)))

        api = f"{address}/api/v1/processes/cours-fraiches"
        svg = httpx2.get(f"{api}/graph", params={"format": "svg", "level": "full"})
        assert svg.headers["content-type"].startswith("image/svg+xml")
        assert "Planter des arbres" in svg.text
        lineage = httpx2.get(f"{api}/items/M1/lineage").json()
        assert {"C1", "R1", "M1"} <= set(re.findall(r'"id": ?"(\w+)"', json.dumps(lineage)))
        page = httpx2.get(f"{address}/p/cours-fraiches")
        assert page.status_code == 200
        for words in ("Planter des arbres", "Trop cher.", "Comment rafraîchir les cours ?"):
            assert words in page.text
        assert "Qu’est devenue" in httpx2.get(f"{address}/p/cours-fraiches/R1").text
        before = httpx2.get(f"{address}/checkpoint").text

    with served(data) as address:
        assert httpx2.get(f"{address}/checkpoint").text == before
        assert httpx2.get(f"{address}/p/cours-fraiches").status_code == 200
    found = audit.verify(data, against=before.encode())
    assert found.entries == 5 + len(drafts)
