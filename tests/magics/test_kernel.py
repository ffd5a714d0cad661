"""The magics in a real kernel, driven by messages: what a cell shows, how it fails, and what the next cell does."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest

from nbreason.rehearsal import Rehearsal
from tests.conftest import Kernel, free_port, running_kernel

DASHES = re.compile(r"-{20,}|Traceback|File <|/nbreason/")


@pytest.fixture
def kernel(module_kernel: Kernel) -> Kernel:
    """The module's kernel, with the conversation, the model and the addresses as at the start."""
    ran = module_kernel.run(
        "import os\n"
        "kept_address = globals().setdefault('kept_address', os.environ['NBREASON_SEGMIND_URL'])\n"
        "os.environ['NBREASON_SEGMIND_URL'] = os.environ['NBREASON_REHEARSAL_URL'] = kept_address\n"
        "os.environ.pop('SEGMIND_API_KEY', None)\n"
        "%config NBReason.model = 'rehearsal:o3'\n"
        "%nbreason reset"
    )
    assert ran.error is None, ran.error
    return module_kernel


def words(body: dict[str, Any]) -> list[str]:
    """What was said by either side, without the instructions."""
    said = [message["content"] for message in body["messages"] if message["role"] != "system"]
    return [content if isinstance(content, str) else content[-1]["text"] for content in said]


def test_an_answer_is_one_output_of_inert_html_with_its_source_in_the_metadata(
    kernel: Kernel, module_rehearsal: Rehearsal
) -> None:
    ran = kernel.run("%%reason\nWhy?\nrehearse: echo\nTwo **groups** <script>alert(1)</script>.")
    assert (ran.error, ran.printed, len(ran.shown)) == (None, "", 1)
    data, metadata = ran.shown[0]["data"], ran.shown[0]["metadata"]
    assert set(data) == {"text/html", "text/plain"}
    assert "<strong>groups</strong>" in data["text/html"]
    assert "<script" not in data["text/html"]
    assert metadata["nbreason"]["markdown"] == "Two **groups** <script>alert(1)</script>."
    assert metadata["nbreason"]["requested_model"] == "rehearsal:o3"
    assert "play credits left" in data["text/plain"]


BAD = [
    ("%%reason --modle o3\nWhy?", "There is no option --modle. Did you mean --model?"),
    ("%%reason -m segmint:o3\nWhy?", "Did you mean segmind:o3?"),
    ("%%reason -m segmind:o3-mni\nWhy?", "Did you mean segmind:o3-mini?"),
    ("%%reason -m segmind:o3\nWhy?", "set SEGMIND_API_KEY in the environment"),
    ("%%reason --with 1/0\nWhy?", "1/0 raised ZeroDivisionError: division by zero. Nothing was sent."),
    ("%%reason --with missing.column\nWhy?", "NameError: name 'missing' is not defined"),
    ("%%reason -m rehearsal:o3-mini --with figure\nWhy?", "rehearsal:o3-mini reads text only, and one figure is"),
    ("%%reason --max-tokens none\nWhy?", "--max-tokens N: 'none' is not a whole number"),
    ("%%reason\n\n", "There is no question"),
    ("%reason", "There is no question"),
    ("%nbreason stats", "Did you mean status?"),
    ("import nbreason\nnbreason.ask('Why?', model='segmint:o3')", "Did you mean segmind:o3?"),
]


@pytest.mark.parametrize(("code", "line"), BAD)
def test_bad_input_fails_the_cell_in_one_line_and_nothing_is_sent(
    kernel: Kernel, module_rehearsal: Rehearsal, code: str, line: str
) -> None:
    made = kernel.run(
        "from IPython.display import Image\nfrom nbreason.capture.pixels import png\n"
        "figure = Image(png(bytes(4096), 64, 64, 1))"
    )
    assert made.error is None, made.error
    posts = module_rehearsal.posts
    ran = kernel.run(code)
    assert ran.error is not None
    assert line in ran.error["evalue"]
    assert len(ran.error["traceback"]) == 1
    assert "\n" not in ran.error["traceback"][0]
    assert not DASHES.search(ran.error["traceback"][0])
    assert ran.shown == []
    assert module_rehearsal.posts == posts
    assert kernel.run("1 + 1").error is None


@pytest.mark.parametrize(
    ("wish", "line", "posts"),
    [
        ("error 401", "did not accept the key", 1),
        ("error 406", "too few credits (406)", 1),
        ("error 500", "It may have been billed", 1),
        ("html", "The response was a web page, not an API response", 1),
        ("cut", "It may have been billed; it is not sent again automatically.", 1),
    ],
)
def test_a_provider_that_fails_is_one_line_and_the_next_cell_works(
    kernel: Kernel, module_rehearsal: Rehearsal, wish: str, line: str, posts: int
) -> None:
    before = module_rehearsal.posts
    ran = kernel.run(f"%%reason\nWhy?\nrehearse: {wish}")
    assert ran.error is not None
    assert line in ran.error["evalue"]
    assert len(ran.error["traceback"]) == 1
    assert not DASHES.search(ran.error["traceback"][0])
    assert module_rehearsal.posts == before + posts
    assert "Why?" in kernel.run("%nbreason history").text
    assert kernel.run("%%reason --fresh\nAnd now?").error is None


