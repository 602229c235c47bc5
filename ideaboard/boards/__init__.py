"""Boards and their doors."""
