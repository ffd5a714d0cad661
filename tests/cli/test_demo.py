"""``nbreason demo``: the main job with one command, without a key and without a network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.long

QUESTIONS = ("Why does this histogram have two peaks?", "Does the duration of an eruption tell")


def demo(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nbreason", "demo", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    """The demo, run once; a key in the environment does not make it ask a real provider."""
    folder = tmp_path_factory.mktemp("demo")
    home = str(folder / "home")
    return demo(folder, NBREASON_HOME=home, SEGMIND_API_KEY="k", JPY_SESSION_NAME=""), folder


class Fetches(HTMLParser):
    """Collects what a browser would load from elsewhere to show a page."""

    LOADS = ("script", "link", "img", "iframe", "object", "embed", "source", "video", "audio", "use", "image")

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere: list[str] = []
        self.pictures = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            address = (value or "").strip()
            self.pictures += tag == "img" and address.startswith("data:image/")
            loads = tag in self.LOADS and name in ("src", "href", "data", "srcset", "xlink:href", "poster")
            if loads and address and not address.startswith(("data:", "#")):
                self.elsewhere.append(f"<{tag} {name}={address[:80]}>")


def test_it_prints_the_answers_and_the_paths_of_both_files(
    done: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    result, folder = done
    # Not the whole of stderr: some versions of ipykernel log there when they are shut down.
    assert (result.returncode, "quickstart stopped" in result.stderr) == (0, False)
    for question in QUESTIONS:
        assert question in result.stdout
    assert result.stdout.count("no model was asked") >= 3
    assert result.stdout.count(" play credits left (this ask ") >= 3
    for name in ("quickstart.executed.ipynb", "quickstart.html"):
        path = folder / "nbreason-demo" / name
        assert path.is_file()
        assert str(path) in result.stdout


def test_the_third_answer_shows_that_the_first_two_questions_came_along(
    done: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    third = done[0].stdout.split("%%reason")[3]
    assert "2 earlier questions and 2 earlier answers of this conversation came along" in third
    for question in QUESTIONS:
        assert question in third


def test_the_figure_and_the_dataframe_went_along(done: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    first, second = done[0].stdout.split("%%reason")[1:3]
    assert re.search(r"image 1: \d+ x \d+ pixels, image/png", first)
    assert "272 rows x 2 columns" in second


def test_the_executed_notebook_holds_three_answers_and_no_widget(
    done: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    import nbformat

    notebook: Any = nbformat.read(done[1] / "nbreason-demo" / "quickstart.executed.ipynb", as_version=4)
    nbformat.validate(notebook)
    outputs = [
        output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs if "data" in output
    ]
    answers = [output for output in outputs if output.metadata.get("nbreason", {}).get("markdown")]
    assert len(answers) == 3
    assert all(output.metadata["nbreason"]["requested_model"] == "rehearsal:o3" for output in answers)
    assert not any("application/vnd.jupyter.widget-view+json" in output.data for output in outputs)


def test_the_page_needs_no_network(done: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    page = (done[1] / "nbreason-demo" / "quickstart.html").read_text(encoding="utf-8")
    found = Fetches()
    found.feed(page)
    assert found.elsewhere == []
    assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", page)
    assert found.pictures >= 1
    assert "<math" in page
    assert "no model was asked" in page


def test_a_model_whose_key_is_missing_is_one_line(tmp_path: Path) -> None:
    result = demo(tmp_path, "--model", "segmind:o3")
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "There is no key for Segmind: set SEGMIND_API_KEY in the environment" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
