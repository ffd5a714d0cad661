"""The last error of the notebook: what was raised, the cell, and the person's own frames with a few lines each."""

from __future__ import annotations

import linecache
import os
import sysconfig
import traceback
from types import FrameType, TracebackType

from nbreason.capture.delimit import data_block
from nbreason.capture.fitting import within
from nbreason.capture.limits import USUAL, Limits
from nbreason.capture.safe import brief, clean, message_of
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text
from nbreason.core.phrases import counted
from nbreason.notebook.cells import numbered
from nbreason.notebook.last_error import Raised

SENT = (
    Sent(
        "code",
        "the last error (`--error`)",
        "type, message, causes; the cell that raised it; of your own frames the file's name without its folder, "
        "function, three lines around and (unless `NBReason.variables = False`) local variables in short; frames "
        "of libraries as one line; what looks like a secret is taken out",
    ),
)

AROUND = 3
FRAMES = 12
LOCALS = 12
MESSAGE = 2_000
LIBRARIES = tuple({os.path.realpath(path) for path in sysconfig.get_paths().values() if path})


def describe_error(raised: Raised, with_locals: bool, limits: Limits = USUAL) -> Part:
    """The error as delimited text.

    with_locals: whether the local variables of the person's own frames go along, in short
    """
    error = raised.error
    lines = [
        f"{type(error).__name__}: {message_of(error, MESSAGE)}",
        "",
        f"Raised by In[{raised.cell}]:",
        numbered(raised.source),
    ]
    lines += ["", "Frames, the innermost last:", *frames(error.__traceback__, with_locals)]
    for title, cause in chain(error):
        lines += [
            "",
            f"{title}: {type(cause).__name__}: {message_of(cause, MESSAGE)}",
            *frames(cause.__traceback__, with_locals),
        ]
    name, kind = f"In[{raised.cell}]", type(error).__name__
    body = "\n".join(lines)

    def made(fewer: Limits) -> list[Part]:
        block = data_block(body, name=name, kind="error", type=kind, characters=fewer.characters)
        return [Text(block, f"error of {name}")]

    return within(limits, made)[0]


def chain(error: BaseException) -> list[tuple[str, BaseException]]:
    """The errors behind an error, at most four."""
    found: list[tuple[str, BaseException]] = []
    current, seen = error, {id(error)}
    while len(found) < 4:
        behind = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if behind is None or id(behind) in seen:
            break
        found.append(("Caused by" if current.__cause__ else "While handling", behind))
        seen.add(id(behind))
        current = behind
    return found


def frames(trace: TracebackType | None, with_locals: bool) -> list[str]:
    """The person's own frames with their lines; frames of libraries collapsed to one line for each run of them."""
    lines: list[str] = []
    foreign: list[str] = []
    own = [item for item in traceback.walk_tb(trace) if not is_machinery(item[0])]
    for frame, number in own[-FRAMES * 4 :]:
        if is_library(frame.f_code.co_filename):
            foreign.append(package_of(frame.f_code.co_filename))
            continue
        lines += collapsed(foreign)
        foreign = []
        lines += shown(frame, number, with_locals)
    return lines + collapsed(foreign)


def collapsed(packages: list[str]) -> list[str]:
    """One line for frames that are not the person's own."""
    if not packages:
        return []
    return [f"  … {counted(len(packages), 'frame')} in {', '.join(dict.fromkeys(packages))} …"]


def shown(frame: FrameType, number: int, with_locals: bool) -> list[str]:
    """A frame: where, a few lines around, and its local variables if asked for."""
    code = frame.f_code
    lines = [f"  {place_of(code.co_filename)}, line {number}, in {code.co_name}"]
    for line in range(max(1, number - AROUND), number + AROUND + 1):
        if text := linecache.getline(code.co_filename, line, frame.f_globals).rstrip():
            lines.append(f"  {'>' if line == number else ' '} {line:>4} {one_line_kept(text)}")
    # The module's own names are the whole notebook: only those of functions say what was going on.
    if with_locals and code.co_name != "<module>":
        lines += local_variables(frame)
    return lines


def one_line_kept(text: str) -> str:
    """A source line with its indentation, at most 200 characters."""
    return clean(text)[:200]


def local_variables(frame: FrameType) -> list[str]:
    """Names and values in short; long and odd ones by their type."""
    names = [name for name in frame.f_locals if not name.startswith("_")][:LOCALS]
    return [f"      {name} = {brief(frame.f_locals[name])}" for name in names]


def place_of(filename: str) -> str:
    """What a file is called in what is sent: its name, never its folder."""
    return "a cell" if is_cell(filename) else os.path.basename(filename)


def is_cell(filename: str) -> bool:
    """Whether a file name stands for a cell, in IPython or in a kernel."""
    return filename.startswith("<ipython-input-") or "ipykernel_" in filename


def is_library(filename: str) -> bool:
    """Whether a file belongs to Python or to an installed package."""
    if is_cell(filename):
        return False
    if filename.startswith("<"):
        return True
    return os.path.realpath(filename).startswith(LIBRARIES) or "site-packages" in filename


def is_machinery(frame: FrameType) -> bool:
    """Whether a frame is the notebook's own way of running a cell."""
    return frame.f_globals.get("__name__", "").partition(".")[0] in ("IPython", "ipykernel")


def package_of(filename: str) -> str:
    """The package that a library's file belongs to."""
    path = filename.replace("\\", "/")
    if "site-packages/" in path:
        return path.rpartition("site-packages/")[2].partition("/")[0].removesuffix(".py")
    return "Python" if not path.startswith("<") else path
