"""The tables of docs/providers.md, made from the providers' own data.

``python -m nbreason.providers.describe docs/providers.md`` writes them anew; a test fails when they have drifted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from nbreason import documents
from nbreason.core.models import ModelFacts
from nbreason.providers import providers
from nbreason.providers.base import Provider


def in_order() -> list[Provider]:
    """The providers, those that become the default first."""
    return sorted(providers().values(), key=lambda provider: (provider.rank, provider.name))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def provider_table() -> str:
    """Where each provider is, and how the key travels."""
    rows = [
        (
            f"`{provider.name}`",
            provider.title,
            f"`{provider.base_url}`" if provider.base_url else provider.note,
            f"{provider.wire}, {'streamed' if provider.streams else 'whole'}",
            " or ".join(f"`{name}`" for name in provider.keys) or "none",
            f"`{provider.auth.header}`" + ("" if not provider.placeholder else ", optional"),
            money(provider),
        )
        for provider in in_order()
    ]
    return table(("name", "provider", "address", "wire", "key in", "sent as", "cost and balance"), rows)


def money(provider: Provider) -> str:
    """Where cost and balance are found."""
    cost = [f"`{name}`" for name in (*provider.cost_headers, *(path for path, _ in provider.costs))]
    left = [f"`{name}`" for name in (*provider.balance_headers, *(provider.budget_headers or ()))]
    if provider.balance is not None:
        left.append(f"`GET {provider.balance.path}`")
    told = [f"cost: {', '.join(cost)}" if cost else "", f"left: {', '.join(left)}" if left else ""]
    return "; ".join(part for part in told if part) or "not reported"


def model_table() -> str:
    """What each described model takes."""
    rows = [row(provider, name, facts) for provider in in_order() for name, facts in provider.models.items()]
    rows += [row(provider, "NAME", provider.unknown) for provider in in_order() if not provider.models]
    return table(("model", "on the wire", "images", "effort", "instructions", "JSON", "window", "longest answer"), rows)


def row(provider: Provider, name: str, facts: ModelFacts) -> tuple[str, ...]:
    """One model."""
    size = f" of {facts.image_bytes // 1_000_000} MB" if facts.image_bytes else ""
    many = "yes" if facts.images is None else f"up to {facts.images}{size}" if facts.images else "no"
    role = {"system": "system", "developer": "developer", "fold": "in the first user message"}[facts.system]
    return (
        f"`{provider.name}:{name}`",
        f"`{facts.id or name}`",
        many if facts.known else "only if the settings say so",
        ", ".join(facts.efforts) or ("no" if facts.known else "passed on"),
        role,
        ", ".join(facts.json) or "in words",
        f"{facts.window:,}" if facts.window else "unknown",
        f"{facts.max_output:,}" if facts.max_output else "unknown",
    )


def certainty() -> str:
    """What is confirmed and what is an assumption, provider by provider."""
    rows = [
        (f"`{provider.name}`", "; ".join(provider.confirmed), "; ".join(provider.assumed) or "nothing")
        for provider in in_order()
    ]
    return table(("name", "confirmed by", "assumed"), rows)


TABLES = {"providers": provider_table, "models": model_table, "certainty": certainty}


def renewed(text: str) -> str:
    """A document with its tables made anew."""
    return documents.renewed(text, "nbreason.providers.describe", lambda name: TABLES[name]())


def main(names: Sequence[str]) -> int:
    """Renew the tables of these files, or print them all."""
    if not names:
        print("\n".join(make() for make in TABLES.values()))
    documents.rewrite(names, renewed)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
