"""In a real browser: pages that stay up to date, that fit, and that need no script."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ledger.api.server import Server
from ledger.api.services import services_of
from ledger.service.record import record as put
from ledger.service.register import Register
from tests.site.registers import answer, opened, record, unit
from viz.site.app import create_app

pytestmark = pytest.mark.browser
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
PAGES = (
    "/", "/p/publicite-dans-la-ville", "/p/nantes-la-loire-et-nous",
    "/p/exemple-cours-fraiches", "/p/exemple-cours-fraiches/M1",
    "/p/exemple-cours-fraiches/contributions", "/registre", "/registre/30", "/verifier",
    "/procedures", "/procedures/grand-debat", "/en/procedures/atelier-citoyen",
    "/embed/rlpm", "/en/p/exemple-budget-quartiers", "/rien", "/tableau",
    "/tableau?invented=1", "/en/tableau?invented=1",
    "/p/rlpm?size=78", "/p/exemple-cours-fraiches/changes?since=0",
    "/p/exemple-cours-fraiches/C1", "/p/exemple-cours-fraiches/M1/voix",
    "/ma-contribution", "/ma-contribution?reference=NUIT-1023",
)  # fmt: skip


@contextmanager
def serving(register: Register) -> Iterator[tuple[str, Server]]:
    app = create_app(register, poll=0.1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(app, port=port, log_level="error")
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.should_exit = True
        thread.join(timeout=15)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        # In CI a missing browser is a fault; elsewhere it is said aloud.
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium here")
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield made
        made.close()


@contextmanager
def window(browser: Browser, **options: object) -> Iterator[Page]:
    context = browser.new_context(**options)  # type: ignore[arg-type]
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda told: (
            faults.append(told.text)
            if told.type == "error" and "status of 404" not in told.text
            else None
        ),
    )
    yield page
    context.close()
    assert not faults


def say(server: Server, *drafts: object) -> None:
    services = services_of(server._app)
    put(services.register, list(drafts), account="registrar", append=services.writer.append)


def test_a_page_shows_what_is_recorded_while_it_is_read(empty, browser):
    record(
        empty,
        [opened("vive"), *(unit("vive", f"R{n}", f"Recommandation {n}") for n in range(30))],
    )
    with serving(empty) as (site, server), window(browser) as page:
        page.goto(f"{site}/p/vive")
        expect(page.locator(".live-state")).to_have_text("En direct")
        page.evaluate("window.before = true; document.querySelector('#R20').scrollIntoView()")
        page.locator("#recit details").first.evaluate("fold => fold.open = true")
        before = _top(page)
        say(server, answer("vive", "R3", "retained", "Oui, et voici pourquoi."))
        expect(page.locator("#R3 .reason")).to_contain_text("Oui, et voici pourquoi.")
        assert page.evaluate("window.before")
        assert abs(_top(page) - before) < 3
        assert page.locator("#recit details").first.evaluate("fold => fold.open")
        expect(page.locator(".live-news")).to_have_text("Cette page vient d’être mise à jour.")


def _top(page: Page) -> float:
    box = page.locator("#R20").bounding_box()
    assert box is not None
    return float(box["y"])


def test_a_reader_may_pause_and_then_catches_up(empty, browser):
    record(empty, [opened("vive"), unit("vive", "R1", "Une")])
    with serving(empty) as (site, server), window(browser) as page:
        page.goto(f"{site}/p/vive")
        expect(page.locator(".live-state")).to_have_text("En direct")
        page.get_by_role("button", name="Suspendre").click()
        expect(page.locator(".live-state")).to_have_text("En pause")
        say(server, answer("vive", "R1", "rejected", "Non, et voici pourquoi."))
        page.wait_for_timeout(600)
        expect(page.locator("#R1 .reason")).to_have_count(0)
        page.get_by_role("button", name="Reprendre").click()
        expect(page.locator("#R1 .reason")).to_contain_text("Non, et voici pourquoi.")


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_is_wider_than_the_window(register, browser, width):
    with (
        serving(register) as (site, _),
        window(browser, viewport={"width": width, "height": 800}) as page,
    ):
        for address in PAGES:
            page.goto(site + address)
            page.evaluate(
                "document.querySelectorAll('details').forEach(d => { d.open = true })"
            )
            wide = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, (address, wide)


def test_a_page_is_whole_without_scripts(register, browser):
    with (
        serving(register) as (site, _),
        window(browser, java_script_enabled=False) as page,
    ):
        page.goto(f"{site}/p/publicite-dans-la-ville")
        expect(page.locator(".unit")).to_have_count(8)
        expect(page.locator(".live")).to_be_hidden()
        page.keyboard.press("Tab")
        expect(page.locator(".skip")).to_be_focused()
        page.keyboard.press("Enter")
        assert page.url.endswith("#contenu")


def test_no_page_asks_for_more_than_its_policy_allows(register, browser):
    with serving(register) as (site, _), window(browser) as page:
        page.add_init_script(VIOLATIONS)
        for address in PAGES:
            page.goto(site + address)
            page.evaluate(
                "document.querySelectorAll('details').forEach(d => { d.open = true })"
            )
            found = page.evaluate("window.violations")
            assert found == [], address


def test_what_the_policy_forbids_does_nothing_and_is_noticed(register, browser):
    """Else the test above could not fail."""
    with serving(register) as (site, _):
        context = browser.new_context()
        page = context.new_page()
        page.add_init_script(VIOLATIONS)
        for slipped, directive in (
            ("<p style='color: red'>x</p>", "style-src-attr"),
            ("<style>p { color: red }</style>", "style-src-elem"),
            ("<img src=x onerror='window.slipped = true'>", "script-src-attr"),
            ("<img src='https://elsewhere.example/x.png'>", "img-src"),
            ("<iframe src='https://elsewhere.example/'></iframe>", "frame-src"),
        ):
            page.goto(f"{site}/verifier")
            page.evaluate(
                "html => document.body.insertAdjacentHTML('beforeend', html)", slipped
            )
            page.wait_for_function(
                "directive => window.violations.includes(directive)", arg=directive
            )
            assert page.evaluate("window.slipped") is None
        context.close()


VIOLATIONS = """
window.violations = [];
document.addEventListener('securitypolicyviolation',
  event => window.violations.push(event.effectiveDirective));
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(register, browser, scheme):
    with (
        serving(register) as (site, _),
        window(browser, color_scheme=scheme) as page,
    ):
        for address in (
            "/", "/p/exemple-cours-fraiches", "/p/exemple-cours-fraiches/R1",
            "/tableau?invented=1",
            "/procedures", "/procedures/grand-debat",
            "/p/exemple-cours-fraiches/C9", "/ma-contribution?reference=NUIT-1023",
        ):  # fmt: skip
            page.goto(site + address)
            faint = page.evaluate(CONTRAST)
            assert not faint, (address, faint[:5])


CONTRAST = """() => {
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255).map(
      v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const read = text => text.match(/[\\d.]+/g).map(Number);
  const behind = e => {
    for (; e; e = e.parentElement) {
      const colour = read(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const e of document.querySelectorAll('body *:not(svg *)')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    if (!e.checkVisibility()) continue;
    const [a, b] = [light(read(getComputedStyle(e).color)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push([e.className, e.textContent.slice(0, 40), ratio]);
  }
  return faint;
}"""