def test_a_provider_that_is_down_is_one_line_and_the_question_is_kept(kernel: Kernel) -> None:
    kernel.run(f"os.environ['NBREASON_REHEARSAL_URL'] = 'http://127.0.0.1:{free_port()}'")
    ran = kernel.run("%%reason --fresh\nIs anybody there?")
    assert ran.error is not None
    assert "Could not connect to" in ran.error["evalue"]
    history = kernel.run("%nbreason history").text
    assert "Is anybody there?" in history
    assert "failed" in history
    kernel.run("os.environ['NBREASON_REHEARSAL_URL'] = kept_address")
    assert kernel.run("%%reason --fresh\nIs anybody there?").error is None


def test_cells_behind_a_failed_one_are_not_run(kernel: Kernel) -> None:
    """Run All stops at a question that could not be asked."""
    busy = kernel.send("import time; time.sleep(1)")  # so that both wait, as they do in Run All
    first = kernel.send("%%reason --modle o3\nWhy?")
    second = kernel.send("print('went on')")
    kernel.collect(busy)
    assert kernel.collect(first).error is not None
    assert "went on" not in kernel.collect(second).printed


def test_the_key_shows_in_no_message_of_the_kernel_even_with_verbose_tracebacks(kernel: Kernel) -> None:
    key = "sk-secret-0123456789"
    kernel.run(f"os.environ['SEGMIND_API_KEY'] = {key!r}\n%xmode Verbose")
    for code in (
        "%%reason -m segmind:o3\nWhy?\nrehearse: error 401",
        "import nbreason\nnbreason.ask('Why?\\nrehearse: cut', model='segmind:o3')",
        "%nbreason status",
        "%nbreason models",
    ):
        ran = kernel.run(code)
        assert key not in str(vars(ran))
    kernel.run("%xmode Context")


def test_an_interrupt_ends_the_ask_within_two_seconds_and_keeps_what_has_come(
    kernel: Kernel, module_rehearsal: Rehearsal
) -> None:
    posts = module_rehearsal.posts
    request = kernel.send("%%reason\nWhy?\nrehearse: slow 30")
    while module_rehearsal.posts == posts:
        time.sleep(0.02)
    time.sleep(0.2)
    interrupted = time.monotonic()
    kernel.manager.interrupt_kernel()
    kernel.collect(request)
    assert time.monotonic() - interrupted < 2
    assert kernel.evaluate("_reason.finish") == "'interrupted'"
    assert kernel.run("%%reason --fresh\nAnd now?").error is None
    assert module_rehearsal.posts == posts + 2


def test_an_interrupt_in_the_middle_of_an_answer_keeps_its_text(kernel: Kernel, module_rehearsal: Rehearsal) -> None:
    posts = module_rehearsal.posts
    request = kernel.send("%%reason\nWhy?\nrehearse: pace 100")
    while module_rehearsal.posts == posts:
        time.sleep(0.02)
    time.sleep(1)
    kernel.manager.interrupt_kernel()
    ran = kernel.collect(request)
    assert "stopped, incomplete" in ran.text
    assert kernel.evaluate("_reason.text.startswith('**This')") == "True"
    history = kernel.run("%nbreason history").text
    assert "incomplete" in history


def test_an_interrupt_of_a_line_ends_the_loop_around_it(kernel: Kernel, module_rehearsal: Rehearsal) -> None:
    posts = module_rehearsal.posts
    request = kernel.send("for n in range(5):\n    nbreason.ask(f'{n}\\nrehearse: slow 30')")
    while module_rehearsal.posts == posts:
        time.sleep(0.02)
    kernel.manager.interrupt_kernel()
    ran = kernel.collect(request)
    assert ran.error is not None
    assert ran.error["ename"] == "KeyboardInterrupt"
    assert module_rehearsal.posts == posts + 1


def test_running_a_cell_again_replaces_its_turn_where_it_stands(kernel: Kernel, module_rehearsal: Rehearsal) -> None:
    for cell in "abc":
        kernel.run(f"%%reason\n{cell}\nrehearse: echo\n{cell.upper()}", cell=f"id-{cell}")
    assert words(module_rehearsal.bodies[-1])[-3:] == ["b\nrehearse: echo\nB", "B", "c\nrehearse: echo\nC"]
    kernel.run("%%reason\nb again\nrehearse: echo\nB!", cell="id-b")
    assert words(module_rehearsal.bodies[-1]) == ["a\nrehearse: echo\nA", "A", "b again\nrehearse: echo\nB!"]
    kernel.run("%%reason\nd", cell="id-d")
    assert [text[0] for text in words(module_rehearsal.bodies[-1])] == list("aAbBcCd")
    history = kernel.run("%nbreason history").text
    assert re.findall(r"^(\d) +(\w[\w ]*?)  ", history, re.MULTILINE) == [
        ("1", "a"),
        ("2", "b again"),
        ("3", "c"),
        ("4", "d"),
    ]


