"""Many writers, two processes, one file: gapless, nothing lost, nothing doubled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ledger.domain.entry import parse_entry
from ledger.service import audit
from ledger.service.register import Register
from ledger.store import read
from tests.world import opened, put

WRITERS, BATCHES = 8, 200

# One process: eight threads hand 200 batches each to the writer, as a server's requests do.
PROCESS = """
import sys, threading
from datetime import UTC, datetime
from pathlib import Path
from ledger.service.record import record
from ledger.service.register import open_register
from ledger.service.writer import Writer
from tests.world import contribution

register = open_register(Path(sys.argv[1]))
writer = Writer(register, lambda: datetime.now(UTC))
process, writers, batches = int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])

def work(thread):
    for batch in range(batches):
        number = (process * writers + thread) * batches + batch
        drafts = [contribution(f"C{number}"), contribution(f"D{number}")]
        written = record(register, drafts, account="essai", append=writer.append)
        assert written.stop == written.first + 2

threads = [threading.Thread(target=work, args=(n,)) for n in range(writers)]
for thread in threads: thread.start()
for thread in threads: thread.join()
writer.close()
"""


def test_sixteen_writers_from_two_processes_lose_and_double_nothing(register: Register) -> None:
    put(register, [opened()])
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, register.data, str(n), str(WRITERS), str(BATCHES)],
            cwd=Path(__file__).parents[2],
        )
        for n in range(2)
    ]
    assert [process.wait(timeout=200) for process in processes] == [0, 0]
    found = audit.verify(register.data)
    total = 2 * WRITERS * BATCHES
    assert found.entries == 5 + 2 * total
    with register.database.reading() as db:
        ids = [
            parse_entry(data).raw["id"]
            for _, data in read.process_entries(db, "cours-fraiches")
            if b'"contribution.received"' in data
        ]
    assert len(ids) == len(set(ids)) == 2 * total
    # Batches are whole: C and D of one number stand side by side.
    pairs = list(zip(ids[::2], ids[1::2], strict=True))
    assert all(one[1:] == two[1:] and one[0] + two[0] == "CD" for one, two in pairs)
