"""What is drawn in a figure of matplotlib, in words and numbers."""
