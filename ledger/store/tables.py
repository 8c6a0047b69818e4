"""What the database holds. Rows of these tables never leave `ledger.store`.

`entry`, `tile` and `checkpoint` are the register; `opening` is the vault; `process`, `thing`,
`link`, `tally` and `signature` can be rebuilt from the entries at any time; `head` is the one
place where the next sequence number comes from.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlmodel import Field, SQLModel

SCHEMA_VERSION = 3


class HeadRow(SQLModel, table=True):
    """The single row that a writer takes before anything else."""

    __tablename__ = "head"
    id: int = Field(primary_key=True)
    size: int
    leaf: bytes
    """Leaf hash of the last entry; 32 zero bytes when there is none."""
    at: str


class EntryRow(SQLModel, table=True):
    """One entry; the columns beside `data` repeat what it says, for finding it."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("process", "nth"),
        CheckConstraint("seq >= 0 AND nth >= 0"),
        Index(
            "entry_story",
            "process",
            "nth",
            sqlite_where=text("kind <> 'contribution.received'"),
        ),
        Index(
            "entry_kind", "kind", "seq", sqlite_where=text("kind <> 'contribution.received'")
        ),
    )
    seq: int = Field(primary_key=True)
    process: str
    nth: int
    kind: str
    data: bytes


class OpeningRow(SQLModel, table=True):
    """The words behind one commitment, and the key that opens it. Erasing deletes the row."""

    __tablename__ = "opening"
    __table_args__ = (
        UniqueConstraint("seq", "path"),
        # “Is my contribution in the register?” Only what anybody may read is in it, and its
        # pages are overwritten by an erasure like those of the table (`secure_delete`).
        Index(
            "opening_reference",
            "value",
            "seq",
            sqlite_where=text("path = '/body/reference' AND public"),
        ),
        Index("opening_subject", "subject", sqlite_where=text("subject IS NOT NULL")),
        # Whoever seals on their own side could bring a commitment that stands here already.
        Index("opening_commitment", "commitment"),
    )
    id: int | None = Field(default=None, primary_key=True)
    seq: int
    path: str
    public: bool
    commitment: bytes
    key: bytes
    value: str
    subject: bytes | None = None
    """Keyed digest of the person's reference that the draft came with: never the reference."""


class ErasingRow(SQLModel, table=True):
    """An erasure that is public while its bytes may still be in the files."""

    __tablename__ = "erasing"
    seq: int = Field(primary_key=True)
    """The `text.erased`."""
    entry: int
    """Whose texts it destroyed."""
    at: str


class TileRow(SQLModel, table=True):
    """One tile of the tree, 32 bytes for each subtree; the right edge is still growing."""

    __tablename__ = "tile"
    __table_args__ = (PrimaryKeyConstraint("level", "number"),)
    level: int
    number: int
    data: bytes


class CheckpointRow(SQLModel, table=True):
    """The signed checkpoint of each commit."""

    __tablename__ = "checkpoint"
    size: int = Field(primary_key=True)
    note: bytes


class ProcessRow(SQLModel, table=True):
    """Where a process stands: how many entries it has, and the last of them."""

    __tablename__ = "process"
    slug: str = Field(primary_key=True)
    length: int
    last_seq: int
    illustrative: bool


class ThingRow(SQLModel, table=True):
    """Whatever has an id."""

    __tablename__ = "thing"
    __table_args__ = (
        PrimaryKeyConstraint("process", "id"),
        {"sqlite_with_rowid": False},
    )
    process: str
    id: str
    sort: str
    seq: int
    illustrative: bool


class LinkRow(SQLModel, table=True):
    """One reference from an entry to something recorded before it."""

    __tablename__ = "link"
    __table_args__ = (
        Index("link_source", "process", "source"),
        Index("link_target", "to_process", "target"),
        Index("link_across", "to_process", "seq", sqlite_where=text("process <> to_process")),
    )
    id: int | None = Field(default=None, primary_key=True)
    seq: int
    process: str
    source: str
    relation: str
    to_process: str
    target: str


class TallyRow(SQLModel, table=True):
    """How many contributions of one sort a process has received."""

    __tablename__ = "tally"
    __table_args__ = (
        PrimaryKeyConstraint("process", "channel", "type", "theme", "illustrative"),
    )
    process: str
    channel: str
    type: str
    theme: str
    illustrative: bool
    count: int


class SignatureRow(SQLModel, table=True):
    """One statement that its speaker signed, by the nonce that nobody may use again."""

    __tablename__ = "signature"
    __table_args__ = ({"sqlite_with_rowid": False},)
    nonce: str = Field(primary_key=True)
    seq: int
    key: str


class RequestRow(SQLModel, table=True):
    """What an idempotency key was answered; its digest is keyed and it expires."""

    __tablename__ = "request"
    __table_args__ = (PrimaryKeyConstraint("account", "key"),)
    account: str
    key: str
    digest: bytes
    first: int
    stop: int
    expires: str


class ForgottenRow(SQLModel, table=True):
    """A platform's reference that was erased, by a keyed digest: it is not imported again."""

    __tablename__ = "forgotten"
    __table_args__ = ({"sqlite_with_rowid": False},)
    digest: bytes = Field(primary_key=True)


class ProposalRow(SQLModel, table=True):
    """A batch of drafts that waits for a second account; no part of the register."""

    __tablename__ = "proposal"
    id: str = Field(primary_key=True)
    account: str
    """The account that proposed it."""
    created: str
    expires: str
    note: str
    drafts: bytes


class TokenRow(SQLModel, table=True):
    """A token; of its secret only a slow hash is kept."""

    __tablename__ = "token"
    __table_args__ = (Index("token_account", "account"),)
    id: str = Field(primary_key=True)
    """The part of the token that is no secret."""
    hash: str
    account: str
    created: str
    expires: str
    revoked: str | None = None
    used: str | None = None
    """When it was used last, to the hour."""


# Entries are written once; the register itself is only ever appended to. The insert trigger is
# there because INSERT OR REPLACE deletes without waking a delete trigger.
TRIGGERS = tuple(
    f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} {when} "
    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    for table, key in (("entry", "seq"), ("checkpoint", "size"))
    for event, when in (
        ("UPDATE", ""),
        ("DELETE", ""),
        ("INSERT", f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"),
    )
)
