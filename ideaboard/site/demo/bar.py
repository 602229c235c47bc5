"""What the demo bar shows on every page: whom one plays, how many mails Vera has, which step is next."""

from functools import cached_property

from sqlalchemy import func, select

from ideaboard.extensions import db
from ideaboard.models import Delivery, Person, Site
from ideaboard.models.vocabulary import Origin
from ideaboard.site.demo.presence import PLAYED, played
from ideaboard.site.demo.steps import STEPS, Loop, furthest_loop


class Bar:
    """Asked by the template; what it does not ask for costs no query."""

    steps = STEPS

    def __init__(self, site: Site, viewer: Person | None, back: str):
        self.site = site
        self.viewer = viewer
        self.back = back  # where a switch leads: the page that it is pressed on

    @property
    def plays(self) -> str:
        """'guest', 'vera', 'ada', 'ruth', or '' for anybody else who has signed in."""
        if self.viewer is None:
            return "guest"
        key = (self.viewer.email or "").partition("@")[0]
        return key if self.viewer.origin == Origin.DEMO and key in PLAYED else ""

    @cached_property
    def mails(self) -> int:
        """How many mails Vera has received."""
        vera = self._vera
        mine = (Delivery.person_id == vera.id) if vera else False
        return db.session.scalar(select(func.count()).select_from(Delivery).where(mine, Delivery.state == "sent"))

    @cached_property
    def loop(self) -> Loop:
        return furthest_loop(self._vera, self.site.demo_since) if self._vera else Loop(None, 0)

    @cached_property
    def _vera(self) -> Person | None:
        return self.viewer if self.plays == "vera" else played("vera")
