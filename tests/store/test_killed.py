"""The writer is killed at every statement of the append path; the register does not notice."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from ledger.service import audit
from ledger.service.register import Register, open_register
from ledger.store import read
from tests.world import opened, put

# Counts the SQL statements that SQLite itself runs, and dies at the one it is told to. Prints
# what was acknowledged: what is printed must be there afterwards.
VICTIM = """
import os, signal, sqlite3, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine

count, last = 0, int(sys.argv[2])

def trace(statement):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)

armed = False

@event.listens_for(Engine, "connect")
def connected(connection, _record):
    if armed:
        connection.set_trace_callback(trace)

from pathlib import Path
from ledger.service.register import open_register
from tests.world import contribution, put
register = open_register(Path(sys.argv[1]))
register.database.close()
armed = True
written = put(register, [contribution("C1"), contribution("C2")])
print(written.first, written.stop, flush=True)
print("statements", count, flush=True)
"""


def run(data: Path, last: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", VICTIM, str(data), str(last)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )


def test_killed_at_any_statement_nothing_acknowledged_is_lost(register: Register) -> None:
    put(register, [opened()])
    with register.database.reading() as db:
        before = read.head(db).size
    register.close()
    killed, last = 0, 0
    while True:
        last += 1
        outcome = run(register.data, last)
        again = open_register(register.data)
        with again.database.reading() as db:
            after = read.head(db).size
        again.close()
        found = audit.verify(register.data)
        assert found.entries == after
        if outcome.returncode == 0:
            assert after == before + 2
            break
        assert outcome.returncode == -signal.SIGKILL, outcome.stderr
        killed += 1
        # Nothing half-written; and what was acknowledged (printed) is there.
        assert after == before or not outcome.stdout
        assert after in (before, before + 2)
        if after == before + 2:  # killed after COMMIT, before the answer
            break
    assert killed > 15
