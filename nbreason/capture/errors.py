"""Errors as text: what was raised and why, and the user's own frames with the lines around."""

from __future__ import annotations

import linecache
import os
import re
import sys
import sysconfig
import traceback
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType, TracebackType

from nbreason.capture.blocks import text_block
from nbreason.capture.limits import DEFAULT, Limits, fit_tokens
from nbreason.capture.object_types import is_a, type_name
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import message_of, short_repr
from nbreason.core.characters import clean, one_line
from nbreason.core.parts import Part, Text
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "code",
        "the last error (`--error`, `--fix`)",
        "type, message, notes, causes; the cell that raised it; of your own frames the file's name without its folder, "
        "function, three lines around (of the cell itself the line alone) and (unless `NBReason.variables = False`) "
        "local variables in short, of the cell the numbers, tables and arrays that its line names; frames of libraries "
        "as one line; what looks like a secret is taken out",
    ),
)

_AROUND = 3  # lines of source before and after the one that raised
_FRAMES = 48
_LOCALS = 12
_VALUE = 240  # characters of a table or an array
_CODE = (type, ModuleType, FunctionType, BuiltinFunctionType)
_TABLES = ("DataFrame", "Series", "Index", "ndarray", "generic")
_CAUSES = 4
_MESSAGE = 2_000  # characters
_COMPILED = (".pyx", ".pxi", ".pxd", ".rs", ".cpp", ".c")
_WARNING = re.compile(r"^(\S.*?|<[^>\n]+>):(\d+): (?=\w*Warning\b)", re.MULTILINE)
_LIBRARIES = tuple({os.path.realpath(path) for path in sysconfig.get_paths().values() if path})


def describe_error(
    error: BaseException, cell: int, source: str, with_locals: bool, limits: Limits = DEFAULT
) -> list[Part]:
    """An error that ended a cell, as one block of text.

    cell, source: the number of the cell and what is in it
    with_locals: whether the local variables of the user's own frames are included, in short
    """
    name, kind = f"In[{cell}]", type(error).__name__
    first, *rest = error_lines(error, with_locals, source)
    body = "\n".join([first, "", f"Raised by {name}:", with_line_numbers(source), *rest])

    def make(fewer: Limits) -> list[Part]:
        (part,) = text_block(error, name, "error", body, fewer, type=kind)
        return [Text(part.text, f"error of {name}")] if isinstance(part, Text) else []

    return fit_tokens(limits, make)


def with_line_numbers(source: str) -> str:
    """Source with line numbers, as tracebacks count them."""
    return "\n".join(f"{number:>3} {line}".rstrip() for number, line in enumerate(source.splitlines(), 1))


def error_lines(error: BaseException, with_locals: bool = False, source: str = "") -> list[str]:
    """Type, message, notes and frames of an error and of the errors that caused it, at most four.

    source: of the cell, if that stands above already, so that its lines are not repeated
    """
    lines: list[str] = []
    current: BaseException | None = error
    reason, seen = "", set[int]()
    while current is not None and id(current) not in seen and len(seen) < _CAUSES:
        seen.add(id(current))
        lines += [*([""] if lines else []), *_single(current, reason, with_locals, source)]
        reason = "Caused by: " if current.__cause__ else "While handling: "
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return lines


def _single(error: BaseException, reason: str, with_locals: bool, source: str) -> list[str]:
    """One error without its causes."""
    lines = [f"{reason}{type(error).__name__}: {_message(error)}"]
    notes = getattr(error, "__notes__", ())
    lines += [one_line(note, 300) for note in notes[:5] if isinstance(note, str)]
    if isinstance(error, SyntaxError) and error.text and not source:
        lines.append(f"  line {error.lineno}: {one_line(error.text.rstrip(), 200)}")
    frames = _frames(error.__traceback__, with_locals, source)
    # A cell that cannot be parsed has run nothing: what remains is the parser.
    if not frames or (isinstance(error, SyntaxError) and len(frames) == 1):
        return lines
    return [*lines, "Frames, the innermost last:", *frames]


def _message(error: BaseException) -> str:
    """The message; of a syntax error with its line and no name of a file that stands for a cell."""
    if not isinstance(error, SyntaxError) or not error.filename or not error.lineno:
        return message_of(error, _MESSAGE)
    where = "" if _is_cell(error.filename) else f"{_file(error.filename)}, "
    return one_line(f"{error.msg} ({where}line {error.lineno})", _MESSAGE)


