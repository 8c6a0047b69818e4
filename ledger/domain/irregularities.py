"""What does not hold in one process, with the entries that show it. Never typed in.

An irregularity has a stable code, a severity, and plain facts from which the catalogues make
a sentence in either language. It names a rule that somebody set: the procedure in force (its
adoption is the fact `procedure`), a date that was announced, a text that binds, or the rules
of the register (`docs/irregularities.md`). Order and lateness are judged only where dates
leave no doubt. What is illustrative in a real process, or disowned, is not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from ledger.domain.case import Case
from ledger.domain.duties import Duty
from ledger.domain.entry import Entry, split_reference
from ledger.domain.figures import Finding, clashes, figures
from ledger.domain.matching import Index
from ledger.domain.lineage import Links
from ledger.domain.order import disorder
from ledger.domain.owing import governing
from ledger.domain.procedure import Owed, Procedure
from ledger.domain.promises import announced
