"""Pages of their own in a browser."""
