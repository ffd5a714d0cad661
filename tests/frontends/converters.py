"""Programs that make something else of a saved notebook."""

from __future__ import annotations

import re
import subprocess

import nbformat

from tests.browser.lab import chromium
from tests.frontends.world import ANSWER, SHARE, Saw, World, front_end


@front_end("nbconvert to HTML", "nbconvert")
def to_html(world: World) -> Saw:
    """Without a template of ours."""
    world.executed()
    world.run("jupyter", "nbconvert", "--to", "html", "lesson.ipynb")
    page = (world.folder / "lesson.html").read_text()
    yield "tables, code and formulas as HTML", all(part in page for part in ("<table>", "<pre>", r"\(\bar x"))


@front_end("nbconvert to slides", "nbconvert")
def to_slides(world: World) -> Saw:
    """As HTML."""
    world.executed()
    world.run("jupyter", "nbconvert", "--to", "slides", "lesson.ipynb")
    yield "the answer is on a slide", "<table>" in (world.folder / "lesson.slides.html").read_text()


@front_end("nbconvert to Markdown", "nbconvert")
def to_markdown(world: World) -> Saw:
    """It prefers HTML to plain text."""
    world.executed()
    world.run("jupyter", "nbconvert", "--to", "markdown", "lesson.ipynb")
    text = (world.folder / "lesson.md").read_text()
    yield "the answer as HTML in Markdown", "<table>" in text and SHARE in text


@front_end("nbconvert to PDF through Chromium", "nbconvert")
def to_pdf(world: World) -> Saw:
    """The page of nbconvert, printed."""
    world.executed()
    world.run("jupyter", "nbconvert", "--to", "html", "lesson.ipynb")
    pdf = world.folder / "lesson.pdf"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--print-to-pdf={pdf}"]
    page = (world.folder / "lesson.html").as_uri()
    subprocess.run([chromium() or "chromium", *flags, page], check=True, capture_output=True, timeout=120)
    yield f"a PDF of {pdf.stat().st_size // 1024} KB", pdf.read_bytes().startswith(b"%PDF")


@front_end("jupytext", "jupytext")
def jupytext(world: World) -> Saw:
    """A question comes back from four formats; R Markdown ends a cell at the first fence of code in it."""
    source = world.lesson()
    before = nbformat.read(source, as_version=4)
    before.cells[2].source = before.cells[2].source.partition("```")[0].rstrip()
    nbformat.write(before, source)
    for form, ending in (("py:percent", "py"), ("py:light", "py"), ("md", "md"), ("Rmd", "Rmd")):
        world.run("jupytext", "--to", form, "lesson.ipynb", "-o", f"text.{ending}")
        world.run("jupytext", "--to", "ipynb", f"text.{ending}", "-o", "back.ipynb")
        after = nbformat.read(world.folder / "back.ipynb", as_version=4)
        same = [cell.source for cell in after.cells] == [cell.source for cell in before.cells]
        yield f"{form}: the cells come back as they were", same
    world.run("jupytext", "--to", "py:percent", "lesson.ipynb", "-o", "text.py")
    world.run("jupytext", "--to", "ipynb", "--execute", "text.py", "-o", "run.ipynb")
    yield "--execute asks", world.rehearsal.posts == 2


@front_end("nbdime", "nbdime")
def nbdime(world: World) -> Saw:
    """Two replays of one notebook do not differ."""
    world.executed()
    world.run("jupyter", "execute", "--inplace", "lesson.ipynb")
    world.run("jupyter", "execute", "--output=again.ipynb", "lesson.ipynb")
    said = world.run("nbdiff", "--ignore-metadata", "lesson.ipynb", "again.ipynb")
    yield "two replays of a notebook do not differ", not said.strip()


@front_end("Jupyter Book", "jupyter-book")
def jupyter_book(world: World) -> Saw:
    """Formulas must be inside what its MathJax processes; it loads that for a page whose own text has formulas."""
    world.executed()
    (world.folder / "_toc.yml").write_text("format: jb-book\nroot: lesson\n")
    (world.folder / "_config.yml").write_text("title: Lesson\nexecute: {execute_notebooks: 'off'}\n")
    world.run("jupyter-book", "build", ".")
    page = (world.folder / "_build" / "html" / "lesson.html").read_text()
    yield "the answer is on its page", SHARE in page
    marked = re.search(r'class="nbreason mathjax_process"[^>]*>.{0,99}two groups', page) is not None
    yield (
        "its formulas are marked for its MathJax",
        marked and '"processHtmlClass": "tex2jax_process|mathjax_process' in page,
    )


assert SHARE in ANSWER
