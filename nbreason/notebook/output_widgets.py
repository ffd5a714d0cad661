"""Which output widget of ipywidgets, if any, catches what is displayed at this moment."""

from __future__ import annotations

import sys
from typing import Any


class OutputWidgets:
    """Remembers which of all widgets are output widgets, because there may be hundreds of sliders."""

    def __init__(self) -> None:
        self._seen: tuple[int, object] = (0, None)
        self._keys: list[str] = []

    def catching(self) -> str:
        """The model id of the output widget in whose ``with`` block we are; "" outside of any."""
        widgets = sys.modules.get("ipywidgets.widgets.widget")
        instances: dict[str, Any] = getattr(widgets, "_instances", {})
        if not instances:
            return ""
        # Widgets are added at the end only, so this pair changes whenever one came or went.
        seen = (len(instances), next(reversed(instances)))
        if seen != self._seen:
            output = getattr(sys.modules.get("ipywidgets.widgets.widget_output"), "Output", ())
            self._keys = [key for key, widget in list(instances.items()) if isinstance(widget, output)]
            self._seen = seen
        inside = [key for key in self._keys if key in instances and instances[key].msg_id]
        return inside[-1] if inside else ""
