"""What an ask cost by two balances: a server that speaks as Segmind's pages say, which report only what is left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nbreason.asking.accounts import LATE, OLD, Accounts
from nbreason.asking.session import Session
from nbreason.config.secret import Secret
from nbreason.core.budget import Budget
from nbreason.core.events import Answer
from nbreason.core.usage import Money
from nbreason.errors import Refused, ServerError
from nbreason.rehearsal import Rehearsal, start
from nbreason.render.bundle import answer_bundle
from nbreason.render.line import static_line
from nbreason.store.conversations import Store
from tests.conftest import DUMMY_KEY, HERE, MakeSession, pointed_at, question

MODEL = "segmind:o3"


@pytest.fixture
def server() -> Iterator[Rehearsal]:
    """A server whose answers take long enough for two to be under way at once."""
    with start(pace=0, think_seconds=0.1, record=True) as running:
        yield running


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Asker:
    """Asks a server that reports balances and no costs."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.number = 0

    def begin(self, *directives: str, model: str = MODEL):  # type: ignore[no-untyped-def]
        self.number += 1
        lines = "".join(f"\nrehearse: {directive}" for directive in ("nocost", *directives))
        return self.session.ask(question(f"question {self.number}{lines}", model=model, alone=True))

    def __call__(self, *directives: str, model: str = MODEL) -> Answer:
        answer: Answer = self.begin(*directives, model=model).result(20)
        return answer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ask(make_session: MakeSession, server: Rehearsal, clock: Clock, tmp_path: Path) -> Asker:
    return Asker(make_session(pointed_at(server.url), Store(tmp_path / "home", clock), clock=clock, replay="off"))


def fallen(before: Answer, after: Answer) -> Money:
    """The difference of two balances."""
    assert before.balance is not None
    assert after.balance is not None
    return Money(round(before.balance.amount - after.balance.amount, 9), "credits")


def test_the_difference_of_two_balances_is_the_cost_and_says_so(ask: Asker) -> None:
    first, second = ask(), ask()
    assert (first.cost, first.cost_source) == (None, "")
    assert (second.cost, second.cost_source) == (fallen(first, second), "balance")
    assert second.cost is not None
    assert static_line(second).endswith(f" credits left (this ask {second.cost.amount:.2g}, by the balance)")
    assert answer_bundle(second).metadata["nbreason"]["cost_source"] == "balance"
    stored = [record.answer for record in ask.session.store.history(HERE)]
    assert [answer and (answer.cost, answer.cost_source) for answer in stored] == [(None, ""), (second.cost, "balance")]


def test_a_budget_in_credits_holds_where_only_the_balance_is_reported(ask: Asker, server: Rehearsal) -> None:
    ask.session.budgets.set(HERE, Budget(0.05, "credits"))
    ask()
    cost = ask().cost
    assert cost is not None
    with pytest.raises(Refused, match=r"budget of this notebook is 0\.05 credits: 0 credits left, and this ask would"):
        ask()
    assert server.posts == 2
    (limit,) = ask.session.budgets.limits(HERE)
    assert limit.estimated == pytest.approx(cost.amount, rel=0.2), "the first ask had no balance before it"
    assert limit.spent == pytest.approx(cost.amount + limit.estimated)
    assert "estimated), 0 credits left." in str(limit)


STEPS = {"answered": ("charged", "ended"), "free": ("ended",), "stopped": ("ended", "charged")}
"""What happens to an ask after it has begun; a stopped one is charged later."""


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(st.sampled_from([0] * 8 + [1, 1, 2, "begin", "begin", "wait", "refill"]), min_size=20, max_size=60),
    kinds=st.lists(st.sampled_from(["answered"] * 6 + ["free", "stopped"]), min_size=60, max_size=60),
)
@example([0, 0, 0, 0, 0, "begin", 1, 1, 0, 0, 0, 0], ["answered", "stopped", "answered", "answered"])
@example([0, 0, 0, 0, 0, 0, "wait", 0, 0, 0], ["answered", "stopped", "answered"])
def test_whatever_happens_at_once_a_cost_that_is_told_is_the_right_one(
    make_session: MakeSession, moves: list[int | str], kinds: list[str]
) -> None:
    """Against an account that is charged and refilled at any moment of an ask, or after one that was stopped.

    moves: which of the asks under way goes a step on
    """
    session, clock = make_session(pointed_at("http://127.0.0.1:9"), Store(None)), Clock()
    planned, accounts = session.plan(question("Why?", model=MODEL)), Accounts(session.store, clock)
    left, begun, seen, under_way = 1000.0, 0, {}, list[tuple[int, list[str]]]()
    for move in moves:
        clock.now += 1
        if move == "refill":
            left += 1000
        elif move == "wait" and not under_way:
            clock.now += LATE
        elif move == "begin" or not under_way:
            accounts.begin(begun, planned)
            under_way.append((begun, list(STEPS[kinds[begun]])))
            begun += 1
        else:
            turn, steps = under_way[(move if isinstance(move, int) else 0) % len(under_way)]
            kind, cost = kinds[turn], Money(1.0 + turn / 10, "credits")
            if steps.pop(0) == "charged":
                left -= cost.amount
                seen[turn] = Money(left, "credits")
            else:
                balance = seen.get(turn) if kind == "answered" else None
                told = accounts.end(turn, planned, Answer("x", balance=balance), kind == "free")
                assert told is None or (kind, told) == ("answered", Money(pytest.approx(cost.amount), "credits"))
            under_way = [(turn, steps) for turn, steps in under_way if steps]


