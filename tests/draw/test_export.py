from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ledger.errors import MalformedError, RefusedError, UncheckedError
from tests.draw.build import Story, sample
from tests.draw.test_svg import HOSTILE, hostile_story
from viz.draw import dot
from viz.draw.dot import render, to_dot
from viz.draw.graph import build
from viz.draw.select import thread
from viz.draw.sheet import sheet
from viz.draw.words import Codes

WORDS = Codes()
AT = datetime(2026, 11, 23, tzinfo=UTC)
GOLDEN = Path(__file__).parents[1] / "golden"


def hostile_dot() -> str:
    s = hostile_story()
    return to_dot(build(s.case(), s.texts, WORDS), WORDS, title=HOSTILE[1])


def golden() -> dict[str, str]:
    """The golden files of this folder, by name."""
    graph = thread(build(*sample(), WORDS), "R2")
    links = to_dot(graph, WORDS, title="R2", href=lambda n: f"https://x.example/{n.id}")
    return {"thread.dot": links, "hostile.dot": hostile_dot()}


@pytest.mark.parametrize("name", ["thread.dot", "hostile.dot"])
def test_dot_is_what_it_was(name: str) -> None:
    assert golden()[name] == (GOLDEN / name).read_text(encoding="utf-8")


def test_dot_names_nodes_by_number_and_sets_no_html() -> None:
    text = hostile_dot()
    assert not re.search(r"\w=<", text)
    assert "URL" not in text
    for line in text.splitlines():
        found = re.match(r"\s*([^ ]+) (?:\[|->)", line)
        if found and "=" not in found[1]:
            assert re.fullmatch(r"[ns]\d+|graph|node|edge", found[1])


def test_dot_refuses_a_link_it_cannot_trust() -> None:
    graph = build(*sample(), WORDS)
    with pytest.raises(MalformedError):
        to_dot(graph, WORDS, title="x", href=lambda n: "javascript:alert(1)")


def test_hostile_words_come_out_of_graphviz_as_words() -> None:
    root = ElementTree.fromstring(render(hostile_dot(), engine="wasm"))
    assert not [e for e in root.iter() if e.tag.rpartition("}")[2] in {"script", "b", "a"}]
    said = " ".join(e.text or "" for e in root.iter() if e.tag.endswith("text"))
    assert "<b>gras</b>" in said
    assert "&lt;img&gt; &amp;" in said
    assert "\\N \\G \\L {a|b} <f0>" in said


def test_two_threads_that_render_at_once_do_not_abort() -> None:
    source = to_dot(build(*sample(), WORDS), WORDS, title="x")
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: render(source, engine="wasm"), range(24)))
    assert len(made) == 1


def test_a_picture_that_takes_too_long_is_given_up() -> None:
    source = to_dot(build(*sample(), WORDS), WORDS, title="x")
    with pytest.raises(RefusedError):
        render(source, engine="wasm", timeout=0)


def test_without_a_system_dot_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UncheckedError):
        render("digraph {}", engine="system")


def test_a_system_dot_is_killed_when_it_takes_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep = shutil.which("sleep")
    program = tmp_path / "dot"
    program.write_text(f"#!/bin/sh\nexec {sleep} 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    with pytest.raises(RefusedError):
        render("digraph {}", timeout=0.2)


def test_a_system_dot_that_fails_is_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "dot"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    with pytest.raises(UncheckedError):
        render("digraph {}")
    program.write_text("#!/bin/sh\nprintf '<svg>'\n")
    assert render("digraph {}") == b"<svg>"


def test_a_sheet_is_the_same_byte_for_byte() -> None:
    graph = thread(build(*sample(), WORDS), "R2")

    def made() -> bytes:
        return sheet(graph, WORDS, title="R2", at=AT, notes=["412 entrées"])

    assert made() == made()
    assert made() != sheet(graph, WORDS, title="R2", at=AT, notes=["413 entrées"])


def test_a_sheet_is_accessible_pdf_and_embeds_its_fonts() -> None:
    made = sheet(thread(build(*sample(), WORDS), "R2"), WORDS, title="R2", at=AT)
    assert made.startswith(b"%PDF-")
    assert b"pdfuaid:part" in made
    assert b"/Lang" in made
    assert b"FontFile" in made


def test_a_sheet_may_be_a_png() -> None:
    graph = thread(build(*sample(), WORDS), "R2")
    assert sheet(graph, WORDS, title="R2", at=AT, format="png").startswith(b"\x89PNG")


def test_hostile_words_are_words_on_paper_too() -> None:
    s = hostile_story()
    s.say(
        "unit.submitted", id="R90", type="project", opinion=None, title="你好 😀 #panic() $x$"
    )
    graph = build(s.case(), s.texts, WORDS)
    made = sheet(graph, WORDS, title='#eval("1") 😀', at=AT, notes=["*gras* @ref"])
    assert b"pdfuaid:part" in made


def test_an_empty_process_has_a_sheet() -> None:
    s = Story().open()
    assert sheet(build(s.case(), s.texts, WORDS), WORDS, title="Vide", at=AT)


def test_the_worker_is_one() -> None:
    assert dot._WORKER._max_workers == 1
