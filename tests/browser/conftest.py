"""A browser, and pages that are opened in it. PAGES_PYTHON is the interpreter that makes them."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

READY_MS = 60_000


@dataclass
class Opened:
    """A page that has been drawn, and what went wrong in it."""

    page: Page
    problems: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def data(self, name: str) -> str:
        """Return what the page says of itself."""
        found: str = self.page.evaluate(f"document.body.dataset.{name}")
        return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"],
            # Chromium refuses to run as root with it.
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        yield started
        started.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Return the page with so many tasks."""
    folder = tmp_path_factory.mktemp("pages")

    def make(count: int) -> Path:
        file = folder / f"{count}.html"
        if not file.exists():
            command = [os.environ["PAGES_PYTHON"], "-m", "tests.browser.pages", str(count), str(file)]
            subprocess.run(command, check=True)
        return file

    return make


@pytest.fixture
def opened(browser: Browser, made: Callable[[int], Path]) -> Iterator[Callable[..., Opened]]:
    """Open the page with so many tasks and wait until it is drawn. It must have no error in the end."""
    all_opened: list[Opened] = []

    def show(count: int, scheme: str = "light") -> Opened:
        page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
        found = Opened(page=page)
        all_opened.append(found)
        page.on("pageerror", lambda error: found.problems.append(str(error)))
        page.on(
            "console",
            lambda line: found.problems.append(line.text) if line.type in ("error", "warning") else None,
        )
        page.on("request", lambda request: found.requests.append(request.url))
        page.goto(made(count).as_uri())
        page.wait_for_function("document.body.dataset.readyMs", timeout=READY_MS)
        return found

    yield show
    for each in all_opened:
        assert each.problems == []
        each.page.close()
