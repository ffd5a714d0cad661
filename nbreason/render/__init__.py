"""Events -> notebook or terminal.  Knows the core only."""