def test_of_asks_at_once_none_has_a_cost_and_the_next_but_one_has(ask: Asker) -> None:
    ask()
    runs = [ask.begin(), ask.begin()]
    assert [run.result(20).cost for run in runs] == [None, None]
    third, fourth = ask(), ask()
    assert third.cost is None, "which of the two reported its balance first is not known"
    assert fourth.cost == fallen(third, fourth)


def test_an_ask_that_another_one_outlasts_has_no_cost(ask: Asker) -> None:
    ask()
    long = ask.begin("slow 1")
    assert ask().cost is None
    assert long.result(20).cost is None


def test_after_a_refill_the_difference_is_no_cost(ask: Asker) -> None:
    ask()
    before, refilled = ask(), ask("refill")
    assert fallen(before, refilled).amount < 0
    assert refilled.cost is None
    assert ask().cost is not None


def test_what_another_kernel_asks_meanwhile_is_not_this_asks_cost(
    ask: Asker, make_session: MakeSession, server: Rehearsal, tmp_path: Path, clock: Clock
) -> None:
    other = Asker(make_session(pointed_at(server.url), Store(tmp_path / "home", clock), clock=clock, replay="off"))
    ask()
    clock.now += 60
    long = other.begin("slow 1")
    assert ask().cost is None, "another one is under way"
    assert long.result(20).cost is None
    clock.now += 60
    ask()
    clock.now += 60
    other()
    clock.now += 60
    assert ask().cost is None, "another one has ended"
    clock.now += 60
    assert ask().cost is not None


def test_a_difference_that_is_far_from_the_usual_is_no_cost(
    ask: Asker, make_session: MakeSession, server: Rehearsal
) -> None:
    """Another machine spends much of the same account; of this machine's store it knows nothing."""
    usual = [ask().cost for _ in range(4)]
    assert None not in usual[1:]
    elsewhere = make_session(pointed_at(server.url), Store(None))
    elsewhere.ask(question("x" * 20_000, model=MODEL, alone=True)).result(20)
    assert ask().cost is None
    assert ask().cost is not None


@pytest.mark.parametrize("directive", ["error 401", "error 400"])
def test_an_ask_that_cost_nothing_does_not_hide_what_the_next_one_cost(ask: Asker, directive: str) -> None:
    first = ask()
    with pytest.raises(Exception, match="Nothing was spent"):
        ask(directive)
    second = ask()
    assert second.cost == fallen(first, second)


def test_an_ask_that_may_still_be_charged_hides_what_others_cost_until_it_no_longer_can(
    ask: Asker, clock: Clock
) -> None:
    ask()
    run = ask.begin("slow 2")
    run.drain()
    assert [ask().cost, ask().cost] == [None, None]
    clock.now += LATE
    assert [ask().cost is None, ask().cost is None] == [True, False]
    with pytest.raises(ServerError):
        ask("error 500")
    assert ask().cost is None


def test_a_balance_of_long_ago_tells_nothing(ask: Asker, clock: Clock) -> None:
    ask()
    clock.now += OLD + 1
    assert ask().cost is None


def test_another_key_is_another_account(make_session: MakeSession, server: Rehearsal) -> None:
    session = make_session({"NBREASON_SEGMIND_URL": server.url})
    ask = Asker(session)
    costs = []
    for key in ("", "-of-another", ""):
        session.keys.login("SEGMIND_API_KEY", Secret(DUMMY_KEY + key, "a login"))
        costs.append(ask().cost)
    assert costs[:2] == [None, None]
    assert costs[2] is not None


def test_the_newest_answers_are_read_alone_and_in_their_order(ask: Asker, clock: Clock) -> None:
    for _ in range(4):
        ask()
        clock.now += 1
    store = ask.session.store
    assert [item.asked_at for item in store.spending(model=MODEL, newest=2)] == [1_000_002, 1_000_003]
    assert store.spending(model=MODEL)[-2:] == store.spending(newest=2)


def test_what_the_provider_reports_comes_before_the_balance(ask: Asker) -> None:
    ask()
    ask.number += 1
    answer = ask.session.ask(question("with its cost", model=MODEL, alone=True)).result(20)
    assert answer.cost_source == "provider"


def test_a_budget_holds_also_where_everything_is_asked_at_once(ask: Asker) -> None:
    """No ask has a cost of its own then; what all of them took is by how far the balance has fallen."""
    ask.session.budgets.set(HERE, Budget(0.5, "credits"))
    ask()
    runs = [ask.begin(), ask.begin()]
    assert [run.result(20).cost for run in runs] == [None, None]
    (limit,) = ask.session.budgets.limits(HERE)
    assert limit.spent == limit.estimated >= 0.5
    with pytest.raises(Refused, match=r"budget of this notebook is 0\.5 credits: 0 credits left"):
        ask.begin()


def test_a_budget_holds_where_each_kernel_asks_once(make_session: MakeSession, server: Rehearsal) -> None:
    kernels = [Asker(make_session(pointed_at(server.url), budget="0.2 credits", replay="off")) for _ in range(3)]
    assert [kernel().cost for kernel in kernels[:2]] == [None, None]
    with pytest.raises(Refused, match=r"is 0\.2 credits by the configuration: 0 credits left"):
        kernels[2]()
    assert server.posts == 2
