"""Merging: two ideas become one, and may part again; a comment becomes an idea of its own."""
