"""The kinds of blocks, one file each: a rule that says whether it begins on a line."""
