"""`nbreason.ask` and `aask`: what they take, and that what they do not take is one line and leaves no trace."""

from __future__ import annotations

import inspect
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import nbreason
from nbreason import api
from nbreason.capture.pixels import png
from nbreason.core.events import Answer
from nbreason.errors import UsageError
from nbreason.rehearsal import Rehearsal
from tests.conftest import Shell, running_kernel
from tests.waiting import wait_until


@pytest.mark.filterwarnings("error")  # such as of a coroutine that was never awaited
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"question": None}, "the question must be text, not None"),
        ({"max_tokens": "x"}, "max_tokens must be a whole number above 0, not 'x'"),
        ({"modle": "o3"}, "ask() has no option 'modle'. Did you mean model?"),
        ({"format": "jsn"}, "There is no format 'jsn'. Did you mean json?"),
        ({"schema": 5}, "The schema is not a pydantic model"),
    ],
)
def test_a_wrong_argument_is_one_line_and_nothing_is_saved(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        nbreason.ask(**{"question": "Why?", **options})
    line = str(caught.value)
    assert message in line
    assert "\n" not in line
    assert line.endswith("Nothing was sent.")
    shell.run("%nbreason history")
    assert "Nothing has been asked" in capsys.readouterr().out
    assert rehearsal.requests == 0


def test_none_is_an_option_that_is_not_given(shell: Shell, rehearsal: Rehearsal) -> None:
    answer = nbreason.ask("Why?", model=None, system=None, timeout=None, data=None, figs=None)
    assert answer.complete


def test_numbers_of_numpy_are_numbers(shell: Shell, rehearsal: Rehearsal) -> None:
    numpy = pytest.importorskip("numpy")
    nbreason.ask("Why?", max_tokens=numpy.int64(900), timeout=numpy.float32(30))
    assert rehearsal.bodies[-1]["max_completion_tokens"] == 900


def test_fresh_asks_again(shell: Shell, rehearsal: Rehearsal) -> None:
    for fresh in (False, False, True):
        nbreason.ask("Why?", alone=True, fresh=fresh)
    assert rehearsal.posts == 2


def test_a_thread_is_a_conversation_of_its_own(shell: Shell, rehearsal: Rehearsal) -> None:
    nbreason.ask("first", thread="aside")
    nbreason.ask("second")
    nbreason.ask("third", thread="aside")
    assert [len(body["messages"]) for body in rehearsal.bodies] == [2, 2, 4]
    shell.run("%nbreason thread aside")
    nbreason.ask("fourth", thread="main")
    assert "second" in str(rehearsal.bodies[-1])


def test_images_cells_and_the_error_go_along(shell: Shell, rehearsal: Rehearsal, tmp_path: Path) -> None:
    (tmp_path / "dots.png").write_bytes(png(bytes(18), 3, 2, 3))
    shell.names["picture"] = png(bytes(60), 5, 4, 3)
    shell.run("shown = 1")
    shell.shell.run_cell("1 / 0", store_history=True)
    nbreason.ask("what?", image=[tmp_path / "dots.png", "picture"], cells=True, error=True)
    content = rehearsal.bodies[-1]["messages"][-1]["content"]
    texts = "\n".join(part.get("text", "") for part in content)
    assert [part["type"] for part in content].count("image_url") == 2
    assert "ZeroDivisionError" in texts
    assert "1 / 0" in texts
    nbreason.ask("and?", cells=["In[1]"])
    assert "shown = 1" in str(rehearsal.bodies[-1]["messages"][-1])


def test_figures_are_selected_as_in_the_magic(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("from IPython.display import Image, display\nfrom nbreason.capture.pixels import png")
    shell.run("for shade in (10, 90, 170): display(Image(png(bytes([shade]) * 4096, 64, 64, 1)))")
    chosen: list[Any] = [True, 2, "all", "In[2].1,In[2].3", ["In[2].1"], "In[2:3]", False]
    for figs in chosen:
        nbreason.ask(f"what of {figs}?", figs=figs, alone=True)
    images = [str(body["messages"][-1]).count("data:image/png") for body in rehearsal.bodies]
    assert images == [1, 2, 3, 2, 1, 3, 0]


def test_the_answer_is_the_last_one(shell: Shell) -> None:
    shell.run("import nbreason\nfirst = nbreason.ask('Why?')")
    assert shell.names["_reason"] is shell.names["first"]
    shell.run("second = await nbreason.aask('And then?')")
    assert shell.names["_reason"] is shell.names["second"]


@pytest.mark.parametrize("number", [0xD83D, 0xDC00])
def test_half_a_character_is_replaced(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str], number: int
) -> None:
    """A lone surrogate is no character: it can be neither sent nor written down."""
    half = chr(number)
    nbreason.ask(f"{half}why", [half], system=half, thread=half, data={half: half})
    system, question = (message["content"] for message in rehearsal.bodies[-1]["messages"])
    assert system.endswith("\ufffd")
    assert question.endswith("\ufffdwhy")
    shell.run("%nbreason thread \ufffd")
    shell.run("%nbreason history")
    assert "\ufffdwhy" in capsys.readouterr().out


def test_two_halves_that_belong_together_are_one_character(shell: Shell, rehearsal: Rehearsal) -> None:
    nbreason.ask("\ud83d\ude00?", alone=True)
    assert rehearsal.bodies[-1]["messages"][-1]["content"] == "😀?"


def test_an_interrupt_is_one_line_and_keeps_what_has_come(
    shell: Shell, rehearsal: Rehearsal, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run("import nbreason")
    for code in ("nbreason.ask('Why?\\nrehearse: slow 30')", "%reason rehearse: slow 30"):
        with interrupted_at(rehearsal, rehearsal.posts + 1):
            result = shell.shell.run_cell(code)
        out = capsys.readouterr().out
        assert isinstance(result.error_in_exec, KeyboardInterrupt)
        assert "Traceback" not in out
        assert "nbreason/" not in out
        assert "Stopped. What had arrived is saved." in out
        assert shell.names["_reason"].finish == "interrupted"


def waiting() -> bool:
    """Whether the main thread waits for the events of an ask."""
    import sys
    import threading

    from nbreason.asking.run import Run

    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None and frame.f_code is not Run.events.__code__:
        frame = frame.f_back
    return frame is not None


@contextmanager
def interrupted_at(rehearsal: Rehearsal, posts: int) -> Iterator[None]:
    """Press Ctrl-C once so many questions have come and the last is waited for; not at all if that never comes."""
    over = threading.Event()

    def press() -> None:
        while not over.wait(0.01):
            if rehearsal.posts >= posts and waiting():
                os.kill(os.getpid(), signal.SIGINT)
                return

    # Shells start what runs in the background with this signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    presser = threading.Thread(target=press, daemon=True)
    presser.start()
    try:
        yield
    finally:
        over.set()
        presser.join()
        signal.signal(signal.SIGINT, before)


def test_nothing_is_interrupted_where_nothing_is_asked(shell: Shell, rehearsal: Rehearsal) -> None:
    with interrupted_at(rehearsal, 1), pytest.raises(UsageError):
        nbreason.ask("Why?", max_tokens=0)
    assert not waiting()
    nbreason.ask("Why?\nrehearse: slow 0.2")


@pytest.fixture
def program(rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A program without a shell."""
    monkeypatch.setenv("NBREASON_REHEARSAL_URL", rehearsal.url)
    monkeypatch.setattr(api, "_notebook", lambda: None)
    api._session.cache_clear()
    yield
    api._session(os.getpid()).close()
    api._session.cache_clear()


def test_without_a_notebook_it_asks_as_well(program: None, rehearsal: Rehearsal, tmp_path: Path) -> None:
    (tmp_path / "dots.png").write_bytes(png(bytes(18), 3, 2, 3))
    answer = nbreason.ask("Why?", [1, 2], data={"w": {"k": 5}}, image=tmp_path / "dots.png", thread="aside")
    content = rehearsal.bodies[-1]["messages"][-1]["content"]
    assert isinstance(answer, Answer)
    assert [part["type"] for part in content].count("image_url") == 1
    assert 'name="w"' in str(content)
    assert "attachment 1" in str(content)
    for thread in ("main", None, "aside"):
        nbreason.ask(f"and in {thread}?", thread=thread)
    assert [len(body["messages"]) for body in rehearsal.bodies] == [2, 2, 4, 4]


@pytest.mark.parametrize("options", [{"figs": True}, {"cells": True}, {"error": True}])
def test_without_a_notebook_there_are_no_figures_cells_and_errors(
    program: None, rehearsal: Rehearsal, options: dict[str, Any]
) -> None:
    (name,) = options
    with pytest.raises(UsageError, match=rf"{name}= needs a notebook with %load_ext nbreason\. Nothing was sent\."):
        nbreason.ask("Why?", **options)
    assert rehearsal.posts == 0


def test_without_a_notebook_an_interrupt_is_pythons_own(program: None, rehearsal: Rehearsal) -> None:
    with interrupted_at(rehearsal, 1), pytest.raises(KeyboardInterrupt) as caught:
        nbreason.ask("Why?\nrehearse: slow 30")
    assert caught.type is KeyboardInterrupt


TELL = """
def tell():
    from pathlib import Path
    from time import sleep
    while not waiting():
        sleep(0.01)
    Path("waits").touch()
import threading
threading.Thread(target=tell, daemon=True).start()
"""


@pytest.mark.long
def test_an_interrupt_in_a_kernel_is_one_line(rehearsal: Rehearsal, tmp_path: Path) -> None:
    with running_kernel({"NBREASON_REHEARSAL_URL": rehearsal.url}, tmp_path) as kernel:
        kernel.run("%load_ext nbreason")
        kernel.run(f"{inspect.getsource(waiting)}{TELL}")
        request = kernel.send("for n in range(3):\n    %reason rehearse: slow 30")
        wait_until(lambda: rehearsal.posts == 1 and (tmp_path / "waits").exists())
        kernel.manager.interrupt_kernel()
        ran = kernel.collect(request)
    assert ran.error is not None
    assert ran.error["ename"] == "KeyboardInterrupt"
    assert ran.error["traceback"] == ["Stopped. What had arrived is saved."]
    assert rehearsal.posts == 1


def test_an_answer_shows_itself_rendered_without_ipython(program: None, rehearsal: Rehearsal) -> None:
    data, metadata = nbreason.ask("rehearse: echo\n**bold**")._repr_mimebundle_()
    assert "<strong>bold</strong>" in data["text/html"]
    assert metadata["nbreason"]["markdown"] == "**bold**"
