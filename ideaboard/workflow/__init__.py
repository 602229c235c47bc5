"""The public workflow and staff's answers."""
