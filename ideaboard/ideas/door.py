"""The blueprint that every door of the room hangs on: views.py (reading), writing_, author_ and mine_views.py."""

from flask import Blueprint

ideas = Blueprint("ideas", __name__)
