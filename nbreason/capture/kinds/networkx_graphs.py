"""networkx graphs: how many nodes and edges, their degrees, and some of them."""

from __future__ import annotations

from heapq import nlargest
from itertools import islice
from typing import Any

from nbreason.capture.blocks import text_block
from nbreason.capture.limits import Limits
from nbreason.capture.object_types import is_a
from nbreason.capture.sent import Sent
from nbreason.capture.short_text import format_number, short_repr
from nbreason.core.parts import Part
from nbreason.core.phrases import counted

SENT = (
    Sent(
        "objects",
        "graphs of networkx",
        "number of nodes and edges, degrees and the five nodes where they are highest, the first 20 of each with their "
        "attributes",
    ),
)

_SHOWN = 20


def matches(value: object) -> bool:
    """Graphs of every type: the others inherit from this one."""
    return is_a(value, "networkx", "Graph")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """One block of text; nothing is computed that takes longer than counting."""
    nodes, edges = value.number_of_nodes(), value.number_of_edges()
    size = f"{counted(nodes, 'node')}, {counted(edges, 'edge')}"
    directed = "directed" if value.is_directed() else "undirected"
    lines = [f"{size}, {directed}{', multigraph' * value.is_multigraph()}"]
    if pairs := list(islice(value.degree(), limits.sample)):
        degrees = [degree for _, degree in pairs]
        mean = format_number(sum(degrees) / len(degrees))
        highest = ", ".join(
            f"{short_repr(node, 40)} {degree}" for node, degree in nlargest(5, pairs, key=lambda one: one[1])
        )
        lines.append(f"Degree: min {min(degrees)}, mean {mean}, max {max(degrees)}; highest: {highest}")
    if value.graph:
        lines.append(f"Attributes: {short_repr(value.graph, 300)}")
    lines += _first("Nodes", nodes, value.nodes(data=True))
    lines += _first("Edges", edges, value.edges(data=True))
    return text_block(value, name, "graph", "\n".join(lines), limits, shape=size)


def _first(what: str, size: int, pairs: Any) -> list[str]:
    if not size:
        return []
    heading = f"{what} (first {_SHOWN} of {size:,}):" if size > _SHOWN else f"{what}:"
    return [heading, *[f"- {short_repr(pair, 160)}" for pair in islice(pairs, _SHOWN)]]
