"""The codes that pictures put into words; the words themselves are the caller's.

A picture is drawn in the language of the mapping it is given: `words["verdict.retained"]`.
`NEEDED` lists every code, so that a catalogue can be tested complete. Plurals are asked for
as `many.…` whenever the count is not one.
"""

from __future__ import annotations

from typing import Final, Protocol, get_args

from ledger.domain.words import Channel, SessionType, State, UnitType, Verdict


class Words(Protocol):
    """From a code of `NEEDED` to the words of one language."""

    def __getitem__(self, code: str, /) -> str:
        """The words for `code`."""


STAGES: Final = ("mandate", "participation", "opinion", "response", "decision", "follow_up")
"""The columns of every picture. What the services found stands with the unit."""

_NOUNS = (
    "process",
    "mandate",
    "contribution",
    "cited",  # contributions that units draw on
    "document",
    "session",
    "participation",
    "opinion",
    "unit",
    "response",
    "answer",
    "decision",
    "measure",
    "ballot",
    "follow_up",
    "review",
    "evaluation",
    "elsewhere",  # something of another process
)
_COUNTED = (
    *(f"kind.{noun}" for noun in _NOUNS),
    *(f"unit.{type_}" for type_ in get_args(UnitType)),
    *(f"verdict.{verdict}" for verdict in get_args(Verdict)),
    *(f"state.{state}" for state in get_args(State)),
    "verdict.differing",  # units that two authorities do not answer alike
    "verdict.none",  # units that no answer is recorded for
    "state.none",  # measures that no report is recorded for
    "flag.withdrawn",
    "flag.replaced",
)
RELATIONS: Final = (
    "frames",
    "arises_from",
    "feeds",
    "draws_on",
    "submits",
    "replaces",
    "answers",
    "gives",
    "votes_on",
    "decides",
    "carries_out",
    "amends",
    "reports_on",
    "evidence",
    "annexes",
    "concerns",
)
"""How one node stands to another. An edge runs with the story, from what came first to what
rests upon it; its word is read the other way: a measure *carries out* a unit."""

NEEDED: Final[tuple[str, ...]] = (
    *(f"stage.{stage}" for stage in STAGES),
    "stage.empty",  # nothing is recorded at this stage
    *_COUNTED,
    *(f"many.{code}" for code in _COUNTED),
    *(f"channel.{channel}" for channel in get_args(Channel)),
    *(f"session.{type_}" for type_ in get_args(SessionType)),
    *(f"relation.{relation}" for relation in RELATIONS),
    "label.erased",  # the words were erased for a person's sake
    "label.restricted",  # the words are kept from the public
    "label.missing",  # the words are not at hand here
    "label.none",  # it was recorded without words
    "label.no_reason",  # an answer without the reason it owes
    "flag.illustrative",
    "flag.disowned",
    "flag.corrected",
    "flag.erased",
    "picture.more",  # {count} more that the picture leaves out
    "picture.list",  # heading of the list that says the same as the picture
    "number.group",  # what stands between thousands
)
"""Every code that a picture may ask for."""


class Codes:
    """Words for a caller who has none: the code itself, readable."""

    def __getitem__(self, code: str, /) -> str:
        """`verdict.partly_retained` → `partly retained`."""
        if code == "number.group":
            return "\u202f"
        if code == "picture.more":
            return "+ {count}"
        return code.rpartition(".")[2].replace("_", " ")


def number(count: int, words: Words) -> str:
    """`count` with its thousands set apart."""
    return f"{count:,}".replace(",", words["number.group"])


def counted(count: int, code: str, words: Words) -> str:
    """The noun of `code` in the number that `count` asks for, without the figure."""
    return words[code if count == 1 else f"many.{code}"]
