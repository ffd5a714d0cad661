"""Every figure the notebook shows, noted by cell and order, so that it can be attached to a question later.

The notes are references to what was displayed: nothing is decoded, copied or drawn at that moment.
Nothing heavy is imported here, because ``%load_ext nbreason`` imports this module.
"""

from __future__ import annotations

import re
import sys
import threading
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from nbreason.capture.limits import DEFAULT, Limits
from nbreason.core.parts import Part
from nbreason.notebook.output_widgets import OutputWidgets

MEMORY = 64 * 1024 * 1024
SMALLEST_SIDE = 24  # pixels; what is smaller is an icon
_SMALLEST_IN_HTML = 96  # libraries show their logos in HTML when they are loaded
_OURS = "nbreason"  # the key in the metadata of all that this package shows
_MOST_DISPLAY_IDS = 2_000  # display ids remembered

Parts = list[Part]  # inside the class `Figures`, `list` is its method

_SELECTOR = re.compile(r"(?:In\s*)?\[\s*(\d+)\s*\](?:\s*\.\s*(\d+))?", re.IGNORECASE)
_RANGE = re.compile(r"In\[(\d*):(\d*)\]")


class NoSuchFigure(LookupError):
    """No figure matches a selector.  The message is one line and lists the figures that exist."""


@dataclass(frozen=True)
class Figure:
    """A figure that can be selected.

    label: ``"In[5].2"``
    mime:  the media type of what was shown
    size:  width and height in pixels; None if it is not made of pixels
    alt:   what is in it, in words, if that was known when it was shown
    live:  the object that was shown, if it still exists: it may be drawn anew
    type:  its class, ``folium.Map``; "" if that was not known
    """

    label: str
    mime: str
    size: tuple[int, int] | None
    alt: str
    bundle: Mapping[str, object] = field(repr=False, compare=False)
    live: object = field(default=None, repr=False, compare=False)
    type: str = ""

    def parts(self, limits: Limits = DEFAULT) -> Parts:
        """The figure itself: a picture, or three of an animation, or a text.  Raises CannotAttach if it is damaged.

        What changes on the page, as widgets do, goes as it looks now; what only the page can draw, by its object.
        """
        from nbreason.notebook.shown_figures import parts_of_shown

        return parts_of_shown(self, limits)


@dataclass(eq=False)
class _Note:
    """One display.  `cell` is the execution count, `weight` its approximate size in bytes."""

    cell: int
    cell_id: str | None
    bundle: Mapping[str, object]
    mime: str
    weight: int
    display_id: str | None
    alt: str
    shown_in: str  # the output widget it was shown in; "" for the cell's own output
    place: int  # where it stands among those of its cell
    live: Callable[[], object]
    type: str


