"""Core values <-> JSON and bytes.  No I/O."""