def test_several_questions_in_one_cell_are_several_turns(kernel: Kernel, module_rehearsal: Rehearsal) -> None:
    code = "%reason first question\n%reason second question"
    kernel.run(code, cell="id-e")
    kernel.run(code.replace("first", "better"), cell="id-e")
    kernel.run("%reason third question", cell="id-f")
    asked = [text for text in words(module_rehearsal.bodies[-1]) if text.endswith(" question")]
    assert asked == ["better question", "second question", "third question"]


def test_a_watched_answer_ends_as_static_html_without_a_widget(kernel: Kernel) -> None:
    """JupyterLab and VS Code send the cell's id; a widget view left in a saved notebook reopens as an error."""
    ran = kernel.run("%%reason\nWhy?\nrehearse: echo\nTwo groups.", cell="id-live")
    assert ran.error is None
    assert "application/vnd.jupyter.widget-view+json" in ran.shown[0]["data"]
    (final,) = ran.updates
    assert set(final["data"]) == {"text/html", "text/plain"}
    assert final["transient"] == ran.shown[0]["transient"]
    assert kernel.evaluate("len(__import__('ipywidgets').widgets.widget._instances)") == "0"


def test_the_same_ask_from_python_gives_the_same_text_and_shows_itself(kernel: Kernel) -> None:
    kernel.run("%%reason\nOnce?\nrehearse: echo\nTwo **groups**.")
    kernel.run("import nbreason\none = nbreason.ask('Twice?\\nrehearse: echo\\nTwo **groups**.')")
    kernel.run("two = await nbreason.aask('Thrice?\\nrehearse: echo\\nTwo **groups**.')")
    assert kernel.evaluate("{_reason.text, one.text, two.text}") == "{'Two **groups**.'}"
    shown = kernel.run("one").shown[0]["data"]
    assert "<strong>groups</strong>" in shown["text/html"]


def test_several_asks_are_awaited_at_once(kernel: Kernel, module_rehearsal: Rehearsal) -> None:
    posts = module_rehearsal.posts
    ran = kernel.run(
        "import asyncio\n"
        "answers = await asyncio.gather(*[nbreason.aask(f'{n}\\nrehearse: slow 0.5\\nrehearse: echo\\n{n}', alone=True)"
        " for n in range(5)])\n"
        "print(*[answer.text for answer in answers])"
    )
    assert (ran.error, ran.printed.strip()) == (None, "0 1 2 3 4")
    assert ran.seconds < 2
    assert module_rehearsal.posts == posts + 5


def test_a_dry_run_shows_thumbnails_and_sends_nothing(kernel: Kernel, module_rehearsal: Rehearsal) -> None:
    before = module_rehearsal.requests
    kernel.run("from IPython.display import Image, display\nfrom nbreason.capture.pixels import png")
    kernel.run("display(Image(png(bytes([90]) * 4096, 64, 64, 1)))")
    ran = kernel.run("%%reason --figs --dry-run\nWhy does this look grey?")
    html = ran.shown[0]["data"]["text/html"]
    assert "nothing was sent" in html
    assert "data:image/png;base64," in html
    assert "Why does this look grey?" in html
    assert module_rehearsal.requests == before


@pytest.mark.long
def test_the_conversation_is_there_after_a_restart(module_rehearsal: Rehearsal, tmp_path: Path) -> None:
    """Two kernels one after the other, which the front end tells the same notebook."""
    environment = {
        "NBREASON_REHEARSAL_URL": module_rehearsal.url,
        "NBREASON_NOTEBOOK": str(tmp_path / "lecture.ipynb"),
    }
    with running_kernel(environment, tmp_path) as first:
        first.run("%load_ext nbreason")
        assert first.run("%%reason\nremember me\nrehearse: echo\nI will.").error is None
    with running_kernel(environment, tmp_path) as second:
        second.run("%load_ext nbreason")
        assert "remember me" in second.run("%nbreason history").text
        assert second.run("%%reason\ndo you?").error is None
    assert words(module_rehearsal.bodies[-1]) == ["remember me\nrehearse: echo\nI will.", "I will.", "do you?"]


def test_a_front_end_that_completes_gets_a_description_of_each_choice(kernel: Kernel) -> None:
    drawn = kernel.run(
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 3]); plt.title('Peaks'); plt.show()"
    )
    assert drawn.error is None
    for code, beginning, words in (("%%reason --i", "--i", "image file"), ("%reason -i In", "In", "Peaks")):
        reply = kernel.client.complete(code, len(code), reply=True, timeout=60)["content"]
        choices = reply["metadata"]["_jupyter_types_experimental"]
        assert choices
        assert all(choice["text"].startswith(beginning) for choice in choices)
        assert any(words in choice["type"].replace("\u2007", " ") for choice in choices), choices
