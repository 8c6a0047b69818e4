"""What readers ask: registers, processes, items, red threads, proofs. Nothing is written here.

Every answer comes from one snapshot of the database. A process is folded once for each state
of the register it is seen in; the newest views are kept, because most readers ask for them.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from threading import Lock

from ledger.core import merkle, note
from ledger.core.checkpoint import Checkpoint, Receipt, encode_receipt, parse
from ledger.core.tiles import TileCache, TileReader
from ledger.domain.case import Texts, fold
from ledger.domain.changes import changes
from ledger.domain.dates import parse_at
from ledger.domain.entry import Entry, load_entry
from ledger.domain.events import REGISTER
from ledger.domain.lineage import Thread, thread
from ledger.domain.voices import Voices, voices
from ledger.errors import MalformedError, RefusedError
from ledger.service.compare import Changed, Growth, growths
from ledger.service.past import Pasts, past_view
from ledger.service.register import Register
from ledger.service.remembered import Remembered
from ledger.service.view import View, view_of
from ledger.store import read
from ledger.store.engine import Connection
from ledger.store.links import StoredLinks, StoredThings
from ledger.store.read import RawOpening

_KEPT = 2048
_KEPT_THREADS = 512
_KEPT_VOICES = 64
"""Each is a bit for every entry of the register."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the register stands."""

    size: int
    root: bytes
    at: datetime
    note: bytes
    """The signed checkpoint, verbatim."""


@dataclass(frozen=True, slots=True)
class Item:
    """Whatever has an id, with the entry that declares it and the words it may show."""

    sort: str
    entry: Entry
    texts: Texts


