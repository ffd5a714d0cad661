"""Live objects of a notebook become parts: `Text` and `Image`.

A kind of object is one module in `nbreason.capture.kinds` (or one behind the entry point group
``nbreason.capture``) with two functions::

    matches(value) -> bool                          # fast, imports nothing, looks at the type only
    describe(value, name, limits) -> list[Part]     # may raise: the next kind is asked then

and, where the order matters, a number ``ORDER`` (lower is asked first, 50 by default).  Nothing has to be
registered: the package is scanned the first time something is described.  Those of this package also list in
``SENT`` what of their objects is sent, for ``docs/what-is-sent.md``.
"""

from __future__ import annotations

from nbreason.capture.limits import DEFAULT, Limits
from nbreason.core.parts import Part

__all__ = ["Limits", "describe"]


def describe(value: object, name: str, limits: Limits = DEFAULT) -> list[Part]:
    """The best short true description of any Python object.

    value:  anything; it is neither changed nor consumed
    name:   what the user calls it: ``"df"``, ``"Out[5]"``, ``"df.corr()"``
    limits: how much may be sent

    Returns at least one part.  Nothing an object does (a repr that raises, a property with side effects,
    endless nesting) makes this raise.
    """
    from nbreason.capture.registry import describe_with_kinds

    return describe_with_kinds(value, name, limits)
