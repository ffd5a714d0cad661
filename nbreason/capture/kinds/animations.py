"""matplotlib animations: their first frame, as it stands in the figure."""

from __future__ import annotations

from typing import Any

from nbreason.capture.kinds import plots
from nbreason.capture.limits import Limits
from nbreason.capture.recognise import is_a
from nbreason.capture.sent import Sent
from nbreason.core.parts import Part

SENT = (
    Sent(
        "pictures",
        "animations of matplotlib",
        "their first frame, as a figure",
    ),
)


def matches(value: object) -> bool:
    """Animations of matplotlib."""
    return is_a(value, "matplotlib", "Animation")


def describe(value: Any, name: str, limits: Limits) -> list[Part]:
    """The first frame as a picture.  Drawing it calls the person's own function, as showing the animation does."""
    value._init_draw()
    return plots.describe(value._fig, name, limits)
