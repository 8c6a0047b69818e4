"""What may be destroyed: sealed texts.

Openings are inserted with their entry (`append`) and destroyed with the entry that says so;
here is what remains to be done for the bytes to be gone from the files.
"""

from __future__ import annotations

import sqlite3

Connection = sqlite3.Connection


def present(db: Connection, seq: int) -> set[str]:
    """The paths of an entry whose texts are still here."""
    return {path for (path,) in db.execute("SELECT path FROM opening WHERE seq = ?", (seq,))}