class Figures:
    """Notes of what one shell displays.

    memory: bytes that the notes may hold; the oldest are dropped first
    """

    def __init__(self, memory: int = MEMORY) -> None:
        self.memory = memory
        self._notes: list[_Note] = []
        self._weight = 0
        self._dropped: dict[int, int] = {}  # cell -> figures dropped to save memory: keeps numbers stable
        self._display_cells: dict[str, tuple[int, str | None]] = {}  # display id -> the cell that first used it
        self._widgets = OutputWidgets()
        self._lock = threading.RLock()
        self._shell: Any = None
        self._undo: list[Callable[[], None]] = []
        self._cell = 0
        self._cell_id: str | None = None
        self._running = False
        self._clear_at_next = False
        self._formatted: tuple[object, Any] = (None, None)
        self._places = 0
        self._left: dict[str, list[tuple[int, str | None, int]]] = {}  # output widget -> cells and places it had

    # -- hooks into the shell -----------------------------------------------------------------------

    def attach(self, shell: Any) -> Figures:
        """Start noting what this InteractiveShell displays; calling it twice does no harm."""
        if self._shell is shell:
            return self
        self.detach()
        self._shell = shell
        self._cell = shell.displayhook.prompt_count
        self._running = True  # the cell that holds %load_ext, if any
        self._after(shell.display_pub, "publish", self._published)
        self._after(shell.display_pub, "clear_output", self._cleared)
        self._after(shell.displayhook, "write_format_data", self._written)
        self._after(shell.display_formatter, "format", self._made)
        shell.events.register("pre_run_cell", self._begin)
        shell.events.register("post_run_cell", self._end)
        return self

    def detach(self) -> None:
        """Stop noting and restore the shell.  What was noted stays."""
        shell, self._shell = self._shell, None
        if shell is None:
            return
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()
        for event, callback in (("pre_run_cell", self._begin), ("post_run_cell", self._end)):
            with suppress(ValueError):
                shell.events.unregister(event, callback)

    def _after(self, owner: Any, name: str, note: Callable[..., None]) -> None:
        """Call `note` with result and arguments of a method of one object; its class is not changed."""
        before, original = vars(owner).get(name), getattr(owner, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            result = original(*args, **kwargs)
            if self._shell is not None:
                with suppress(Exception):  # a note that fails must not fail the cell
                    note(result, *args, **kwargs)
            return result

        def undo() -> None:
            if vars(owner).get(name) is not wrapped:
                return  # another extension wrapped it after us: ours only calls the original from now on
            if before is None:
                delattr(owner, name)
            else:
                setattr(owner, name, before)

        setattr(owner, name, wrapped)
        self._undo.append(undo)

    def _published(self, result: Any, data: Any, metadata: Any = None, *args: Any, **kwargs: Any) -> None:
        transient = kwargs.get("transient")
        self._note(data, metadata, transient.get("display_id") if transient else None, bool(kwargs.get("update")))

    def _written(self, result: Any, format_dict: Any, md_dict: Any = None, *args: Any, **kwargs: Any) -> None:
        self._note(format_dict, md_dict, None, False)

    def _cleared(self, result: Any, wait: bool = False) -> None:
        self._clear(wait)

    def _made(self, result: Any, obj: Any, *args: Any, **kwargs: Any) -> None:
        """Remember, until it is published, which object a bundle was made from: only then is it available."""
        self._formatted = (result[0], obj)

    def _begin(self, info: Any) -> None:
        """A cell starts: what it showed the last time it ran is gone from the page."""
        if not info.store_history:
            return  # %%capture, %run and others run code inside a cell
        with self._lock:
            self._cell = self._shell.displayhook.prompt_count
            self._cell_id = getattr(info, "cell_id", None)
            self._running, self._clear_at_next = True, False
            if self._cell_id:
                self._remove(lambda note: note.cell_id == self._cell_id)

    def _end(self, result: Any) -> None:
        self._formatted = (None, None)
        if result is None or result.info.store_history:
            self._running = self._clear_at_next = False

    # -- noting -------------------------------------------------------------------------------------

    def _note(self, data: Any, metadata: Any, display_id: str | None, update: bool) -> None:
        from nbreason.notebook.shown_figures import shown_type

        if metadata and _OURS in metadata:
            return
        mime = shown_type(data)
        if not mime and not display_id and not self._clear_at_next:
            return
        with self._lock:
            if self._clear_at_next:
                self._clear(False)
            if update:
                self._replace(display_id, data, mime)
                return
            if display_id:
                self._remember_display(display_id)
            if mime:
                self._add(self._cell, self._cell_id, data, mime, display_id)

    def _remember_display(self, display_id: str) -> None:
        self._display_cells[display_id] = (self._cell, self._cell_id)
        if len(self._display_cells) > _MOST_DISPLAY_IDS:
            del self._display_cells[next(iter(self._display_cells))]

    def _add(self, cell: int, cell_id: str | None, data: Any, mime: str, display_id: str | None) -> None:
        widget, (alt, live, name) = self._widgets.current(), self._known(data)
        self._places += 1
        place = self._places
        if self._left.get(widget):  # a slider draws anew what stands in the cell that made it
            cell, cell_id, place = self._left[widget].pop(0)
        self._notes.append(_Note(cell, cell_id, data, mime, _weight(data), display_id, alt, widget, place, live, name))
        note = self._notes[-1]
        self._weight += note.weight
        self._drop()

    def keep_within(self, memory: int) -> None:
        """Change how many bytes the notes may hold."""
        with self._lock:
            self.memory = memory
            self._drop()

    def _drop(self) -> None:
        """Drop the oldest notes until the rest is within the limit; the newest always stays."""
        while self._weight > self.memory and len(self._notes) > 1:
            oldest = self._notes.pop(0)
            self._weight -= oldest.weight
            self._dropped[oldest.cell] = self._dropped.get(oldest.cell, 0) + 1

    def _known(self, data: Any) -> tuple[str, Callable[[], object], str]:
        """Alternative text, a reference and the type of the object this bundle was just made from, if available."""
        bundle, shown = self._formatted
        if bundle is not data:
            return "", _nothing, ""
        self._formatted = (None, None)
        from nbreason.capture.alt_text import alt_text
        from nbreason.capture.object_types import type_name

        live: Callable[[], object] = _nothing
        with suppress(TypeError):  # a weak reference: what nobody else keeps is not kept
            live = weakref.ref(shown)
        return alt_text(shown), live, type_name(shown)

    def _replace(self, display_id: str | None, data: Any, mime: str) -> None:
        """An update changes every output with that id, where it stands."""
        places = [note for note in self._notes if note.display_id == display_id]
        if not mime:
            self._remove(lambda note: note.display_id == display_id)
        elif not places:
            if cell := self._display_cells.get(display_id or ""):
                self._add(*cell, data, mime, display_id)
        else:
            alt, live, name = self._known(data)
            for note in places:
                weight = _weight(data)
                self._weight += weight - note.weight
                note.bundle, note.mime, note.weight, note.alt = data, mime, weight, alt
                note.live, note.type = live, name

    def _clear(self, wait: bool) -> None:
        """`clear_output` empties the output of the running cell, or of the output widget it is called in."""
        with self._lock:
            self._clear_at_next = wait
            if wait:
                return
            widget = self._widgets.current()
            if widget:
                left = sorted((note.place, note) for note in self._notes if note.shown_in == widget)
                self._left[widget] = [(note.cell, note.cell_id, place) for place, note in left]
                self._remove(lambda note: note.shown_in == widget)
            elif self._running:
                self._remove(lambda note: note.cell == self._cell and not note.shown_in)

    def _remove(self, gone: Callable[[_Note], bool]) -> None:
        self._notes = [note for note in self._notes if not gone(note)]
        self._weight = sum(note.weight for note in self._notes)

    # -- selecting ----------------------------------------------------------------------------------

    def flush(self) -> None:
        """Show now what matplotlib's inline backend would show when the cell ends."""
        inline = sys.modules.get("matplotlib_inline.backend_inline")
        if inline is not None and self._shell is not None:
            inline.flush_figures()

    def list(self) -> list[Figure]:
        """All figures that can be selected, oldest first."""
        from nbreason.capture.mime_bundles import HTML, size_of

        with self._lock:
            notes = sorted(self._notes, key=lambda note: (note.cell, note.place))
        figures: list[Figure] = []
        counts = dict(self._dropped)
        for note in notes:
            size = size_of(note.bundle, note.mime)
            if size and min(size) < (_SMALLEST_IN_HTML if note.mime == HTML else SMALLEST_SIDE):
                continue
            counts[note.cell] = counts.get(note.cell, 0) + 1
            label = f"In[{note.cell}].{counts[note.cell]}"
            figures.append(Figure(label, note.mime, size, note.alt, note.bundle, note.live(), note.type))
        return figures

    def select(self, selector: str | None = None, limits: Limits = DEFAULT) -> Parts:
        """The figures that a selector matches, oldest first: `Image` parts, or `Text` for what cannot be drawn here.

        selector: None or "" for the last one; ``"2"`` the last two; ``"In[5]"`` all of that cell;
        ``"In[5].2"`` its second; ``"In[2:5]"`` all of cells 2 to 4.
        Raises NoSuchFigure if nothing matches, and for a damaged picture.
        """
        from nbreason.capture.images import CannotAttach

        figures = self.list()
        if not figures:
            raise NoSuchFigure(
                "This notebook has shown no figure yet: run a cell that draws one, then ask again, "
                "or attach a variable or a file with --image."
            )
        chosen = _choose(figures, (selector or "").strip())
        if not chosen:
            raise NoSuchFigure(f"No figure {selector}: this notebook has shown {_listed(figures)}.")
        try:
            return [part for figure in chosen for part in figure.parts(limits)]
        except CannotAttach as error:
            raise NoSuchFigure(str(error)) from None


def _nothing() -> None:
    """The reference to what cannot be referred to."""


def _choose(figures: list[Figure], selector: str) -> list[Figure]:
    if not selector:
        return figures[-1:]
    if selector.isdecimal():
        count = int(selector)
        return figures[-count:] if count else []
    if between := _RANGE.fullmatch(selector):
        cells = range(int(between[1] or 0), int(between[2] or 10**9))
        return [figure for figure in figures if int(figure.label[3:].partition("]")[0]) in cells]
    found = _SELECTOR.fullmatch(selector)
    if not found:
        return []
    cell, number = found.groups()
    if number:
        return [figure for figure in figures if figure.label == f"In[{int(cell)}].{int(number)}"]
    return [figure for figure in figures if figure.label.startswith(f"In[{int(cell)}].")]


def _listed(figures: list[Figure]) -> str:
    """The labels on one line; only the newest if there are many."""
    labels = [figure.label for figure in figures]
    if len(labels) <= 12:
        return ", ".join(labels)
    return f"{len(labels)} figures, the last ones {', '.join(labels[-10:])}"


def _weight(bundle: Mapping[str, object]) -> int:
    """About how many bytes a bundle holds.  Reads a limited number of its pieces."""
    total, pending, visited = 0, [*bundle.values()], 0
    while pending and visited < 400:
        value = pending.pop()
        visited += 1
        if isinstance(value, (str, bytes)):
            total += len(value)
        elif isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, (list, tuple)):
            total += 32 * len(value)
            pending.extend(value[:4])
    return total + 100
