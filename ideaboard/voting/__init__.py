"""Votes: cast, withdraw."""
