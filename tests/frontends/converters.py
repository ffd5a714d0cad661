"""Programs that make something else of a saved notebook."""

from __future__ import annotations

import json
import subprocess

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
    """A question is the same after a way there and back, in four formats."""
    source = world.lesson()
    before = [cell["source"] for cell in json.loads(source.read_text())["cells"]]
    for form, ending in (("py:percent", "py"), ("py:light", "py"), ("md", "md"), ("Rmd", "Rmd")):
        world.run("jupytext", "--to", form, "lesson.ipynb", "-o", f"text.{ending}")
        world.run("jupytext", "--to", "ipynb", f"text.{ending}", "-o", "back.ipynb")
        after = [cell["source"] for cell in json.loads((world.folder / "back.ipynb").read_text())["cells"]]
        joined = ["".join(cell) for cell in after] == ["".join(cell) for cell in before]
        yield f"{form}: the cells come back as they were", joined
    world.run("jupytext", "--to", "py:percent", "lesson.ipynb", "-o", "text.py")
    world.run("jupytext", "--to", "ipynb", "--execute", "text.py", "-o", "run.ipynb")
    yield "--execute asks", world.rehearsal.posts == 2


@front_end("nbdime", "nbdime")
def nbdime(world: World) -> Saw:
    """Two replays of one notebook do not differ."""
    world.executed()
    world.executed("one.ipynb").write_text(world.executed().read_text())
    one = world.folder / "one.ipynb"
    world.run("jupyter", "execute", "--inplace", one.name)
    said = world.run("nbdiff", "--sources", "--outputs", "--metadata", "lesson.ipynb", "one.ipynb")
    changed = [line for line in said.splitlines() if line.startswith(("+", "-")) and "execut" not in line]
    yield f"{len(changed)} changed lines between two replays", not changed


@front_end("Jupyter Book", "jupyter-book")
def jupyter_book(world: World) -> Saw:
    """Formulas must be inside what its MathJax processes."""
    world.executed()
    (world.folder / "_toc.yml").write_text("format: jb-book\nroot: lesson\n")
    (world.folder / "_config.yml").write_text("title: Lesson\nexecute: {execute_notebooks: 'off'}\n")
    world.run("jupyter-book", "build", ".")
    page = (world.folder / "_build" / "html" / "lesson.html").read_text()
    yield "the answer is on its page", SHARE in page
    yield "its formulas are marked for its MathJax", "mathjax_process" in page.partition("two groups")[0][-4000:]


assert SHARE in ANSWER
