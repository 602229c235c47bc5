"""Atom feeds: what a guest may see, and a private one of what a person follows."""
