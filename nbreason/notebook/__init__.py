"""What one kernel holds: its context, the figures and cells it has shown, and what a question attaches."""
