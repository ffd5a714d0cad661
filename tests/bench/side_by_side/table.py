"""What came of the cases, judged and as a table; imports neither of the two clients."""

from __future__ import annotations

import datetime
import platform
import re
from collections.abc import Callable, Sequence
from importlib.metadata import version

from tests.bench.side_by_side.case import Case, Got, Must
from tests.bench.side_by_side.cases import cases
from tests.tables import PAGES, ROW

Pair = tuple[Case, Got, Got]
Results = list[tuple[Case, Got]]

BEGIN = "<!-- from here: made by python -m tests.bench.faults_sdk --write -->"
END = "<!-- to here -->"
OWN_ROW = re.compile(r"^\| (\d+) \| ([^|]*) \| ([^|]*) \|(?: [^|]* \|){4}$", re.MULTILINE)


# Judging.


def met(case: Case, got: Got) -> bool:
    """Whether what must happen has happened."""
    if got.gave_up or (case.memory and got.peak > case.memory) or (case.within and got.seconds > case.within):
        return False
    has_text = case.text is None or got.text == case.text
    whole = not got.error and has_text and got.tokens != 0
    return {
        Must.UNSENT: bool(got.error) and got.posts == 0,
        Must.REPEATED: (whole if case.text else bool(got.error)) and 2 <= got.posts <= 3 and waited(case, got),
        Must.RESENT: whole and got.posts == 2,
        Must.NO_REPEAT: bool(got.error) and got.posts == 1,
        Must.ONCE: bool(got.error) and got.posts == 1,
        Must.KEPT: bool(got.error) and got.posts == 1 and has_text,
        Must.WHOLE: whole and got.posts == 1,
        Must.TOLD: whole and got.posts == 1 and got.label == case.label,
    }[case.must]


def waited(case: Case, got: Got) -> bool:
    """Whether no repeat came sooner than asked; dates are exact to a second or two."""
    return all(seconds >= case.waits - (2 if case.waits > 5 else 0) for seconds in got.waits)


def silent(case: Case, got: Got) -> bool:
    """Whether less than the answer came without an exception, or nothing came where an error should have."""
    if got.error or got.gave_up or met(case, got):
        return False
    return case.must in (Must.NO_REPEAT, Must.ONCE, Must.KEPT) or (case.text is not None and got.text != case.text)


def again(case: Case, got: Got) -> int:
    """POSTs beyond the first that could be billed."""
    return max(0, got.posts - 1) if case.billable else 0


# Words.


def in_words(case: Case, got: Got) -> str:
    """What came of one case."""
    posts = f"{got.posts or 'no'} POST{'' if got.posts == 1 else 's'}"
    peak = f", {round(got.peak, -2 if got.peak > 100 else -1):.0f} MiB held" if case.memory else ""
    return f"{posts}, {ending(case, got)}{peak}"


def ending(case: Case, got: Got) -> str:
    if got.gave_up:
        return "still reading when the server stopped"
    if got.error:
        return f"`{got.error}`{' when the text is read' if got.when_read else ''}{come(case, got)}"
    if silent(case, got):
        much = f"{len(got.text):,} of {len(case.answer):,} characters" if got.text else "no text"
        return f"no exception, {much}" + (f", labelled `{got.label}`" if got.label else "")
    if case.must is Must.TOLD:
        return f"labelled `{got.label}`" if got.label else "no label"
    return "whole answer"


def come(case: Case, got: Got) -> str:
    """How much of the answer was in hand when an exception came."""
    if got.text == case.answer:
        return ", all of the text in hand"
    if case.text is None and got.text:
        return ", the text so far in hand"
    return f", {len(got.text):,} characters in hand" if got.text else ""


LEFT = "left to the caller"
FEATURES: dict[str, Callable[[Case], str]] = {
    "form": lambda case: "streamed" if case.way.streamed else "whole",
    "wire": lambda case: case.way.wire,
    "variant": lambda case: case.variant,
}
TELLING = [["form"], ["wire"], ["variant"], ["wire", "form"], ["variant", "form"], ["variant", "wire"], list(FEATURES)]
MOST_NAMES = 4
OTHERS = "otherwise"


def which(some: list[Case], others: list[Case]) -> str:
    """How to name some cases of a row so that they are told from the others."""
    for features in TELLING:
        names, rest = (
            list(dict.fromkeys(" ".join(FEATURES[feature](case) for feature in features) for case in group))
            for group in (some, others)
        )
        if not set(names) & set(rest):
            break
    return ", ".join(names) if len(names) <= MOST_NAMES else OTHERS


