"""Submitting, editing, listing and showing ideas."""
