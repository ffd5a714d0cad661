"""What is asked twice is paid for once, and nothing is asked beyond the budget; requests counted at the server."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nbreason import __version__
from nbreason.asking.session import Session
from nbreason.config.settings import CONFIGURED
from nbreason.core.budget import Budget
from nbreason.core.events import Answer
from nbreason.core.parts import Image, Text
from nbreason.core.question import Place
from nbreason.errors import NBReasonError, Refused, UsageError
from nbreason.rehearsal import Rehearsal, start
from nbreason.render.bundle import answer_bundle
from nbreason.render.line import static_line
from nbreason.store import ledger, replay
from nbreason.store.codec import answer_from_json
from nbreason.store.conversations import Store
from nbreason.store.saved import SavedAnswer
from tests.conftest import HERE, MakeSession, Shell, pointed_at, question

Ask = Callable[..., Answer]
PICTURE = Image(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x02", "image/png", 2, 2)


def test_the_same_question_in_the_same_context_is_answered_without_sending(ask: Ask, rehearsal: Rehearsal) -> None:
    first = ask("why?", owner="a/0")
    again = ask("why?", owner="a/0")
    assert 1 == rehearsal.posts
    assert (first.text, first.asked_at, True) == (again.text, again.asked_at, again.replayed)
    assert re.search(r"replayed answer of \d+ \w+ 20\d\d, saved here, 0 credits", static_line(again))
    assert again.balance is None, "what was left on the account then is not what is left now"


def test_a_replayed_answer_says_what_had_been_sent_with_the_question(ask: Ask, rehearsal: Rehearsal) -> None:
    table = Text('<data name="df" kind="table">\n1\n</data>', "df", (9, 240))
    ask("And this?", owner="a/0")
    first = ask(table, "why?", owner="b/0")
    again = ask(replace(table, rows=None), "why?", owner="b/0")
    assert (2, True) == (rehearsal.posts, again.replayed), "the number of rows is neither sent nor hashed"
    assert ("df (9 of 240 rows)", "1 turn") == first.attached == again.attached
    file = replay.dump([SavedAnswer(first.requested_model, first.request_hash, "why?", first)])
    (read,), problem = replay.read_answers(file, "lesson.reason.json")
    assert (first.attached, "") == (read.answer.attached, problem)


def test_a_whole_notebook_is_run_again_for_nothing(ask: Ask, session: Session, rehearsal: Rehearsal) -> None:
    for _ in range(2):
        for cell in "abc":
            ask(f"question {cell}", owner=f"{cell}/0")
    assert 3 == rehearsal.posts
    assert [1, 1, 1] == [record.versions for record in session.store.history(HERE)]


@pytest.mark.parametrize(
    "other",
    [
        {"owner": "b/0"},
        {"model": "rehearsal:o1"},
        {"effort": "low"},
        {"max_tokens": 5_000},
        {"system": "Be brief."},
        {"fresh": True},
    ],
)
def test_whatever_could_change_the_answer_is_asked_again(
    ask: Ask, rehearsal: Rehearsal, other: dict[str, object]
) -> None:
    ask("why?", owner="a/0")
    ask("why?", **{"owner": "a/0", **other})
    assert 2 == rehearsal.posts


def test_another_picture_or_another_table_is_another_question(ask: Ask, rehearsal: Rehearsal) -> None:
    table = Text('<data name="df" kind="table">\n1\n</data>', "df")
    for attached in (PICTURE, replace(PICTURE, data=PICTURE.data + b"x"), table, replace(table, text="2")):
        ask(attached, "why?", owner="a/0")
    assert 4 == rehearsal.posts
    ask(PICTURE, "why?", owner="a/0")
    assert 4 == rehearsal.posts


def test_a_stopped_or_failed_answer_is_asked_again(ask: Ask, rehearsal: Rehearsal) -> None:
    words = "why?\nrehearse: length"
    assert "length" == ask(words, owner="a/0").finish
    assert not ask(words, owner="a/0").replayed
    assert 2 == rehearsal.posts


def test_a_saved_answer_needs_no_key(make_session: MakeSession, rehearsal: Rehearsal, tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    paid = make_session(pointed_at(rehearsal.url), store, model="segmind:o3")
    paid.ask(question("why?", owner="a/0")).result(10)
    without = make_session({"NBREASON_SEGMIND_URL": rehearsal.url}, store, model="segmind:o3")
    assert without.ask(question("why?", owner="a/0")).result(10).replayed
    with pytest.raises(Refused, match="no key for Segmind"):
        without.ask(question("something else", owner="a/0"))


def test_replay_can_be_switched_off(make_session: MakeSession, rehearsal: Rehearsal) -> None:
    session = make_session(pointed_at(rehearsal.url), model="rehearsal:o3", replay="off")
    for _ in range(2):
        session.ask(question("why?", owner="a/0")).result(10)
    assert 2 == rehearsal.posts


def test_replay_only_sends_nothing_ever(make_session: MakeSession, rehearsal: Rehearsal) -> None:
    session = make_session(pointed_at(rehearsal.url), model="rehearsal:o3", replay="only")
    with pytest.raises(Refused, match=r"no saved answer to this question.*Nothing was sent\.$"):
        session.ask(question("why?"))
    assert 0 == rehearsal.posts


def test_a_replay_file_beside_the_notebook_answers_elsewhere(
    make_session: MakeSession, rehearsal: Rehearsal, tmp_path: Path
) -> None:
    here = str(tmp_path / "lecture.ipynb")
    paid = make_session(pointed_at(rehearsal.url), model="segmind:o3")
    asked = question("why?", owner="a/0", notebook=here)
    paid.ask(asked).result(10)
    turns = paid.store.exchanges(Place(here))
    text = replay.dump(map(SavedAnswer.of, turns))
    (tmp_path / "lecture.reason.json").write_text(text)
    student = make_session({}, Store(tmp_path / "student"), model="segmind:o3", replay="only")
    answer = student.ask(asked).result(10)
    assert answer.replayed
    assert 1 == rehearsal.posts
    assert [answer.text] == [turn.answer for turn in student.store.turns_before(Place(here))]


def test_a_dry_run_needs_no_key(make_session: MakeSession) -> None:
    planned = make_session({}, model="segmind:o3").plan(question("why?"))
    assert "https://api.segmind.com/v1/o3" == planned.url
    assert planned.key is None


def test_a_saved_answer_needs_no_address(make_session: MakeSession, rehearsal: Rehearsal) -> None:
    """Whoever is given the notebook may have no server of that kind."""
    asked = question("why?", owner="a/0", model="compatible:o3")
    make_session({"NBREASON_COMPATIBLE_URL": rehearsal.url}).ask(asked).result(10)
    elsewhere = make_session({})
    assert elsewhere.ask(asked).result(10).replayed
    with pytest.raises(Refused, match=r"has no address.*NBREASON_COMPATIBLE_URL in the environment.*was sent\.$"):
        elsewhere.ask(question("and now?", owner="b/0", model="compatible:o3"))
    assert 1 == rehearsal.posts
    assert ["why?"] == [turn.question for turn in elsewhere.store.history(HERE)], "what is refused is no turn"


def test_a_dry_run_needs_no_address(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run("%reason -m compatible:o3 --dry-run Why?")
    printed = capsys.readouterr().out
    assert "\nno address is configured yet · model o3" in printed
    assert "| Why?" in printed


# Budgets.


def test_an_ask_that_would_exceed_the_budget_is_refused_before_sending(
    ask: Ask, session: Session, rehearsal: Rehearsal
) -> None:
    ask("why?", owner="a/0")
    session.budgets.set(HERE, Budget(100, "tokens"))
    with pytest.raises(Refused, match=r"The budget of this notebook is 100 tokens: 100 tokens left, and this ask"):
        session.ask(question("and now?", owner="b/0"))
    assert 1 == rehearsal.posts
    assert ask("why?", owner="a/0").replayed, "a saved answer costs nothing"


def test_an_ask_that_exceeds_the_budget_is_finished_and_the_next_refused(ask: Ask, session: Session) -> None:
    session.budgets.set(HERE, Budget(0.01, "credits"))
    assert ask("why?", owner="a/0").complete
    with pytest.raises(Refused, match=r"0 credits left"):
        session.ask(question("and now?", owner="b/0"))


def test_the_budget_of_the_configuration_cannot_be_raised(make_session: MakeSession, rehearsal: Rehearsal) -> None:
    session = make_session(pointed_at(rehearsal.url), model="rehearsal:o3", budget="10 tokens")
    session.budgets.set(HERE, Budget(1_000_000, "tokens"))
    session.settings.budget = "1000000 tokens"
    with pytest.raises(Refused, match="budget of this notebook is 10 tokens"):
        session.ask(question("why?"))
    assert 0 == rehearsal.posts


def test_the_settings_can_lower_the_budget_of_the_configuration_and_all_limits_are_told(
    make_session: MakeSession, rehearsal: Rehearsal
) -> None:
    session = make_session(pointed_at(rehearsal.url), model="rehearsal:o3", budget="90000 tokens")
    session.settings.budget = "1 credits"
    session.budgets.set(HERE, Budget(2, "usd"))
    assert [str(limit) for limit in session.budgets.limits(HERE)] == [
        "The budget of this notebook is $2.00; $0.00 spent, $2.00 left.",
        "The budget of this notebook is 90,000 tokens by the configuration; 0 tokens spent, 90,000 tokens left.",
        "The budget of this notebook is 1 credit by the settings; 0 credits spent, 1 credit left.",
    ]
    session.budgets.set(HERE, None)
    session.settings.budget = "much"
    with pytest.raises(Refused, match=r"NBReason.budget is 'much'. A budget is a number with its unit"):
        session.ask(question("why?"))
    session.settings.budget = "10 tokens"
    with pytest.raises(Refused, match="is 10 tokens by the settings: 10 tokens left"):
        session.ask(question("why?"))
    assert 0 == rehearsal.posts


@pytest.mark.parametrize(
    ("model", "budget"), [("openai:unpriced", "5 usd"), ("openai:o3", "5 credits"), ("segmind:o3", "5 usd")]
)
def test_a_budget_in_what_the_provider_does_not_report_is_refused_because_it_cannot_be_enforced(
    make_session: MakeSession, rehearsal: Rehearsal, model: str, budget: str
) -> None:
    environment = {**pointed_at(rehearsal.url), "OPENAI_API_KEY": "x", "NBREASON_OPENAI_URL": rehearsal.url}
    session = make_session(environment, model=model, budget=budget)
    with pytest.raises(Refused, match=r"cannot be enforced because \w+ does not report (USD|credits)"):
        session.ask(question("why?"))
    assert 0 == rehearsal.posts


@pytest.mark.parametrize("budget", ["5 usd", "10 tokens"])
def test_the_advice_about_a_budget_is_one_that_helps(
    make_session: MakeSession, rehearsal: Rehearsal, budget: str
) -> None:
    """All budgets hold: another one for the notebook changes nothing about those of the configuration."""

    def refusal(own: str = "", configured: str = "", changed: str = "") -> str:
        session = make_session(pointed_at(rehearsal.url), Store(None), budget=configured)
        session.budgets.set(HERE, Budget.parse(own))
        session.settings.budget = changed or configured
        with pytest.raises(Refused) as caught:
            session.ask(question("why?", model="segmind:o3"))
        return str(caught.value)

    told = [refusal(own=budget), refusal(configured=budget), refusal(changed=budget)]
    if budget == "5 usd":
        assert "report USD: set one in tokens, for instance %nbreason budget 20000 tokens. Nothing was sent." in told[0]
        way = "ask a model whose provider reports USD, or change NBReason.budget in the"
        assert f"report USD: {way} configuration. Nothing was sent." in told[1]
        assert f"report USD: {way} settings. Nothing was sent." in told[2]
    else:
        assert "%nbreason budget shows and sets it. Nothing was sent." in told[0]
        assert "%nbreason budget shows it, and NBReason.budget in the configuration sets it. Nothing was" in told[1]
        assert "%nbreason budget shows it, and NBReason.budget in the settings sets it. Nothing was sent." in told[2]
    assert [False, True, True] == ["configuration" in line or "settings" in line for line in told]


def test_what_was_spent_is_read_once_for_an_ask_however_many_budgets_hold(
    make_session: MakeSession, rehearsal: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make_session(pointed_at(rehearsal.url), model="rehearsal:o3", budget="900000 tokens")
    session.ask(question("why?", owner="a/0")).result(10)
    session.budgets.set(HERE, Budget(5, "credits"))
    session.settings.budget = "800000 tokens"
    read: list[int] = []

    def counted(*given: Any, **named: Any) -> Answer:
        read.append(1)
        return answer_from_json(*given, **named)

    monkeypatch.setattr(ledger, "answer_from_json", counted)
    session.budgets.check(session.plan(question("and now?", owner="b/0")))
    assert 1 == len(read)
    limits = session.budgets.limits(HERE)
    assert 2 == len(read)
    spent = {limit.set_by: limit.spent > 0 for limit in limits}
    assert spent == {"": False, " by the configuration": True, " by the settings": True}, "each from its own time on"
    session.budgets.set(HERE, None)
    session.settings.budget = session.settings.configured_budget = ""
    assert [] == session.budgets.limits(HERE)
    assert 2 == len(read), "and not at all where there is no budget"


def test_a_server_that_needs_no_key_costs_no_money_and_what_is_not_reported_is_not_called_0(
    make_session: MakeSession, rehearsal: Rehearsal
) -> None:
    environment = {"NBREASON_OLLAMA_URL": rehearsal.url}
    session = make_session(environment, model="ollama:o3", budget="5 usd")
    assert session.ask(question("why?")).result(20).complete
    session.ask(question("and?")).result(20)
    (limit,) = session.budgets.limits(HERE)
    assert str(limit).endswith("what was spent is not reported.")
    assert session.budgets.share(HERE) is None


@pytest.mark.parametrize(
    ("directive", "asks"), [("error 401", 0), ("error 402", 0), ("error 400", 0), ("error 404", 0), ("error 500", 1)]
)
def test_an_ask_that_no_model_worked_on_does_not_count_against_the_budget(
    session: Session, directive: str, asks: int
) -> None:
    session.budgets.set(HERE, Budget(100_000, "tokens"))
    with pytest.raises(NBReasonError):
        session.ask(question(f"rehearse: {directive}\nwhy?")).result(20)
    (limit,) = session.budgets.limits(HERE)
    assert asks == bool(limit.spent)
    assert asks == len(session.store.spending())


def test_asks_at_once_do_not_pass_the_budget_together(make_session: MakeSession) -> None:
    with start(pace=0, think_seconds=1) as slow:
        session = make_session(pointed_at(slow.url), model="rehearsal:o3")
        session.ask(question("first?", alone=True)).result(20)
        session.budgets.set(HERE, Budget(1_400, "tokens"))
        runs = [session.ask(question(f"second {number}?", alone=True)) for number in range(2)]
        with pytest.raises(Refused, match="this ask would take about"):
            session.ask(question("third?", alone=True))
        for run in runs:
            run.result(20)


def test_what_was_spent_counts_on_when_saving_is_switched(shell: Shell, rehearsal: Rehearsal) -> None:
    shell.run("%nbreason budget 1000 tokens")
    shell.run("%reason first")
    shell.run("%config NBReason.save = False")
    with pytest.raises(Refused, match="The budget of this notebook is 1,000 tokens"):
        shell.run("%reason second")
    shell.run("%config NBReason.save = True")
    with pytest.raises(Refused, match="The budget of this notebook is 1,000 tokens"):
        shell.run("%reason fourth")
    assert rehearsal.posts == 1
    shell.run("%nbreason budget off")
    shell.run("%reason fourth")
    assert rehearsal.posts == 2


def test_the_limits_of_the_configuration_hold_when_the_extension_is_loaded_again(shell: Shell) -> None:
    shell.run("%unload_ext nbreason")
    CONFIGURED.clear()
    limits = {"budget": "10 tokens", "allowed": ["rehearsal:*"], "attach": ["figures"]}
    shell.shell.config.merge({"NBReason": limits})
    shell.run("%load_ext nbreason")
    shell.run("%config NBReason.allowed = []")
    shell.run("%config NBReason.attach = ['data']")
    shell.run("%config NBReason.budget = '999999 tokens'")
    shell.run("%reload_ext nbreason")
    for line in ("%reason -m ollama:x why", "%reason -m rehearsal:o3 --with 3 why", "%reason -m rehearsal:o3 why"):
        with pytest.raises(Refused, match=r"is not allowed here|may not be attached|is 10 tokens by the configuration"):
            shell.run(line)


@pytest.mark.parametrize("option", ["--schema Asked -f json", "--param 'user=\"KEY\"'"])
def test_a_key_in_the_schema_or_in_a_parameter_is_found_before_it_is_sent(
    shell: Shell, rehearsal: Rehearsal, option: str
) -> None:
    key = "sk-proj-" + "a1B2c3D4" * 4
    shell.names["Asked"] = {"type": "object", "properties": {"x": {"type": "string", "description": key}}}
    with pytest.raises((Refused, UsageError), match=r"key"):
        shell.run(f"%reason {option.replace('KEY', key)} why")
    assert rehearsal.posts == 0


def test_a_budget_is_for_its_notebook_only(ask: Ask, session: Session) -> None:
    session.budgets.set(HERE, Budget(1, "tokens"))
    assert ask("why?", notebook="/elsewhere.ipynb").complete


# Provenance.


def test_an_answer_tells_where_it_came_from_in_the_store_and_in_its_output(ask: Ask, session: Session) -> None:
    answer = ask("why?", effort="low", max_tokens=5_000)
    (record,) = session.store.history(HERE)
    (exchange,) = session.store.exchanges(HERE)
    saved = record.answer
    assert saved is not None
    assert (saved.request_hash, saved.parameters) == (exchange.request_hash, {"max_completion_tokens": 5_000})
    told = answer_bundle(answer).metadata["nbreason"]
    assert told["requested_model"] == "rehearsal:o3"
    assert told["reported_model"] == "o3-2025-04-16"
    assert (told["effort"], told["parameters"]) == ("low", {"max_completion_tokens": 5_000})
    assert told["request_hash"] == exchange.request_hash
    assert told["version"] == saved.version == __version__
    assert told["request_id"]
    assert told["usage"]["input"]
