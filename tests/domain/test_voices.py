from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.lineage import Link, MemoryLinks, walk
from ledger.domain.voices import Marks, voices

P = "p"


class Known:
    """Everything is declared where its number says, what begins with C a contribution."""

    def declared(self, process: str, ids: Iterable[str]) -> Iterable[tuple[str, str, int]]:
        for id_ in ids:
            sort = "contribution" if id_[0] == "C" else "unit"
            yield id_, sort, int(id_[1:]) + (1000 if process == "q" else 0)


def link(source: str, target: str, relation: str = "draws_on", to: str = P) -> Link:
    return Link(P, source, relation, to, target, 0)


def test_each_voice_is_heard_once_through_merges_and_processes():
    held = MemoryLinks(
        [
            link("R1", "C1"), link("R1", "C2"), link("R2", "C2"), link("R2", "C7", to="q"),
            link("R3", "R1", "replaces"), link("R3", "R2", "replaces"), link("R3", "C9"),
            link("M1", "R3", "carries_out"), link("M1", "D1", "decision"), link("R4", "C8"),
        ]
    )  # fmt: skip
    found = voices(held, Known(), P, "M1")
    assert (found.total, found.counts) == (4, {P: 3, "q": 1})
    assert found.page(after=-1, limit=3) == ([1, 2, 9], 9)
    assert found.page(after=9, limit=3) == ([1007], None)
    assert voices(held, Known(), P, "R4").counts == {P: 1}
    assert voices(held, Known(), P, "C1").total == 0


def test_voices_behind_a_circle_are_counted_and_the_walk_ends():
    circle = [link(f"R{n}", f"R{(n + 1) % 4}") for n in range(4)]
    held = MemoryLinks([*circle, *(link(f"R{n}", f"C{n}") for n in range(4))])
    assert voices(held, Known(), P, "R2").total == 4


def test_a_walk_has_no_limit_and_a_bit_for_each_voice():
    many = 60_000
    held = MemoryLinks([link("R1", f"C{n}") for n in range(many)])
    found = voices(held, Known(), P, "R1")
    assert found.total == many
    assert found.page(after=many - 3, limit=5) == ([many - 2, many - 1], None)
    assert len(found.heard._bits) <= many // 4


@given(st.lists(st.tuples(st.sampled_from("RMC"), st.integers(0, 5),
                          st.sampled_from("RMC"), st.integers(0, 5)), max_size=30))  # fmt: skip
def test_voices_are_the_contributions_that_the_thread_came_from(ends):
    # A contribution points at nothing that is followed.
    pairs = [(f"{a}{i}", f"{b}{j}") for a, i, b, j in ends if a != "C"]
    held = MemoryLinks([link(*pair) for pair in pairs])
    behind = {id_ for (_, id_), _ in walk(held, P, "M1", way=-1) if id_[0] == "C"}
    found = voices(held, Known(), P, "M1")
    assert {f"C{seq}" for seq in found.heard.after(-1)} == behind
    assert found.total == len(behind)


@given(st.lists(st.integers(0, 500)), st.integers(-2, 501))
def test_marks_are_a_set_in_order(seqs, after):
    marks = Marks()
    assert [marks.add(seq) for seq in seqs] == [
        seq not in seqs[:i] for i, seq in enumerate(seqs)
    ]
    assert list(marks.after(after)) == sorted({seq for seq in seqs if seq > after})
    assert len(marks) == len(set(seqs))
