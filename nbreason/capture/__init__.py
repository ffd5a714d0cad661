"""Live objects of a notebook become parts: `Text` and `Image`.

A kind of object is one module in this package (or one behind the entry point group ``nbreason.capture``)
with two functions::

    matches(value) -> bool                          # quick, imports nothing, looks at the type only
    describe(value, name, limits) -> list[Part]     # may raise: the next kind is asked then

and, where the order matters, a number ``ORDER`` (lower is asked first, 50 when absent).  Nothing has to be
registered: the package is scanned the first time something is described.  Those of this package also say in
``SENT`` what of their objects is sent, for ``docs/what-is-sent.md``.
"""

from __future__ import annotations

from nbreason.capture.limits import USUAL, Limits
from nbreason.core.parts import Part

__all__ = ["Limits", "describe"]


def describe(value: object, name: str, limits: Limits = USUAL) -> list[Part]:
    """The best short true description of any Python object.

    value:  anything; it is neither changed nor consumed
    name:   what the person calls it: ``"df"``, ``"Out[5]"``, ``"df.corr()"``
    limits: how much may be said

    Out come one or more parts, never none.  Nothing an object does (a repr that raises, a property with
    side effects, endless nesting) makes this raise.
    """
    from nbreason.capture.finding import describe_with_kinds

    return describe_with_kinds(value, name, limits)
