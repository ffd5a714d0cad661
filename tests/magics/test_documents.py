"""``--with paper.pdf[2:5]`` and ``--image paper.pdf[3]``."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nbreason.errors import Refused
from nbreason.rehearsal import Rehearsal
from tests.capture.pdf_files import PAPER
from tests.conftest import Shell

pytest.importorskip("pypdf")
pytest.importorskip("pypdfium2")


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "paper.pdf").write_bytes(PAPER)
    return tmp_path / "paper.pdf"


def test_pages_are_attached_by_with_and_by_image(shell: Shell, rehearsal: Rehearsal, paper: Path) -> None:
    shell.run("%reason --with paper.pdf[2:4] --image paper.pdf[1] Why?")
    content = rehearsal.bodies[-1]["messages"][-1]["content"]
    texts = [part["text"] for part in content if part["type"] == "text"]
    assert sum("A second page with peaks" in text for text in texts) == 1
    assert not any("The first page" in text for text in texts)
    assert sum(part["type"] == "image_url" for part in content) == 1


def test_a_dry_run_tells_pages_and_tokens(
    shell: Shell, rehearsal: Rehearsal, paper: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("%reason -n --with paper.pdf Why?")
    out = capsys.readouterr().out
    assert re.search(r"paper\.pdf page 3 of 3, about \d+ tokens", out)
    assert rehearsal.posts == 0


def test_a_variable_of_that_name_is_an_expression_and_a_path_is_a_file(
    shell: Shell, rehearsal: Rehearsal, paper: Path
) -> None:
    shell.run("from types import SimpleNamespace\nfrom pathlib import Path\npaper = SimpleNamespace(pdf='a text')")
    shell.run("%reason --with paper.pdf Why?")
    assert "a text" in str(rehearsal.bodies[-1])
    shell.run("import nbreason\nnbreason.ask('Why?', data={'paper': Path('paper.pdf')}, image='paper.pdf[1]')")
    assert "A second page with peaks" in str(rehearsal.bodies[-1]["messages"][-1])


@pytest.mark.parametrize("line", ["--with nothing.pdf", "--image nothing.pdf[1]"])
def test_a_missing_file_is_one_line_and_nothing_is_sent(
    shell: Shell, rehearsal: Rehearsal, paper: Path, line: str
) -> None:
    with pytest.raises(Refused, match=r"The file nothing\.pdf does not exist\. Nothing was sent"):
        shell.run(f"%reason {line} Why?")
    assert rehearsal.posts == 0
