"""Home, look, demo."""