def _frames(trace: TracebackType | None, with_locals: bool, source: str) -> list[str]:
    """The user's own frames with their lines; each run of library frames is one line, and so is a recursion."""
    lines: list[str] = []
    packages: list[str] = []
    again, before = 0, None
    for frame, number in [item for item in traceback.walk_tb(trace) if not _runs_cells(item[0])][-_FRAMES:]:
        if is_library(frame.f_code.co_filename):
            packages.append(_package_of(frame))
            continue
        if not packages and (frame.f_code, number) == before:
            again += 1
            continue
        lines += [*_repeated(again), *_folded(packages), *_own_frame(frame, number, with_locals, source)]
        packages, again, before = [], 0, (frame.f_code, number)
    return lines + _repeated(again) + _folded(packages)


def _repeated(times: int) -> list[str]:
    return [f"  … the same frame {times} times more …"] if times else []


def _folded(packages: list[str]) -> list[str]:
    """One line for a run of library frames."""
    if not packages:
        return []
    return [f"  … {counted(len(packages), 'frame')} in {', '.join(dict.fromkeys(packages))} …"]


def _own_frame(frame: FrameType, number: int, with_locals: bool, source: str) -> list[str]:
    """A frame: file and function, a few lines around, and its local variables if wanted."""
    code = frame.f_code
    is_above = (
        source.strip() and "".join(linecache.getlines(code.co_filename, frame.f_globals)).strip() == source.strip()
    )
    lines = [f"  {_file(code.co_filename, bool(is_above))}, line {number}, in {code.co_name}"]
    around = 0 if is_above else _AROUND
    for line in range(max(1, number - around), number + around + 1):
        if text := linecache.getline(code.co_filename, line, frame.f_globals).rstrip():
            lines.append(f"  {'>' if line == number else ' '} {line:>4} {clean(text)[:200]}")
    return [*lines, *_variables(frame, number)] if with_locals else lines


def _variables(frame: FrameType, number: int) -> list[str]:
    """The local variables of a function; of a cell or module the data that its line names."""
    held = frame.f_locals
    if frame.f_code.co_name != "<module>":
        names = [name for name in held if not name.startswith("_")][:_LOCALS]
        return [f"      {name} = {short_repr(held[name], _VALUE if _is_data(held[name]) else 80)}" for name in names]
    # The variables of a module are the whole notebook, passwords among them: text goes by its type alone.
    line = linecache.getline(frame.f_code.co_filename, number, frame.f_globals)
    names = [name for name in dict.fromkeys(re.findall(r"[^\W\d]\w*", line)) if name in held and name[0] != "_"]
    told = [(name, held[name]) for name in names if not isinstance(held[name], _CODE)][:_LOCALS]
    return [
        f"      {name} = {short_repr(one, _VALUE) if _is_data(one) else f'<{type_name(one)}>'}" for name, one in told
    ]


def _is_data(value: object) -> bool:
    """Whether a value is a number, a table or an array."""
    plain = value is None or isinstance(value, (bool, int, float, complex))
    return plain or any(is_a(value, library, *_TABLES) for library in ("pandas", "polars", "numpy"))


def _file(filename: str, is_above: bool = False) -> str:
    """The name of the file, never its folder."""
    if _is_cell(filename):
        return "this cell" if is_above else "a cell"
    return os.path.basename(filename.replace("\\", "/"))


def without_paths(printed: str) -> str:
    """What was printed to stderr with each warning under the name of its library, file or cell instead of a path."""

    def place(found: re.Match[str]) -> str:
        filename, line = found[1], found[2]
        if is_library(filename):
            return f"{_package_at(filename)}: "
        return f"{_file(filename)}, line {line}: "

    return _WARNING.sub(place, printed)


def _is_cell(filename: str) -> bool:
    """Whether a file name stands for a cell, in IPython or in a kernel."""
    return filename.startswith("<ipython-input-") or "ipykernel_" in filename


def is_library(filename: str) -> bool:
    """Whether a file belongs to Python or to an installed package; what is compiled names its source."""
    if _is_cell(filename):
        return False
    if filename.startswith("<") or filename.endswith(_COMPILED):
        return True
    return os.path.realpath(filename).startswith(_LIBRARIES) or "site-packages" in filename


def _runs_cells(frame: FrameType) -> bool:
    """Whether a frame belongs to the code of IPython that runs cells."""
    return frame.f_globals.get("__name__", "").partition(".")[0] in ("IPython", "ipykernel")


def _package_of(frame: FrameType) -> str:
    """The package that a frame of a library belongs to."""
    package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    if package in sys.stdlib_module_names:
        return "Python"
    return package if package not in ("", "__main__") else _package_at(frame.f_code.co_filename)


def _package_at(filename: str) -> str:
    """The package that a library's file belongs to."""
    path = filename.replace("\\", "/")
    if "site-packages/" in path:
        return path.rpartition("site-packages/")[2].partition("/")[0].removesuffix(".py")
    if path.endswith(_COMPILED):
        return path.partition("/")[0]
    return "Python" if not path.startswith("<") else path
