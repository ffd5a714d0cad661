"""Events of a response, and the one fold that makes an answer of them.

A whole JSON response and a stream decode to the same events, so an answer is put together in one place only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal

from nbreason.core.citations import MOST, Citation
from nbreason.core.usage import CostSource, Money, Usage

Finish = Literal["stop", "length", "content_filter", "refusal", "empty", "interrupted", "cut"]
"""How an answer ended: whole (`stop`), at the token limit, filtered, refused, without text although the provider calls
it whole (`empty`), stopped by the person, or broken off by the network (`cut`)."""


@dataclass(frozen=True)
class Started:
    """The provider took the request; `model` is the name that it reports, `response_id` that of its answer."""

    model: str | None = None
    request_id: str | None = None
    response_id: str | None = None


@dataclass(frozen=True)
class Cited:
    """A web page that the answer cites."""

    page: Citation


@dataclass(frozen=True)
class Queued:
    """The provider works on the request without a connection, under this name."""

    job: str


@dataclass(frozen=True)
class TextDelta:
    """A piece of the visible answer."""

    text: str


@dataclass(frozen=True)
class ReasoningDelta:
    """A piece of the reasoning, where the provider shows it."""

    text: str


@dataclass(frozen=True)
class UsageSeen:
    """Tokens as reported; a later report replaces an earlier one."""

    usage: Usage


@dataclass(frozen=True)
class CostSeen:
    """What this answer cost, and how that is known."""

    cost: Money
    source: CostSource = "provider"


@dataclass(frozen=True)
class BalanceSeen:
    """What is left on the account, as reported; `before` this ask, or after it."""

    balance: Money
    before: bool = False


@dataclass(frozen=True)
class RateSeen:
    """How many more ``requests`` or ``tokens`` the provider accepts for now, by its headers."""

    what: str
    left: int


@dataclass(frozen=True)
class Notice:
    """A line for the person: older turns were left out, a retry is under way."""

    text: str


@dataclass(frozen=True)
class RawReply:
    """What arrived, where nothing of it could be read as an answer."""

    text: str


@dataclass(frozen=True)
class Waiting:
    """A retry waits so many seconds, as the provider asked; 0: the wait is over."""

    seconds: float


@dataclass(frozen=True)
class Finished:
    """The provider said that the answer is over, and why."""

    reason: Finish


@dataclass(frozen=True)
class Answer:
    """An answer and everything known about it.

    text:       the visible answer, Markdown
    reasoning:  reasoning text, when the provider shows any
    raw:        the reply as it came, where nothing of it could be read as an answer: at most 64 Ki characters
    requested_model: the model asked, ``"segmind:o3"``
    citations:  the web pages that it cites, where the provider reports them
    job:        what the provider calls the work on it, while that goes on without a connection
    job:        what the provider calls the work on it, while that goes on without a connection
    response_id: the provider's name of the answer, for `previous_response_id`
    reported_model:  the name of the model that the provider reports, or None
    seconds:    from sending to the end of the answer
    asked_at:   seconds since 1970, UTC
    estimate:   input tokens estimated before sending
    images, tables: how many were attached
    attached:   what went along with the question, for people: ``("1 figure", "df (9 of 240 rows)", "3 turns")``
    window:     context window of the model in tokens, or None when unknown
    cost_source: how the cost is known; empty where it is not
    balance_before: what was left on the account before this ask; `balance` is what was left after it
    rates:      how many more ``requests`` and ``tokens`` the provider accepts for now, where it says so
    replayed:   a saved answer to the same request; `asked_at` says when that was sent
    replay_file: the name of the replay file that holds it, if one does; other_context: whether it was given below
                other turns than there are now
    request_hash: SHA-256 of the request; parameters: further parameters that were sent; version: of this package
    format:     the requested format, ``"json"`` for instance; empty for Markdown
    value:      what the format makes of the text (an object, a dataframe, code); None where it does not fit.  It
                is made from the text, so it is not stored
    """

    text: str = ""
    reasoning: str = ""
    finish: Finish = "cut"
    usage: Usage = field(default_factory=Usage)
    cost: Money | None = None
    cost_source: CostSource = ""
    balance: Money | None = None
    notices: tuple[str, ...] = ()
    reported_model: str | None = None
    request_id: str | None = None
    requested_model: str = ""
    effort: str | None = None
    seconds: float = 0.0
    asked_at: float = 0.0
    estimate: int = 0
    images: int = 0
    tables: int = 0
    window: int | None = None
    balance_before: Money | None = None
    rates: tuple[tuple[str, int], ...] = ()
    replayed: bool = False
    replay_file: str = ""
    other_context: bool = False
    request_hash: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    format: str = ""
    raw: str = ""
    citations: tuple[Citation, ...] = ()
    job: str = ""
    response_id: str | None = None
    attached: tuple[str, ...] = ()
    value: Any = field(default=None, compare=False, repr=False)

    renderer: ClassVar[Callable[[Answer], Any] | None] = None
    """Makes the MIME bundle that front ends show; set by the ways of asking, since values do not know the page."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return {"text/plain": repr(self)} if Answer.renderer is None else Answer.renderer(self)

    @property
    def complete(self) -> bool:
        """Whether the answer is whole; only whole answers are replayed."""
        return self.finish == "stop"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Sending:
    """The question goes out.

    blank:   the answer with what is known before sending
    balance: what was left on the account at the last answer
    """

    blank: Answer
    balance: Money | None = None


