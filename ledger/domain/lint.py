"""What is wrong with a procedure before it is adopted: all of it at once, and how to mend it.

    for flaw in lint_text(Path("atelier.toml").read_text()):
        print(flaw)        # owed[2].after: no kind is called `opinion.given`; … [unknown_kind]

Adopting is for ever: what a procedure asks for and can never come would be owed and open on
every page of its processes. So a flaw that is an error is refused when it is adopted. Reading
stays as lenient as it was: what is adopted already is never judged again.
"""

from __future__ import annotations

from ledger.domain.flaws import Flaw
from ledger.domain.lint_form import read
from ledger.domain.lint_order import flaws_of_order
from ledger.domain.lint_owed import flaws_of_duties
from ledger.domain.lint_parts import Parts, parts_of
from ledger.domain.lint_steps import flaws_of_steps
from ledger.domain.procedure import Procedure


def lint(procedure: Procedure) -> tuple[Flaw, ...]:
    """What is wrong with a procedure that is in form: steps, then duties, then order."""
    return _deeper(parts_of(procedure))


def lint_text(text: str) -> tuple[Flaw, ...]:
    """What is wrong with a procedure as a clerk wrote it.

    Where the form is bad, whatever can be read is looked at all the same: a clerk mends a file
    once, not flaw by flaw.
    """
    flaws, parts = read(text)
    return tuple(flaws) if parts is None else (*flaws, *_deeper(parts))


def _deeper(parts: Parts) -> tuple[Flaw, ...]:
    return (*flaws_of_steps(parts), *flaws_of_duties(parts), *flaws_of_order(parts))
