"""What a mail costs to make: `python -m tests.notifications.mail_cost`. CPU of this process, in ms a mail; memory.

Followers of one change, each with their own links: the letter, the rendering (kept, and from the start each time), and
the message's bytes. What it takes to judge and to send is measured by measure.py.
"""

import os
import resource
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime

from ideaboard.extensions import db, force_locale
from ideaboard.foundation.mail import message_of
from ideaboard.models import Person, Site
from ideaboard.notifications.rendering import Renderer
from ideaboard.notifications.sample_mails import sample_letter, sample_news, told_letter
from tests.conftest import make_app

MAILS = 500


def cost(kind: str, renderer: Renderer, site: Site, mails: int) -> str:
    """Figures of so many mails of a kind, each to somebody else."""
    now = datetime.now(UTC)
    stand = sample_news(kind, now)
    spent = [0.0, 0.0, 0.0]
    for i in range(1, mails + 1):
        person = Person(id=i, display_name="Vera", email="vera@example.org")
        marks = [time.process_time()]
        letter = told_letter(kind, stand, person, site, now)
        marks.append(time.process_time())
        mail = renderer.mail(letter, site, "en")
        marks.append(time.process_time())
        message_of(mail, to=person.email, sender_name=site.name, message_id=f"<{i}@a>", date=now).as_bytes()
        marks.append(time.process_time())
        spent = [sum_ + marks[n + 1] - marks[n] for n, sum_ in enumerate(spent)]
    each = [part / mails * 1000 for part in spent]
    return f"{sum(each):5.2f} ms (letter {each[0]:.2f}, rendering {each[1]:.2f}, message {each[2]:.2f})"


def memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = make_app(f"sqlite:///{folder}/a.db", folder)
        with app.app_context(), force_locale("en"):
            db.create_all()
            site = Site(
                id=1, name="Corner", accent="#aa3355", locale="en", time_zone="Europe/Amsterdam", mails_a_week=7
            )
            for kind in ("launched", "several", "weekly"):
                for name, kept in (("rendered each time", 0), ("kept", 256)):
                    renderer = Renderer(kept_mails=kept)
                    renderer.fill(app.jinja_env)
                    cost(kind, renderer, site, 10)
                    print(
                        f"{kind:9} {name:18} {cost(kind, renderer, site, MAILS if kept else MAILS // 10)}", flush=True
                    )
            letter = sample_letter("weekly", Person(id=1), site, datetime.now(UTC))
            for i in range(1, 4001):
                renderer.mail(replace(letter, title=f"{i} " * 500), site, "en")
                if i in (500, 1000, 2000, 4000):
                    print(
                        f"{i:5} different mails: {len(renderer.forms)} kept, {renderer.forms.held // 1000} kB, memory {memory()} MB"
                    )


if __name__ == "__main__":
    os.environ.setdefault("IDEABOARD_ENV", "test")
    main()
