"""Where neither the provider nor two balances tell what an ask cost, list prices do, and budgets count them."""

from __future__ import annotations

import pytest

from nbreason.asking.session import Session
from nbreason.core.budget import Budget
from nbreason.core.usage import Money
from nbreason.errors import Refused
from nbreason.rehearsal import Rehearsal
from nbreason.render.line import static_line
from tests.conftest import HERE, MakeSession, Shell, pointed_at, question

PRICES = {"price_in": 0.00001, "price_out": 0.0001}


@pytest.fixture
def session(make_session: MakeSession, rehearsal: Rehearsal) -> Session:
    """OpenAI's wire at the rehearsal, which reports no cost on it; a model with round prices."""
    environment = pointed_at(rehearsal.url) | {"OPENAI_API_KEY": "x", "NBREASON_OPENAI_URL": rehearsal.url}
    models = {"openai:o3": PRICES, "segmind:o3": PRICES, "aimlapi:o3": PRICES}
    return make_session(environment, model="openai:o3", replay="off", models=models)


def test_the_cost_is_tokens_times_list_prices_and_says_so(session: Session) -> None:
    answer = session.ask(question("why?")).result(20)
    assert answer.usage.input
    assert answer.usage.output
    cost = Money(pytest.approx(answer.usage.input * 0.00001 + answer.usage.output * 0.0001), "USD")
    assert (cost, "list price") == (answer.cost, answer.cost_source)
    assert f"this ask ≈ {answer.cost}, list price · credits left not reported" in static_line(answer)


def test_no_cost_is_made_up_where_tokens_are_not_reported(session: Session) -> None:
    answer = session.ask(question("why?\nrehearse: nousage")).result(20)
    assert (answer.cost, answer.cost_source) == (None, "")


@pytest.mark.parametrize("model", ["segmind:o3", "aimlapi:o3"])
def test_no_cost_is_computed_where_tokens_are_weighted_or_credits_are_paid(session: Session, model: str) -> None:
    """Not even when the settings have prices."""
    planned = session.plan(question("why?", model=model))
    assert (planned.choice.facts.price_in, planned.outlook) == (0.00001, "")
    answer = session.ask(question("why?\nrehearse: nousage", model=model)).result(20)
    assert answer.cost is None


def test_a_budget_in_usd_counts_list_prices(session: Session, rehearsal: Rehearsal) -> None:
    session.budgets.set(HERE, Budget(0.01, "usd"))
    first = session.ask(question("why?", alone=True)).result(20)
    assert first.cost is not None
    assert first.cost.amount > 0.01
    with pytest.raises(Refused, match=r"is \$0\.01: \$0\.00 left, and this ask would take about \$0\.0\d+\. %nb"):
        session.ask(question("and?", alone=True))
    assert rehearsal.posts == 1


def test_a_first_ask_beyond_the_budget_is_refused_by_list_prices(session: Session, rehearsal: Rehearsal) -> None:
    session.budgets.set(HERE, Budget(0.0001, "usd"))
    words = r"ask would take about \$0\.00\d+ in, at most \$10\.00 out \(list prices of NBReason\.models\)\. %nbreason"
    with pytest.raises(Refused, match=words):
        session.ask(question("why?"))
    assert rehearsal.posts == 0


def test_a_price_of_nothing_is_free(session: Session) -> None:
    session.settings.models = {"openai:o3": {"price_in": 0, "price_out": 0}}
    session.budgets.set(HERE, Budget(1, "usd"))
    answer = session.ask(question("why?")).result(20)
    assert (answer.cost, answer.cost_source) == (Money(0, "USD"), "list price")
    assert "this ask free, list price" in static_line(answer)
    (limit,) = session.budgets.limits(HERE)
    assert (limit.reported, limit.spent) == (True, 0)


def test_the_dry_run_and_the_budget_tell_the_cost_before(
    shell: Shell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    shell.run("%nbreason budget 5 usd")
    shell.run("%reason -m openai:o3 --max-tokens 1000 -n why?")
    printed = " ".join(capsys.readouterr().out.split())
    assert "in, at most $0.008 out (list prices of" in printed
    assert "The budget of this notebook is $5.00; $0.00 spent, $5.00 left." in printed
    shell.run("%nbreason use openai:o3")
    shell.run("%nbreason budget")
    assert "A short question to openai:o3: about $0.00" in " ".join(capsys.readouterr().out.split())


def test_setting_a_budget_that_cannot_be_enforced_says_so(
    shell: Shell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    shell.run("%nbreason use openai:o3")
    shell.run("%nbreason budget 5 credits")
    printed = " ".join(capsys.readouterr().out.split())
    why = "openai:o3 cannot be asked under the budget of 5 credits, because OpenAI does not report credits."
    assert why in printed
    with pytest.raises(Refused, match="cannot be enforced because OpenAI does not report credits"):
        shell.run("%reason why?")
