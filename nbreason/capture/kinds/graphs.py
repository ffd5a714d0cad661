"""networkx graphs: how many nodes and edges, how they hang together, and some of them."""

from __future__ import annotations

from itertools import islice
from typing import Any

from nbreason.capture.delimit import data_block
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import is_a
from nbreason.capture.safe import brief, number, type_name
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part, Text
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "objects",
        "graphs of networkx",
        "how many nodes and edges, degrees, and the first 20 of each with their attributes",
    ),
)

_SHOWN = 20


def matches(value: object) -> bool:
    """Graphs of every sort: the others inherit from this one."""
    return is_a(value, "networkx", "Graph")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text; nothing is computed that takes longer than counting."""
    nodes, edges = value.number_of_nodes(), value.number_of_edges()
    degrees = [degree for _, degree in islice(value.degree(), limits.sample)]
    sort = f"{'directed' if value.is_directed() else 'undirected'}{', multigraph' * value.is_multigraph()}"
    lines = [f"{counted(nodes, 'node')}, {counted(edges, 'edge')}, {sort}"]
    if degrees:
        mean = number(sum(degrees) / len(degrees))
        lines.append(f"Degree: min {min(degrees)}, mean {mean}, max {max(degrees)}")
    if value.graph:
        lines.append(f"Attributes: {brief(value.graph, 300)}")
    lines += _some("Nodes", nodes, value.nodes(data=True))
    lines += _some("Edges", edges, value.edges(data=True))
    shape = f"{counted(nodes, 'node')}, {counted(edges, 'edge')}"
    characters = limits.characters
    block = data_block(
        "\n".join(lines), name=name, kind="graph", type=type_name(value), shape=shape, characters=characters
    )
    return [Text(block, name)]


def _some(what: str, size: int, pairs: Any) -> list[str]:
    if not size:
        return []
    counted = f"{what} (first {_SHOWN} of {size:,}):" if size > _SHOWN else f"{what}:"
    return [counted, *[f"- {brief(pair, 160)}" for pair in islice(pairs, _SHOWN)]]
