"""What an answer cost and what is left, from wherever a provider tells it; never in the way of an answer."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbreason.asking.session import Session
from nbreason.config.settings import NBReason
from nbreason.core.budget import Budget
from nbreason.core.events import BalanceSeen, CostSeen, RateSeen
from nbreason.core.parts import Text
from nbreason.core.question import Place, Question
from nbreason.core.usage import Money
from nbreason.errors import OutOfCredits, Refused, RequestRejected
from nbreason.providers import providers, response_headers
from nbreason.rehearsal import Rehearsal
from nbreason.render.line import static_line
from nbreason.store.conversations import Store
from nbreason.transport.client import Transport
from tests.conftest import Scripted, http

from .conftest import Asker, at_once

HI = {"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": {"cost": 0.0123}}


@pytest.mark.parametrize(
    ("name", "headers", "events"),
    [
        (
            "segmind",
            {"x-remaining-credits": "41.7", "x-cost": "0.3", "x-rate-limit-remaining": "9"},
            [CostSeen(Money(0.3, "credits")), BalanceSeen(Money(41.7, "credits")), RateSeen("requests", 9)],
        ),
        ("segmind", {"x-remaining-credits": "unknown", "x-cost": ""}, []),
        ("segmind", {"x-remaining-credits": "nan", "x-cost": "inf"}, []),
        (
            "aimlapi",
            {"x-aimlapi-credits-used": "4000", "x-aimlapi-usd-spent": "0.002"},
            [CostSeen(Money(0.002, "USD"))],
        ),
        (
            "openai",
            {"x-ratelimit-remaining-requests": "59", "x-ratelimit-remaining-tokens": "149984"},
            [RateSeen("requests", 59), RateSeen("tokens", 149984)],
        ),
        (
            "litellm",
            {
                "x-litellm-response-cost": "0.01",
                "x-litellm-key-max-budget": "200",
                "x-litellm-key-spend": "10.5",
                "x-ratelimit-remaining-tokens": "None",
            },
            [CostSeen(Money(0.01, "USD")), BalanceSeen(Money(189.5, "USD"))],
        ),
        ("litellm", {"x-litellm-key-max-budget": "None", "x-litellm-key-spend": "10.5"}, []),
        ("litellm", {"x-litellm-key-spend": "10.5"}, []),
        ("ollama", {}, []),
    ],
)
def test_headers_are_read_and_what_is_not_there_is_not_made_up(
    name: str, headers: dict[str, str], events: list[Any]
) -> None:
    assert events == list(response_headers.events(providers()[name], headers))


@pytest.mark.parametrize(
    ("name", "reply", "money"),
    [
        ("segmind", {"credits": 0.0, "free-credits": 0.018}, Money(0.018, "credits")),
        ("segmind", {"credits": 12}, Money(12, "credits")),
        ("segmind", {"error": "x"}, None),
        ("aimlapi", {"current_balance": 123.45, "currency": "USD"}, Money(123.45, "USD")),
        ("aimlapi", {"current_balance": None}, None),
        ("aimlapi-responses", {"current_balance": 1}, Money(1, "USD")),
        ("openrouter", {"data": {"limit_remaining": 4.2}}, Money(4.2, "USD")),
        ("openrouter", {"data": {"limit": None, "limit_remaining": None}}, None),
        ("openrouter", {"data": None}, None),
    ],
)
def test_a_balance_is_read_or_not_reported(name: str, reply: Any, money: Money | None) -> None:
    query = providers()[name].balance
    assert query is not None
    assert money == query.read(reply)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def asker(clock: Clock) -> Iterator[Callable[[str], Asker]]:
    """Makes askers whose providers are at an address."""
    made: list[Session] = []

    def make(url: str) -> Asker:
        names = ("AIMLAPI", "OPENROUTER", "SEGMIND", "LITELLM", "OPENAI", "COMPATIBLE")
        environment = {f"NBREASON_{name}_URL": url for name in names}
        environment |= {f"{name}_API_KEY": "sk-x" for name in names}
        made.append(Session(NBReason(replay="off"), Store(None), environment, Transport(sleep=at_once), clock))
        return Asker(made[-1])

    yield make
    for session in made:
        session.close()


MakeAsker = Callable[[str], Asker]


def shop(balance_waits: float = 0.0, answer_waits: float = 0.1, balance: Any = None) -> Callable[[socket.socket], None]:
    """A script that tells a balance and gives an answer, each after its time."""

    def act(connection: socket.socket) -> None:
        request = SERVER[0].requests[-1]
        if request.startswith(b"GET"):
            time.sleep(balance_waits)
            body = balance if balance is not None else {"current_balance": 7.5, "currency": "USD"}
            connection.sendall(http("200 OK", json.dumps(body).encode()))
        else:
            time.sleep(answer_waits)
            connection.sendall(http("200 OK", json.dumps(HI).encode()))

    return act


SERVER: list[Scripted] = []


@pytest.fixture
def open_shop(serve: Callable[..., Scripted]) -> Callable[..., Scripted]:
    def make(**how: Any) -> Scripted:
        SERVER[:] = [serve(shop(**how))]
        return SERVER[0]

    return make


def gets(server: Scripted) -> int:
    return sum(request.startswith(b"GET") for request in server.requests)


def test_the_balance_is_asked_beside_the_answer_and_stands_in_its_line(
    asker: MakeAsker, open_shop: Callable[..., Scripted]
) -> None:
    answer = asker(open_shop().url)("aimlapi:o3")
    assert (Money(7.5, "USD"), None) == (answer.balance_before, answer.balance)
    assert "$7.50 left before this ask" in static_line(answer)


def test_a_slow_or_broken_balance_is_not_waited_for(asker: MakeAsker, open_shop: Callable[..., Scripted]) -> None:
    ask = asker(open_shop(balance_waits=1.0, answer_waits=0).url)
    started = time.monotonic()
    assert "Hi" == ask("aimlapi:o3").text
    assert time.monotonic() - started < 0.8
    assert "Hi" == asker(open_shop(balance={"error": "x"}).url)("aimlapi:o3").text


def test_the_balance_is_asked_once_a_minute(asker: MakeAsker, open_shop: Callable[..., Scripted], clock: Clock) -> None:
    server = open_shop()
    ask = asker(server.url)
    for _ in range(3):
        answer = ask("aimlapi:o3")
        clock.now += 19.9
    assert 1 == gets(server)
    assert Money(7.5, "USD") == answer.balance_before
    ask("aimlapi:o3-mini")
    assert 1 == gets(server)
    clock.now += 1
    ask("aimlapi:o3")
    assert 2 == gets(server)


def test_nothing_is_asked_where_replies_tell_the_balance_or_nobody_does(
    asker: MakeAsker, open_shop: Callable[..., Scripted]
) -> None:
    server = open_shop()
    ask = asker(server.url)
    for model in ("segmind:o3", "litellm:o3", "openai:o3"):
        answer = ask(model)
        assert (None, None) == (answer.balance, answer.balance_before)
        assert "not reported" in static_line(answer)
    assert 0 == gets(server)


def test_openrouter_tells_the_cost_in_usage(asker: MakeAsker, open_shop: Callable[..., Scripted]) -> None:
    answer = asker(open_shop(balance={"data": {"limit_remaining": 4.2}}).url)("openrouter:o3")
    assert (Money(0.0123, "USD"), Money(4.2, "USD")) == (answer.cost, answer.balance_before)


def test_rate_limits_are_kept_with_the_answer(asker: MakeAsker, serve: Callable[..., Scripted]) -> None:
    reply = http("200 OK", json.dumps(HI).encode(), "x-ratelimit-remaining-requests: 59")
    assert (("requests", 59),) == asker(serve(reply).url)("openai:o3").rates


def test_credits_that_ran_out_name_what_was_left(asker: MakeAsker, rehearsal: Rehearsal) -> None:
    ask = asker(rehearsal.url)
    left = ask("segmind:o3", "Why?\nrehearse: low").balance
    assert Money(0.02, "credits") == left
    with pytest.raises(OutOfCredits, match=r"too few credits \(406\).*Nothing was spent\. 0\.02 credits were left at"):
        ask("segmind:o3", "Why?\nrehearse: error 406")


@pytest.mark.parametrize(
    ("left", "words"),
    [("0.02", "0.02 credits are left."), ("1", "1 credit is left."), ("", "1.5 credits were left at the last answer.")],
)
def test_the_headers_of_an_error_tell_what_is_left(
    asker: MakeAsker, serve: Callable[..., Scripted], left: str, words: str
) -> None:
    replies = [
        http("200 OK", json.dumps(HI).encode(), "x-remaining-credits: 1.5"),
        http("406 Not Acceptable", b'{"error": "Not enough credits"}', f"x-remaining-credits: {left}"),
    ]
    ask = asker(serve(lambda connection: connection.sendall(replies.pop(0))).url)
    ask("segmind:o3")
    with pytest.raises(OutOfCredits, match=rf"Nothing was spent\. {re.escape(words)}"):
        ask("segmind:o3")
    assert ask.session.runner.balances == {"segmind": Money(float(left or "1.5"), "credits")}
    failed = ask.session.store.history(Place("x"), versions=True)[-1].answer
    assert failed is not None
    assert (failed.cost, failed.balance) == (None, Money(float(left), "credits") if left else None)


def test_the_headers_of_an_error_tell_the_rate_limits(asker: MakeAsker, serve: Callable[..., Scripted]) -> None:
    ask = asker(serve(http("400 Bad Request", b"{}", "x-ratelimit-remaining-requests: 3")).url)
    with pytest.raises(RequestRejected):
        ask("openai:o3")
    failed = ask.session.store.history(Place("x"), versions=True)[-1].answer
    assert failed is not None
    assert failed.rates == (("requests", 3),)


def streamed(cost: str) -> bytes:
    """A stream as LiteLLM sends it: the headers go out before the cost is known, which is in the last chunk."""
    chunks = [
        {"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2, **json.loads(cost)}},
    ]
    body = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    return http("200 OK", body.encode(), "Content-Type: text/event-stream", "x-litellm-response-cost: 0.0")


@pytest.mark.parametrize("provider", ["litellm", "compatible", "openrouter", "openai"])
@pytest.mark.parametrize(
    ("reported", "cost"),
    [
        ('{"cost": 0.00012}', Money(0.00012, "USD")),
        ('{"cost": 0}', Money(0, "USD")),
        ("{}", None),
        ('{"cost": -3}', None),
        ('{"cost": "NaN"}', None),
        ('{"cost": {"total": 1}}', None),
    ],
)
def test_the_last_chunk_of_a_stream_tells_the_cost(
    asker: MakeAsker, serve: Callable[..., Scripted], provider: str, reported: str, cost: Money | None
) -> None:
    answer = asker(serve(streamed(reported)).url)(f"{provider}:some-model")
    assert (cost, "provider" if cost else "") == (answer.cost, answer.cost_source)
    if cost and cost.amount:
        assert "this ask $0.00012" in static_line(answer)


@pytest.mark.parametrize("provider", ["litellm", "compatible"])
def test_a_budget_in_usd_counts_the_cost_of_streams_and_is_refused_when_none_is_told(
    asker: MakeAsker, serve: Callable[..., Scripted], provider: str
) -> None:
    telling, silent = asker(serve(streamed('{"cost": 0.03}')).url), asker(serve(streamed("{}")).url)
    for ask in (telling, silent):
        ask.session.budgets.set(Place("x"), Budget(0.05, "usd"))
        assert ask(f"{provider}:some-model").complete
    with pytest.raises(Refused, match=r"is \$0\.05: \$0\.02 left, and this ask would take about \$0\.03\."):
        telling(f"{provider}:some-model", "Why not?")
    with pytest.raises(Refused, match=r"cannot be enforced because \w.* does not report USD"):
        silent(f"{provider}:some-model", "Why not?")


def test_waiting_is_of_no_use_when_the_quota_has_run_out(asker: MakeAsker, serve: Callable[..., Scripted]) -> None:
    body = b'{"error": {"message": "You exceeded your current quota.", "code": "insufficient_quota"}}'
    server = serve(http("429 Too Many Requests", body, "Retry-After: 1"))
    with pytest.raises(OutOfCredits, match="too few credits"):
        asker(server.url)("openai:o3")
    assert 1 == len(server.requests)


def test_the_dry_run_asks_nobody(asker: MakeAsker, open_shop: Callable[..., Scripted]) -> None:
    server = open_shop()
    asker(server.url).session.plan(Question((Text("Why?"),), Place("x"), model="aimlapi:o3"))
    assert [] == server.requests
