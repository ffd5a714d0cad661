"""The kinds of markup inside a text, one file each: a rule that reads it where it begins."""
