"""JupyterLab in Chromium.  Without a Chromium these tests are skipped, which CI does not accept."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.lab import Lab, Notebook, chromium, lab_with_extension, opened

HERE = Path(__file__).parent
EXAMPLES = HERE.parent.parent / "notebooks"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder, and skip them where there is no browser."""
    for item in items:
        if HERE in Path(item.fspath).parents:
            item.add_marker("browser")
            if chromium() is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine (set CHROMIUM to its path)"))


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """With the extension for the colours of cells, where an installation puts it: the pictures show them."""
    root = tmp_path_factory.mktemp("notebooks")
    shutil.copytree(EXAMPLES, root, dirs_exist_ok=True)
    server = lab_with_extension(root, tmp_path_factory.mktemp("home"))
    yield server
    server.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    # No longer than these tests: Playwright keeps an event loop running in this thread, where others need theirs.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(executable_path=chromium(), headless=True, args=ARGUMENTS)
        yield chrome
        chrome.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1100, "height": 1300})
    yield page
    page.close()


@pytest.fixture
def notebook(lab: Lab, page: Any) -> Callable[..., Notebook]:
    """Opens a notebook with the given code cells; without cells, one that is in the folder."""

    def open_notebook(name: str, *cells: str) -> Notebook:
        return opened(page, lab, name, *cells) if cells else Notebook(page, lab, name)

    return open_notebook
