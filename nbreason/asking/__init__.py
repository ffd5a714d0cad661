"""One ask, from the question to the stored answer."""
