"""All cases; rows 48 to 59, which are about our own disk, display and process, have none."""

from __future__ import annotations

from tests.bench.side_by_side import reaching, replies, streams
from tests.bench.side_by_side.case import Case


def cases() -> list[Case]:
    """All cases, in the order of the rows."""
    return sorted((case for rows in (reaching, replies, streams) for case in rows.cases()), key=lambda case: case.row)