def cell(results: Results) -> str:
    """What came of all cases of a row."""
    groups: dict[str, list[Case]] = {}
    for case, got in results:
        groups.setdefault(in_words(case, got), []).append(case)
    if len(groups) == 1:
        return next(iter(groups))
    named = [(which(some, [case for case, _ in results if case not in some]), words) for words, some in groups.items()]
    return "<br>".join(f"{name}: {words}" for name, words in sorted(named, key=lambda part: part[0] == OTHERS))


def verdict(results: Results, sdk: bool) -> str:
    """In how many cases of a row that which must happen has happened."""
    good = sum(met(case, got) for case, got in results)
    if good == len(results):
        return "yes"
    return LEFT if sdk and all(case.caller for case, _ in results) else f"{good} of {len(results)}"


# The page.


def must(row: int, every: list[Case]) -> str:
    """What must happen in a row, in the words of the cases."""
    return "; ".join(dict.fromkeys(case.must.value for case in every if case.row == row))


def shape(every: list[Case]) -> list[tuple[int, str, str]]:
    """The first three columns: number, what happens, what must happen."""
    page = {int(found[1]): found[2] for found in ROW.finditer(PAGES["fault"].read_text(encoding="utf-8"))}
    return [(row, page[row], must(row, every)) for row in dict.fromkeys(case.row for case in every)]


def table(pairs: Sequence[Pair]) -> str:
    """The rows, side by side."""
    lines = ["| # | what happens | must | openai SDK | met | nbreason | met |", "|---|---|---|---|---|---|---|"]
    for row, what, must_be in shape([pair[0] for pair in pairs]):
        theirs = [(case, got) for case, got, _ in pairs if case.row == row]
        mine = [(case, got) for case, _, got in pairs if case.row == row]
        cells = [str(row), what, must_be, cell(theirs), verdict(theirs, True), cell(mine), verdict(mine, False)]
        lines.append(f"| {' | '.join(text.replace('|', '/') if text is not what else text for text in cells)} |")
    return "\n".join(lines)


def summary(pairs: Sequence[Pair]) -> str:
    """The figures of both."""
    both: list[Results] = [[(case, theirs) for case, theirs, _ in pairs], [(case, mine) for case, _, mine in pairs]]
    figures: dict[str, Callable[[Results], Results]] = {
        "a text cut short and no exception": lambda results: [r for r in results if silent(*r) and r[1].text],
        "no text and no exception": lambda results: [r for r in results if silent(*r) and not r[1].text],
        "of these two, with no word why the answer ended": lambda results: [
            r for r in results if silent(*r) and not r[1].label
        ],
    }
    lines = [f"| {len({case.row for case, _, _ in pairs})} rows, {len(pairs)} cases | openai SDK | nbreason |"]
    lines += ["|---|---|---|", f"| rows met in every case | {all_met(both[0], True)} | {all_met(both[1], False)} |"]
    lines += [f"| {what} | {count(some(both[0]))} | {count(some(both[1]))} |" for what, some in figures.items()]
    lines += [f"| POSTs beyond the first that could be billed | {repeats(both[0])} | {repeats(both[1])} |"]
    return "\n".join(lines)


def all_met(results: Results, sdk: bool) -> str:
    """How many rows are met in every case, and how many are left to the caller."""
    verdicts = [verdict([result for result in results if result[0].row == row], sdk) for row in rows(results)]
    left = verdicts.count(LEFT)
    return str(verdicts.count("yes")) + (f", and {left} {LEFT}" if left else "")


def rows(results: Results) -> list[int]:
    return sorted({case.row for case, _ in results})


def count(results: Results) -> str:
    return f"{len(results)} cases in {len(rows(results))} rows" if results else "0"


def repeats(results: Results) -> str:
    more = [(case, got) for case, got in results if again(case, got)]
    return f"{sum(again(*result) for result in more)} in {count(more)}" if more else "0"


def block(pairs: Sequence[Pair], helpers: str) -> str:
    """All that is between the two marks; helpers: what the SDK's stream helpers do, in words."""
    made = (
        f"openai {version('openai')} and nbreason {version('nbreason')}, Python {platform.python_version()},"
        f" {platform.system()}, {datetime.date.today().isoformat()}:"
    )
    cut = f"A stream that is cut (row 32), by the SDK's stream helpers: {helpers}."
    return "\n\n".join([BEGIN, made, summary(pairs), cut, table(pairs), END])


def published(text: str) -> list[tuple[int, str, str]]:
    """The first three columns of the table of a page."""
    inside = text.partition(BEGIN)[2].partition(END)[0]
    return [(int(found[1]), found[2], found[3]) for found in OWN_ROW.finditer(inside)]


def expected() -> list[tuple[int, str, str]]:
    """What `published` should give."""
    return shape(cases())


def renewed(text: str, pairs: Sequence[Pair], helpers: str) -> str:
    """The page with the block made anew."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"the page has no {BEGIN} … {END}")
    return before + block(pairs, helpers) + after
