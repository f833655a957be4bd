"""The running site of a journey, and what a person does with it."""

import logging
import re
import shutil
from dataclasses import dataclass

from flask import Flask
from playwright.sync_api import Page

from portal.kernel.scope import PortalSession, system
from portal.paths import ROOT
from portal.web.i18n import gettext, speaking

# Debian's shell without windows does the same in a fifth less time
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
logging.getLogger("werkzeug").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Site:
    """A server under test."""

    url: str
    app: Flask

    def become(self, page: Page, slug: str, language: str = "en") -> None:
        """Comes in through the demo's door, in a language."""
        page.goto(f"{self.url}/demo?lang={language}")
        page.locator(f"form:has(input[value='{slug}']) button, button[value='{slug}']").first.click()
        page.wait_for_load_state()

    def session(self) -> PortalSession:
        """A look into the database, for arranging and checking."""
        return PortalSession(self.app.extensions["writing_engine"], scope=system("journey"))


def check(page: Page, where: str = "") -> None:
    """axe finds nothing, and nothing runs off the page."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async rules => (await axe.run(document, {runOnly: rules})).violations.map(v => `${v.id}: ${v.nodes.map(n => n.target + ' ' + n.failureSummary).slice(0, 3).join(' | ')}`)",
        RULES,
    )
    assert not found, f"{where or page.url}: " + "\n".join(found)
    check_width(page, where)


def check_width(page: Page, where: str = "") -> None:
    """Nothing runs off the page."""
    wide = page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"{where or page.url} is {wide} px wider than the window"


def text_of(page: Page) -> str:
    """The words of the main part."""
    return re.sub(r"\s+", " ", page.locator("main").inner_text())


def spoken(language: str, words: str) -> str:
    """The portal's words in a language, in one line as on the page."""
    with speaking(language):
        return re.sub(r"\s+", " ", gettext(words))