Event = (
    Sending
    | Started
    | Cited
    | Queued
    | TextDelta
    | ReasoningDelta
    | UsageSeen
    | CostSeen
    | BalanceSeen
    | RateSeen
    | Notice
    | RawReply
    | Waiting
    | Finished
)


@dataclass
class Draft:
    """An answer while it arrives: `add` each event, `answer` at any moment.

    Text is collected in lists and joined on demand, so that a long stream is not copied at each piece.
    """

    base: Answer = field(default_factory=Answer)
    _text: list[str] = field(default_factory=list)
    _reasoning: list[str] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Add one event."""
        match event:
            case Sending(blank, balance):
                self.base = replace(blank, balance_before=balance)
            case TextDelta(text):
                self._text.append(text)
            case ReasoningDelta(text):
                self._reasoning.append(text)
            case Queued(job):
                self.base = replace(self.base, job=job)
            case Cited(page):
                self.base = replace(self.base, citations=(*self.base.citations, page)[:MOST])
            case Started(model, request_id, response_id):
                self.base = replace(
                    self.base,
                    reported_model=model or self.base.reported_model,
                    request_id=request_id or self.base.request_id,
                    response_id=response_id or self.base.response_id,
                )
            case UsageSeen(usage):
                self.base = replace(self.base, usage=usage)
            case CostSeen(cost, source):
                self.base = replace(self.base, cost=cost, cost_source=source)
            case BalanceSeen(balance, True):
                self.base = replace(self.base, balance_before=balance)
            case BalanceSeen(balance):
                self.base = replace(self.base, balance=balance)
            case RateSeen(what, left):
                rates = {**dict(self.base.rates), what: left}
                self.base = replace(self.base, rates=tuple(rates.items()))
            case Notice(text):
                self.base = replace(self.base, notices=(*self.base.notices, text))
            case RawReply(text):
                self.base = replace(self.base, raw=text)
            case Finished(reason):
                self.base = replace(self.base, finish=reason)

    def end_job(self) -> None:
        """The provider no longer works on it."""
        self.base = replace(self.base, job="")

    def set_seconds(self, seconds: float) -> None:
        """Set how long the answer took."""
        self.base = replace(self.base, seconds=seconds)

    @property
    def text(self) -> str:
        """The visible text so far."""
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        """The reasoning text so far."""
        return "".join(self._reasoning)

    def answer(self) -> Answer:
        """The answer so far."""
        return replace(self.base, text=self.text, reasoning=self.reasoning)


def fold(events: Iterable[Event], base: Answer | None = None) -> Answer:
    """Put events together into an answer.

    base: what is known before sending (the requested model, the time); the events add to it.
    """
    draft = Draft(base or Answer())
    for event in events:
        draft.add(event)
    return draft.answer()
