"""``python -m nbreason`` is the command ``nbreason``."""

from nbreason.cli import main

raise SystemExit(main())
