"""What one kernel holds: the shell, the settings, the figures that were shown, and the session."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from nbreason.config.environment import process_environment
from nbreason.config.settings import NBReason, of_shell
from nbreason.notebook.cell_runs import CellRuns
from nbreason.notebook.context import NotebookContext
from nbreason.notebook.figures import Figures
from nbreason.notebook.last_error import LastError
from nbreason.notebook.order import CellOrder

if TYPE_CHECKING:
    from nbreason.asking.run import Run
    from nbreason.asking.session import Session
    from nbreason.config.keys import KeySource
    from nbreason.core.events import Event
    from nbreason.core.options import AskOptions
    from nbreason.core.question import Place, Question
    from nbreason.store.conversations import Store

MEGABYTE = 1024 * 1024

KEYS: WeakKeyDictionary[Any, KeySource] = WeakKeyDictionary()
"""Shell -> its keys: a login is for the kernel, however often nbreason is loaded into it."""

STORES: WeakKeyDictionary[Any, list[Store]] = WeakKeyDictionary()
"""Shell -> the stores in which something was spent, however often nbreason is loaded into it."""

MAIN = "main"
"""What the first conversation of a notebook is called; in the store its name is empty."""

_LOADED: WeakKeyDictionary[Any, Notebook] = WeakKeyDictionary()


def notebook_of(shell: Any) -> Notebook | None:
    """What a shell holds, while the extension is loaded into it."""
    return _LOADED.get(shell)


class Notebook:
    """Made for a shell by ``%load_ext``; everything heavy is imported by the first ask."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.settings = of_shell(shell)
        self.figures = Figures(MEGABYTE * self.settings.figure_memory)
        self.last_error = LastError(shell)
        self.context = NotebookContext(shell, process_environment())
        self.order = CellOrder(shell, self.context)
        self.cell_runs = CellRuns(shell, self.context)
        self.thread = ""  # the current conversation
        self.running: list[Run] = []
        self.welcomed = False  # whether this kernel has shown the line below its first answer
        self.dashboard: tuple[Callable[[], None], Callable[[], None]] | None = None  # refresh and end
        self._session: Session | None = None
        self._stores = STORES.setdefault(shell, [])
        self._opening = Lock()
        self.settings.observe(lambda change: self.close_session(), "save")
        self.settings.observe(lambda change: self.figures.keep_within(MEGABYTE * change.new), "figure_memory")

    @property
    def session(self) -> Session:
        """The session, opened on first use, by whichever thread that is."""
        with self._opening:
            if self._session is None:
                self._session = open_session(self.settings, KEYS.get(self.shell), self._stores)
                self._session.guard.confirm = ask_yes_or_no
                self._stores.append(self._session.store)
                KEYS[self.shell] = self._session.keys
            return self._session

    def attach(self) -> None:
        """Record what the shell shows and raises, and let `%config` and `nbreason.ask` find this notebook."""
        _LOADED[self.shell] = self
        self.shell.configurables.append(self.settings)
        self.figures.attach(self.shell)
        self.last_error.attach()
        self.order.attach()
        self.cell_runs.attach()

    def detach(self) -> None:
        """Leave the shell as it was; running asks finish."""
        _LOADED.pop(self.shell, None)
        self.shell.configurables[:] = [item for item in self.shell.configurables if item is not self.settings]
        self.figures.detach()
        self.last_error.detach()
        self.order.detach()
        self.cell_runs.detach()
        if self.dashboard is not None:
            self.dashboard[1]()
        self.close_session()

    def close_session(self) -> None:
        """Let running asks finish in this session, and open another one for the next question."""
        with self._opening:
            session, self._session = self._session, None
        if session is not None:
            session.leave()

    def add_run(self, run: Run) -> None:
        """An ask has started."""
        self.running.append(run)
        self.refresh()

    def remove_run(self, run: Run) -> None:
        """An ask has ended."""
        self.running.remove(run)
        self.refresh()

    def refreshed_by(self, events: Iterable[Event | None]) -> Iterator[Event | None]:
        """The events of an ask; a new balance among them refreshes the dashboard."""
        from nbreason.core.events import BalanceSeen

        for event in events:
            if isinstance(event, BalanceSeen):
                self.refresh()
            yield event

    def refresh(self) -> None:
        """Refresh the dashboard, if one is shown."""
        if (dashboard := self.dashboard) is not None:
            with suppress(Exception):  # it shows its own errors, and an ask must not fail because of it
                dashboard[0]()

    def conversation(self, thread: str = "") -> Place:
        """The current conversation, or that of another thread; a renamed or copied notebook is recognised first."""
        thread = "" if thread == MAIN else thread or self.thread
        cells, cell = self.order.cells(), self.context.cell()
        if cells is not None and cell and not cells.holds(cell):
            cells = None  # a cell that was never saved, or a front end whose ids are not those of the file
        place = replace(self.context.conversation(), thread=thread, cells=cells)
        if place.lasting:
            self.session.recognise(place)
        if runs := self.cell_runs.take(place.notebook):
            self.session.store.note_runs(place.notebook, runs)
        return place

    def question(self, options: AskOptions, text: str, template: bool = False) -> Question:
        """A question from options and text.

        template: whether ``{{ expr }}`` in the text is Python

        Raises Refused or UsageError if something cannot be attached; nothing is sent then.
        """
        from nbreason.core.question import compose
        from nbreason.notebook.attaching import Attacher

        attacher = Attacher(self.shell, self.settings, self.figures, self.last_error)
        parts, shape = attacher.parts(options, text, template), attacher.shape(options)
        ask = self.context.next_ask(counted=not options.dry_run)
        place = replace(self.conversation(options.thread), owner=ask.owner)
        self.cell_runs.add(place.thread, place.owner, options.dry_run)
        return compose(options, parts, shape, place)


def ask_yes_or_no(line: str) -> bool:
    """Whether the user answers yes; no if nobody can be asked."""
    try:
        return input(f"{line} [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, RuntimeError, OSError):  # a kernel without anyone to type
        return False


def open_session(settings: NBReason, keys: KeySource | None = None, earlier: Sequence[Store] = ()) -> Session:
    """A session over the store of this machine.

    keys: those of this kernel; the names of its logins are saved next to these conversations from now on
    earlier: what was spent there counts as well
    """
    from nbreason.asking.session import Session
    from nbreason.config.keys import KeySource
    from nbreason.store.catalogues import CatalogueFiles
    from nbreason.store.conversations import Store
    from nbreason.store.home import home

    environment = process_environment()
    folder = home(environment) if settings.save else None
    keys = keys or KeySource(environment)
    keys.use_folder(folder)
    files = CatalogueFiles(folder)
    return Session(settings, Store(folder), environment, earlier=earlier, keys=keys, catalogues=files)
