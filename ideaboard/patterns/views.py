"""The page of components (development and tests only)."""

from flask import Blueprint

from ideaboard.patterns.forms import filled
from ideaboard.web.gate import gate
from ideaboard.web.swap import page

patterns = Blueprint("patterns", __name__)
SIDES = ("light", "dark", "contrast")


@patterns.get("/patterns")
@gate("site.read")
def index():
    return page("patterns/index.html", forms={side: filled(side) for side in SIDES}, sides=SIDES)
