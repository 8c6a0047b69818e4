"""Judges drafts by what an account was granted, as the register stands when it is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from ledger.domain.accounts import REGISTRAR, Account, check_may
from ledger.domain.authority import MENDING, Place, check_alone, check_statement
from ledger.domain.case import fold
from ledger.domain.draft import Draft
from ledger.domain.entry import load_entry
from ledger.domain.events import REGISTER
from ledger.domain.powers import Act
from ledger.domain.procedure import Procedure, Step
from ledger.errors import RefusedError
from ledger.service.accounts import known
from ledger.service.policies import policies_in
from ledger.service.register import Register
from ledger.store import read

_KINDS = ("process.opened", "procedure.changed", "entry.disowned")
"""What a process lies in, and which procedure governs it."""


@dataclass(slots=True)
class Authority:
    """What one account may record in one register."""

    register: Register
    name: str
    now: datetime
    four_eyes: bool = False
    """Whether a second account sees it, as the policy `confirmation` may ask."""
    _alone: bool = False
    _account: Account | None = None
    _places: dict[str, Place] = field(default_factory=dict)

    def begin(self) -> int:
        """Looks the account up anew; the last entry that may have changed its power.

        Raises:
            RefusedError: `unknown_account`.
        """
        with self.register.database.reading() as db:
            newest = read.last_of(db, REGISTER)
            self._alone = policies_in(db).confirmation and not self.four_eyes
        self._account = known(self.register, self.name, now=self.now)
        self._places.clear()
        return newest

    def check(self, draft: Draft) -> None:
        """Checks one draft of a batch, in order; names in it are numbers already.

        Raises:
            RefusedError: `forbidden` or `confirmation_needed`.
        """
        assert self._account is not None
        if draft.kind == "process.opened":
            self._places[draft.process] = self._opened(draft)
        place = self._places.get(draft.process)
        if place is None:
            place = self._places[draft.process] = self._place(draft.process)
        mends = self._recorder(draft.body.get("entry")) if draft.kind in MENDING else None
        check = check_alone if self._alone else check_statement
        check(self._account, draft.kind, draft.by.role, place, mends=mends)

    def check_act(self, act: Act, processes: Iterable[str]) -> None:
        """Checks that the account may do something in each of these processes.

        Raises:
            RefusedError: `forbidden`.
        """
        assert self._account is not None
        check_may(self._account, act)
        for slug in dict.fromkeys(processes):
            place = self._place(slug)
            if not self._account.reaches(slug, place.territory):
                raise RefusedError("forbidden", f"{self.name} has no power in {slug}")

    def _opened(self, draft: Draft) -> Place:
        territory, procedure = draft.body.get("territory"), draft.body.get("procedure")
        return Place(
            draft.process,
            territory if isinstance(territory, str) else None,
            self._steps(procedure) if type(procedure) is int else (),
        )

    def _place(self, slug: str) -> Place:
        with self.register.database.reading() as db:
            case = fold(map(load_entry, read.of_kinds(db, slug, _KINDS)), ())
        if case.opened is None:
            return Place(slug, None, ())
        seq = case.procedure_at(read.NEVER)
        steps = self._steps(seq) if seq is not None else ()
        return Place(slug, cast(str, case.opened.raw["territory"]), steps)

    def _steps(self, seq: int) -> tuple[Step, ...]:
        with self.register.database.reading() as db:
            try:
                body = load_entry(read.entry(db, seq)).body
            except RefusedError:
                return ()  # admission says what is wrong with it
        return body.kinds if isinstance(body, Procedure) else ()

    def _recorder(self, seq: object) -> str:
        """The account that recorded an entry, which has to be there by now.

        Whoever names an entry to come would mend what somebody else records meanwhile.
        """
        if type(seq) is not int:
            return ""
        with self.register.database.reading() as db:
            try:
                return load_entry(read.entry(db, seq)).recorder
            except RefusedError as error:
                message = error.message
                raise RefusedError("unknown_reference", message, where="/body/entry") from error


def authority_of(register: Register, name: str, *, now: datetime) -> Authority | None:
    """The authority of an account named on the command line; None for the keeper."""
    return None if name == REGISTRAR else Authority(register, name, now)
