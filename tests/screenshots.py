"""`make screenshots`: every page of the demonstration as a picture, to be looked at.

Phone and desktop, light and dark, into `build/screenshots/`; the picture of the README goes to
`docs/images/process.png`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from ledger.service import demo
from ledger.service.register import Register
from tests.journey.server import served

ROOT = Path(__file__).parents[1]
OUT = ROOT / "build" / "screenshots"
PAGES = {
    "home": "/",
    "process": "/p/publicite-dans-la-ville",
    "process-full": "/p/exemple-cours-fraiches",
    "process-open": "/p/fabrique-de-nos-villes",
    "unit": "/p/exemple-cours-fraiches/R4",
    "unit-illustrative": "/p/publicite-dans-la-ville/R1",
    "measure": "/p/exemple-cours-fraiches/M3",
    "contribution": "/p/exemple-cours-fraiches/C1",
    "board": "/tableau",
    "board-invented": "/tableau?invented=1",
    "voices": "/p/exemple-cours-fraiches/M1/voix",
    "mine": "/ma-contribution?reference=NUIT-1023",
    "register": "/registre",
    "entry": "/registre/20",
    "verify": "/verifier",
    "forms": "/procedures",
    "rules": "/procedures/atelier-citoyen",
    "embed": "/embed/publicite-dans-la-ville",
    "erased": "/p/exemple-cours-fraiches/C2",
    "error": "/p/nulle-part",
    "english": "/en/p/publicite-dans-la-ville",
}
VIEWPORTS = {"phone": (390, 844), "desktop": (1280, 900)}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def browser_path() -> str:
    """The system's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        sys.exit("No Chromium here: apt install chromium")
    return found


def demonstration(folder: Path) -> Register:
    """The register of the demonstration."""
    register = demo.open_demo(folder, now)
    demo.tell(register, demo.drafts(), now)
    return register


def now() -> datetime:
    """The present instant."""
    return datetime.now(UTC)


def main() -> None:
    """Takes every picture."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        demonstration(Path(name) / "data").close()
        browser = playwright.chromium.launch(executable_path=browser_path(), args=ARGUMENTS)
        with served(Path(name) / "data") as address:
            for device in VIEWPORTS:
                for scheme in ("light", "dark"):
                    take(browser, address, device, scheme)
        browser.close()
    (ROOT / "docs" / "images").mkdir(exist_ok=True)
    shutil.copy(OUT / "readme.png", ROOT / "docs" / "images" / "process.png")
    print(f"{len(list(OUT.iterdir()))} pictures in {OUT.relative_to(ROOT)}")


def take(browser: Browser, address: str, device: str, scheme: str) -> None:
    """Every page on one device in one scheme; and the picture of the README."""
    width, height = VIEWPORTS[device]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="fr-FR",
    )
    page = context.new_page()
    for title, path in PAGES.items():
        page.goto(address + path)
        page.wait_for_load_state("load")
        page.screenshot(path=OUT / f"{title}-{device}-{scheme}.png", full_page=True)
    if (device, scheme) == ("desktop", "light"):
        page.set_viewport_size({"width": 1280, "height": 1750})
        page.goto(address + PAGES["process"])
        page.wait_for_timeout(300)
        page.screenshot(path=OUT / "readme.png")
    context.close()


if __name__ == "__main__":
    main()
