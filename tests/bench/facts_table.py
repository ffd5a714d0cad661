"""How many facts can be read off what is sent, and in how many characters, beside what else one could paste.

The text of `describe` beside the repr, ``df.info()`` with ``df.describe()`` and ``df.head()``, and the first rows as
JSON.  The control asks for a wrong value, that of another fact, in the same place: who finds it reads by chance.
"""

from __future__ import annotations

import importlib
import io
import pkgutil
import sys
from collections.abc import Iterator
from typing import Any

import pandas

import tests.bench.facts
from nbreason.capture import describe
from nbreason.core.parts import Text
from tests.bench.facts import Fact, Subject
from tests.bench.reading import Reading

WAYS = ("nbreason", "repr", "info + describe + head", "first rows as JSON", "specification as JSON")


def subjects(only: str = "") -> Iterator[tuple[str, Subject]]:
    """All subjects with the module they are from."""
    for info in pkgutil.iter_modules(tests.bench.facts.__path__):
        module = importlib.import_module(f"tests.bench.facts.{info.name}")
        for make in module.SUBJECTS:
            if only in f"{info.name}.{make.__name__}":
                yield info.name, make()


def texts(subject: Subject) -> dict[str, str]:
    """What is sent, and what else could be."""
    value = subject.value
    sent = subject.sent
    if sent is None:
        sent = "\n".join(part.text for part in describe(value, subject.name) if isinstance(part, Text))
    return {"nbreason": sent, "repr": repr(value), **_of_frame(value), **subject.others}


def _of_frame(value: Any) -> dict[str, str]:
    if type(value).__module__.startswith("polars") and hasattr(value, "describe") and hasattr(value, "write_json"):
        return {
            "info + describe + head": f"{value.schema}\n{value.describe()}\n{value.head()}",
            "first rows as JSON": value.head().write_json(),
        }
    if not hasattr(value, "info") or not hasattr(value, "to_json"):
        return {}
    info = io.StringIO()
    value.info(buf=info)
    plain = value.head().reset_index()
    if hasattr(plain, "geometry"):
        plain = plain.to_wkt()
    return {
        "info + describe + head": f"{info.getvalue()}\n{value.describe()}\n\n{value.head()}",
        "first rows as JSON": plain.to_json(default_handler=str),
    }


def wrong(facts: list[Fact], at: int) -> Any:
    """The value of another fact of the same object, named otherwise, as a control; None if there is none."""
    own = facts[at]
    others = (fact.value for fact in (*facts[at + 1 :], *facts[:at]) if fact.named != own.named)
    return next((value for value in others if type(value) is type(own.value) and value != own.value), None)


def main(only: str = "", show: bool = False) -> int:
    """Print the table.  only: a part of ``module.subject``; show: also what is not told"""
    pandas.set_option("display.max_columns", 20)  # as in a notebook; a terminal shows fewer
    told = dict.fromkeys(WAYS, 0)
    asked = dict.fromkeys(WAYS, 0)
    characters = dict.fromkeys(WAYS, 0)
    beside = dict.fromkeys(WAYS, 0)
    controls = by_chance = objects = 0
    for module, subject in subjects(only):
        objects += 1
        missing = []
        written = texts(subject)
        for way, text in written.items():
            reading = Reading(text)
            found = [reading.tells(fact) for fact in subject.facts]
            told[way] += sum(found)
            asked[way] += len(found)
            characters[way] += len(text)
            beside[way] += len(written["nbreason"])
            if way == "nbreason":
                missing = [fact for fact, one in zip(subject.facts, found, strict=True) if not one]
                for at, fact in enumerate(subject.facts):
                    other = wrong(list(subject.facts), at)
                    if other is not None:
                        controls += 1
                        by_chance += reading.tells(fact, other)
        if show and missing:
            print(f"{module}.{subject.name}: {len(written['nbreason'])} characters", file=sys.stderr)
            for fact in missing:
                print(f"  not told: {fact.question} = {fact.value} {fact.named}", file=sys.stderr)
    print(f"{asked['nbreason']} facts about {objects} objects; by chance {by_chance} of {controls}\n")
    print("| sent | facts asked | can be read off | characters | of nbreason for the same objects |")
    print("| --- | --- | --- | --- | --- |")
    for way in WAYS:
        if asked[way]:
            share = f"{100 * told[way] / asked[way]:.1f} %"
            print(f"| {way} | {asked[way]} | {share} | {characters[way]:,} | {beside[way]:,} |")
    return 0
