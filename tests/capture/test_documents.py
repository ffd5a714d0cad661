"""PDF files: text page by page, pages as pictures, and nothing that one of them can do to the kernel."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import Any

import pytest

from nbreason.capture.documents import Reference, page_pictures, page_texts, reference
from nbreason.capture.images import CannotAttach
from nbreason.capture.limits import DEFAULT, Limits
from nbreason.core.parts import Image, Text
from tests.capture.pdf_files import PAPER, pdf

pypdf: Any = pytest.importorskip("pypdf")
pytest.importorskip("pypdfium2")


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "paper.pdf").write_bytes(PAPER)
    return tmp_path / "paper.pdf"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("paper.pdf", Reference("paper.pdf")),
        ("./a b/Paper.PDF[3]", Reference("./a b/Paper.PDF", 3, 3)),
        ("'my paper.pdf[2:5]'", Reference("my paper.pdf", 2, 4)),
        ("paper.pdf[2:]", Reference("paper.pdf", 2, None)),
        ("paper.pdf[:3]", Reference("paper.pdf", None, 2)),
        ("paper.pdf[:]", Reference("paper.pdf")),
        ("paper.pdf[]", None),
        ("paper.pdf[-1]", None),
        ("paper.pdf[a]", None),
        ("paper.png", None),
        (".pdf", None),
        ("df", None),
    ],
)
def test_a_word_names_a_file_and_its_pages(word: str, expected: Reference | None) -> None:
    assert expected == reference(word)


def test_text_comes_page_by_page_with_names_and_numbers(paper: Path) -> None:
    parts = page_texts(Reference(str(paper), 2, 3), DEFAULT)
    assert [part.source for part in parts] == ["paper.pdf page 2 of 3", "paper.pdf page 3 of 3"]
    first = parts[0]
    assert isinstance(first, Text)
    assert first.text.startswith('<data name="paper.pdf" kind="page" shape="page 2 of 3">\nA second page with peaks')
    assert str(paper.parent) not in first.text


def test_a_page_is_drawn_as_a_picture_whose_path_is_not_sent(paper: Path) -> None:
    (part,) = page_pictures(Reference("paper.pdf", 2, 2), DEFAULT)
    assert isinstance(part, Image)
    assert (part.mime, part.width, part.height, part.name) == ("image/png", 400, 200, "")
    assert part.source == os.path.join(".", "paper.pdf[2]")
    pixels = zlib.decompress(part.data.partition(b"IDAT")[2].partition(b"IEND")[0][:-8])
    assert 0 < pixels.count(b"\0") < len(pixels), "there are black letters on white paper"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (pdf("", "", ""), r"has no text on these pages, .* probably scanned: .* --image bad\.pdf\[1\]"),
        (pdf(), "has no pages"),
        (b"", "is damaged, or is not a PDF file"),
        (b"%PDF-1.4\nnothing", "is damaged, or is not a PDF file"),
        (PAPER[: len(PAPER) // 3], "is damaged, or is not a PDF file"),
        (pdf(*["x" * 30] * 10_000), r"has 10,000 pages, and at most 100 .* --with bad\.pdf\[1:101\]"),
    ],
)
def test_threat_37_a_file_without_text_is_one_line(tmp_path: Path, data: bytes, told: str) -> None:
    (tmp_path / "bad.pdf").write_bytes(data)
    with pytest.raises(CannotAttach, match=told) as caught:
        page_texts(Reference(str(tmp_path / "bad.pdf")), DEFAULT)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("first", "last"), [(4, 4), (2, 9), (0, 0), (3, 2), (None, 0)])
def test_pages_that_are_not_there_are_one_line(paper: Path, first: int | None, last: int | None) -> None:
    for read in (page_texts, page_pictures):
        with pytest.raises(CannotAttach, match=r"has 3 pages, and others|are counted from 1"):
            read(Reference(str(paper), first, last), DEFAULT)


def test_an_encrypted_file_is_one_line(paper: Path) -> None:
    writer = pypdf.PdfWriter(clone_from=str(paper))
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(str(paper))
    for read in (page_texts, page_pictures):
        with pytest.raises(CannotAttach, match="is encrypted: save a copy without a password"):
            read(Reference(str(paper)), DEFAULT)


def test_threat_37_a_page_of_any_size_is_a_picture_of_bounded_size(tmp_path: Path) -> None:
    (tmp_path / "wide.pdf").write_bytes(pdf("a", size="0 0 14000 14000"))
    (part,) = page_pictures(Reference(str(tmp_path / "wide.pdf")), DEFAULT)
    assert isinstance(part, Image)
    assert part.width * part.height <= DEFAULT.image_pixels * 1.01


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        ("while True: pass", "could not be read within 1 s"),
        ("import os; os.abort()", "is damaged, or is not a PDF file"),
        ("b'x' * 10**11", "is damaged, or is not a PDF file"),
        ("raise SystemExit", "is damaged, or is not a PDF file"),
        ("print('x' * 10**6)", "is damaged, or is not a PDF file"),
    ],
)
def test_threat_37_what_a_file_does_to_its_reader_ends_with_its_own_process(
    paper: Path, monkeypatch: pytest.MonkeyPatch, deed: str, told: str
) -> None:
    (paper.parent / "pypdf.py").write_text(deed)
    monkeypatch.syspath_prepend(str(paper.parent))
    with pytest.raises(CannotAttach, match=told):
        page_texts(Reference(str(paper)), DEFAULT, timeout=1.0 if "within" in told else 60.0)


def test_threat_37_no_key_reaches_the_reader(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGMIND_API_KEY", "sk-0123456789abcdef")
    spy = paper.parent / "pypdf.py"
    spy.write_text("import os\nraise ImportError if 'SEGMIND_API_KEY' in os.environ else ValueError\n")
    monkeypatch.syspath_prepend(str(paper.parent))
    with pytest.raises(CannotAttach, match="is damaged"):  # the ValueError, not the missing library
        page_texts(Reference(str(paper)), DEFAULT)


def test_without_the_libraries_a_line_says_what_to_install(paper: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pypdf", "pypdfium2"):
        (paper.parent / f"{name}.py").write_text("raise ImportError")
    monkeypatch.syspath_prepend(str(paper.parent))
    for read, library in ((page_texts, "pypdf"), (page_pictures, "pypdfium2")):
        with pytest.raises(CannotAttach, match=rf"requires {library}: pip install 'nbreason\[documents\]'"):
            read(Reference(str(paper)), DEFAULT)


def test_a_page_is_cut_to_the_limit_of_a_description(tmp_path: Path) -> None:
    (tmp_path / "long.pdf").write_bytes(pdf("peak " * 5_000))
    (part,) = page_texts(Reference(str(tmp_path / "long.pdf")), Limits.of(9, 40, 500))
    assert isinstance(part, Text)
    assert len(part.text) <= 2_000
