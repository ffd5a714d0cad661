"""One module for each kind of object.  Found by looking: nothing is registered."""