class Queries:
    """Everything that can be asked of one register."""

    def __init__(self, register: Register) -> None:
        self.register = register
        self._database = register.database
        self._views: OrderedDict[str, tuple[tuple[int, date, int], View]] = OrderedDict()
        self._pasts = Pasts()
        self._threads = Remembered[Thread](_KEPT_THREADS)
        self._voices = Remembered[Voices](_KEPT_VOICES)
        self._lock = Lock()
        self._tiles = TileCache()

    def forget(self) -> None:
        """Lets go of every view: a text was erased, and one of them may hold it.

        Nobody is shown an old view; but its words are to leave the memory too.
        """
        with self._lock:
            self._views.clear()
        self._pasts.forget()

    def head(self, size: int | None = None) -> Head:
        """Where the register stands now, or stood at a checkpoint.

        Raises:
            RefusedError: `unknown_size`.
        """
        with self._database.reading() as db:
            if size is None:
                return _head(db)
            signed = read.checkpoint_at(db, size)
            at = load_entry(read.entry(db, size - 1)).at
            return Head(size, checkpoint_in(signed).root, at, signed)

    def version(self) -> int:
        """The size of the register: cheap, for those who only wait for it to grow."""
        with self._database.reading() as db:
            return read.head(db).size

    def day(self, now: datetime) -> date:
        """The civil day in the register's time zone."""
        return now.astimezone(self.register.opened.zone).date()

    def processes(self, today: date, *, size: int | None = None) -> list[View]:
        """Every process, in the order they were opened; as `process` gives each.

        Raises:
            RefusedError: `unknown_size`.
        """
        with self._database.reading() as db:
            if size is not None:
                read.checkpoint_at(db, size)
            rows = read.processes(db, size=read.NEVER if size is None else size)
        return [self.process(row.slug, today, size=size) for row in rows]

    def process(self, slug: str, today: date, *, size: int | None = None) -> View:
        """One process.

        Args:
            today: Duties are judged on this day; at a size, on the day of its checkpoint.
            size: Only the first `size` entries of the register, one of its checkpoints.

        Raises:
            RefusedError: `unknown_process` or `unknown_size`.
        """
        if slug == REGISTER:
            raise RefusedError("unknown_process", "the register is read entry by entry")
        if size is not None:
            return self._past(slug, size)
        with self._database.reading() as db:
            row = read.process(db, slug)
            head = read.head(db)
            news = read.last_news_for(db, slug)
            key = (row.last_seq, today, news)
            with self._lock:
                known, view = self._views.get(slug, (None, None))
                if known == key and view is not None:
                    self._views.move_to_end(slug)
                    return view
            view = view_of(
                db,
                fold(map(load_entry, read.story(db, slug)), read.received(db, slug)),
                today=today,
                size=head.size,
                last_seq=row.last_seq,
                news=news,
            )
        with self._lock:
            # The view it replaces may hold a text that was erased meanwhile.
            self._views[slug] = key, view
            self._views.move_to_end(slug)
            if len(self._views) > _KEPT:
                self._views.popitem(last=False)
        return view

    def _past(self, slug: str, size: int) -> View:
        with self._database.reading() as db:
            now = read.process(db, slug)
            read.checkpoint_at(db, size)
            day = self.day(load_entry(read.entry(db, size - 1)).at)
            last = read.last_of(db, slug, size=size)
            news = read.last_news_for(db, slug, size=size)
        if last < 0:
            raise RefusedError("unknown_process", f"{slug} was not open at {size} entries")

        def folded() -> View:
            with self._database.reading() as db:
                return past_view(db, slug, size=size, day=day, last=last)

        # What is erased later is erased from the past too: the newest entry is in the key.
        view = self._pasts.get((slug, last, day, news, now.last_seq), folded)
        return view if view.size == size else replace(view, size=size)

    def changes(
        self, slug: str, today: date, *, since: int, size: int | None = None
    ) -> Changed:
        """What changed in a process between two checkpoints, or since one until today.

        Args:
            since: The size of the first; 0 is before everything.
            size: The size of the second; None for what is known today.

        Raises:
            MalformedError: `bad_request`: `since` is larger than `size`.
            RefusedError: `unknown_process` or `unknown_size`.
        """
        until = self.version() if size is None else size
        if since > until:
            raise MalformedError(
                "bad_request", f"{since} is more than {until} entries", where="since"
            )
        after = self.process(slug, today, size=size)
        if size is None:  # it may have grown meanwhile
            until = max(until, after.last_seq + 1)
        after = replace(after, size=until)
        before = None
        if since:
            with self._database.reading() as db:
                read.checkpoint_at(db, since)
                opened = read.last_of(db, slug, size=since) >= 0
            before = self._past(slug, since) if opened else None
        return Changed(since, before, after, changes(before, after))

    def growths(self, slug: str, *, size: int | None = None) -> list[Growth]:
        """The checkpoints at which a process grew, newest first, at most 300.

        Args:
            size: Only those of at most so many entries.

        Raises:
            RefusedError: `unknown_process`.
        """
        with self._database.reading() as db:
            read.process(db, slug)
            return growths(db, slug, size=_until(size))

    def item(self, slug: str, id_: str, *, size: int | None = None) -> Item:
        """What bears an id in a process, contributions included.

        Args:
            size: Only among the first `size` entries of the register.

        Raises:
            RefusedError: `unknown_process` or `unknown_item`.
        """
        with self._database.reading() as db:
            read.process(db, slug)
            sort, seq = read.thing(db, slug, id_, size=_until(size))
            return Item(sort, load_entry(read.entry(db, seq)), texts_of(db, [seq]))

    def contributions(
        self, slug: str, *, after: int = -1, limit: int = 50, size: int | None = None
    ) -> list[tuple[Entry, Texts]]:
        """Contributions of a process with `nth` > `after`, with the words they may show.

        Args:
            size: Only among the first `size` entries of the register.

        Raises:
            RefusedError: `unknown_process`.
        """
        with self._database.reading() as db:
            read.process(db, slug)
            found = [
                load_entry(data)
                for data in read.contributions(
                    db, slug, after=after, limit=limit, size=_until(size)
                )
            ]
            return [(entry, texts_of(db, [entry.seq])) for entry in found]

    def thread(
        self, slug: str, id_: str, *, limit: int = 200, size: int | None = None
    ) -> Thread:
        """Where a thing came from and what became of it, across processes.

        Args:
            size: Only what the first `size` entries of the register say, one of its
                checkpoints.

        Raises:
            RefusedError: `unknown_process`, `unknown_item` or `unknown_size`.
        """
        with self._database.reading() as db:
            self._check_item(db, slug, id_, size)
            links = StoredLinks(db, size=_until(size))
            return self._threads.of(
                (slug, id_, limit, size),
                read.head(db).size,
                lambda: thread(links, slug, id_, limit=limit),
            )

    def voices(self, slug: str, id_: str, *, size: int | None = None) -> Voices:
        """Every contribution behind a thing, across processes.

        Args:
            size: Only what the first `size` entries of the register say, one of its
                checkpoints.

        Raises:
            RefusedError: `unknown_process`, `unknown_item` or `unknown_size`.
        """
        with self._database.reading() as db:
            self._check_item(db, slug, id_, size)
            links = StoredLinks(db, size=_until(size))
            return self._voices.of(
                (slug, id_, size),
                read.head(db).size,
                lambda: voices(links, StoredThings(db), slug, id_),
            )

    def _check_item(self, db: Connection, slug: str, id_: str, size: int | None) -> None:
        read.process(db, slug)
        if size is not None:
            read.checkpoint_at(db, size)
        read.thing(db, slug, id_, size=_until(size))

    def entry(self, seq: int) -> tuple[bytes, list[RawOpening]]:
        """The bytes of an entry, and its public openings.

        Raises:
            RefusedError: `unknown_entry`.
        """
        with self._database.reading() as db:
            data = read.entry(db, seq)
            return data, [opening for opening in read.openings(db, seq) if opening.public]

    def entries(self, *, start: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` entries from `start` on, as (seq, bytes)."""
        with self._database.reading() as db:
            return read.entries(db, start, start + limit)

    def process_entries(
        self, slug: str, *, after: int = -1, limit: int = 100, size: int | None = None
    ) -> list[tuple[Entry, Texts]]:
        """Entries of a process with `nth` > `after`, with the words they may show.

        Args:
            size: Only among the first `size` entries of the register.

        Raises:
            RefusedError: `unknown_process`.
        """
        with self._database.reading() as db:
            read.process(db, slug)
            found = [
                load_entry(data)
                for _, data in read.process_entries(
                    db, slug, after=after, limit=limit, size=_until(size)
                )
            ]
            texts = texts_of(db, [entry.seq for entry in found])
        return [(entry, texts) for entry in found]

    def read_entry(self, seq: int) -> tuple[Entry, Texts]:
        """An entry as a value, with the words it may show.

        Raises:
            RefusedError: `unknown_entry`.
        """
        with self._database.reading() as db:
            return load_entry(read.entry(db, seq)), texts_of(db, [seq])

    def checkpoint(self, size: int | None = None) -> bytes:
        """The signed checkpoint of the newest commit, or of exactly `size` entries.

        Raises:
            RefusedError: `unknown_size`.
        """
        with self._database.reading() as db:
            return _head(db).note if size is None else read.checkpoint_at(db, size)

    def checkpoints(self, limit: int = 50) -> list[Checkpoint]:
        """The newest checkpoints, newest first."""
        with self._database.reading() as db:
            return [checkpoint_in(data) for _, data in read.checkpoints(db, limit=limit)]

    def inclusion(self, seq: int, size: int | None = None) -> tuple[list[bytes], bytes]:
        """The proof that entry `seq` is in the tree of a checkpoint, and that checkpoint.

        Raises:
            RefusedError: `unknown_size`.
            MalformedError: `bad_proof`: the entry is not in that tree.
        """
        with self._database.reading() as db:
            signed = _head(db).note if size is None else read.checkpoint_at(db, size)
            size = checkpoint_in(signed).size
            reader = TileReader(read.tile_getter(db), size, self._tiles)
            return merkle.prove_inclusion(reader, index=seq, size=size), signed

    def receipt(self, seq: int) -> bytes:
        """The receipt of an entry, as C2SP tlog-proof writes it.

        Raises:
            MalformedError: `bad_proof`: there is no such entry.
        """
        proof, signed = self.inclusion(seq)
        return encode_receipt(Receipt(seq, tuple(proof), signed))

    def consistency(self, old_size: int, size: int | None = None) -> tuple[list[bytes], bytes]:
        """The proof that the tree of a checkpoint grew from that of `old_size` entries.

        Raises:
            RefusedError: `unknown_size`.
            MalformedError: `bad_proof`: `old_size` is larger, or negative.
        """
        with self._database.reading() as db:
            signed = _head(db).note if size is None else read.checkpoint_at(db, size)
            size = checkpoint_in(signed).size
            reader = TileReader(read.tile_getter(db), size, self._tiles)
            proof = merkle.prove_consistency(reader, old_size=old_size, new_size=size)
            return proof, signed

    def tile(self, level: int, index: int) -> bytes:
        """The hashes of a tile.

        Raises:
            RefusedError: `not_found`.
        """
        with self._database.reading() as db:
            return read.tile(db, level, index)


def checkpoint_in(signed: bytes) -> Checkpoint:
    """What a signed checkpoint of this register says; its signatures are not looked at."""
    return parse(note.parse(signed).text)


def _until(size: int | None) -> int:
    return read.NEVER if size is None else size


def _head(db: Connection) -> Head:
    signed = read.newest_checkpoint(db)
    assert signed is not None
    checkpoint = checkpoint_in(signed)
    return Head(checkpoint.size, checkpoint.root, parse_at(read.head(db).at), signed)


def texts_of(db: Connection, seqs: Sequence[int]) -> Texts:
    """The public words of some entries, by commitment, as far as they are still there."""
    return {
        opening.commitment.hex(): opening.value
        for seq in seqs
        for opening in read.openings(db, seq)
        if opening.public
    }
