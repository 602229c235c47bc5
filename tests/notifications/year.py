"""Simulate a year of telling: `python3 tasks.py simulate-year [folder] [--every 4]`.

Four runs over one story (year_story.py), played with the product's own code (year_play.py): bundling on and off,
digests on (a share of the people chose them) and off. Prints what a voter gets in the mail. The exit status is 1 when
the ceiling did not hold.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from bisect import bisect_right
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from flask_migrate import upgrade
from sqlalchemy import select

from config import Settings
from ideaboard import create_app
from ideaboard.extensions import db
from ideaboard.models import Delivery, Idea, Notification, Site, Vote
from ideaboard.notifications.reach import loop_reach
from tests.notifications.verdict import percentile
from tests.notifications.year_play import Play
from tests.notifications.year_story import Story, story_of

WEEK = timedelta(days=7)
COLUMNS = (
    "bundling | digests | mails in all | mails a voter a week: mean | p95 | most, own ideas aside | weeks without a mail"
    " | voters who never got one | launches told within 24 h | digest choosers told | ceiling held"
)


@dataclass(frozen=True)
class Figures:
    mails: int
    mean: float
    median_voter: float
    p95: float
    most: int
    quiet_weeks: float
    without: float
    reach: str
    reach_digest: str
    ceiling_broken: int


def one_run(folder: Path | None, every: int, bundling: bool, digests: bool) -> Figures:
    """Play the year on a scratch database of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = {
            "DATA_DIR": scratch,
            "SECRET_KEY": "year-" * 8,
            "PUBLIC_URL": "https://ideas.example.org",
            "BUNDLE_SECONDS": "900" if bundling else "0",
        }
        app = create_app(Settings.read(environment))
        logging.getLogger("alembic").setLevel(logging.WARNING)
        with app.app_context():
            upgrade()
            with db.engine.connect() as connection:  # a scratch database may forget everything at a power cut
                connection.exec_driver_sql("SELECT 1")
            story = story_of(folder, every)
            play = Play(story, digests, every)
            play.run()
            found = figures(story, play)
            db.session.remove()
            db.engine.dispose()
    return found


def figures(story: Story, play: Play) -> Figures:
    sent: dict[int, list[tuple[datetime, bool]]] = {}  # person: [(when, whether the ceiling lets it pass)]
    others: dict[int, list[datetime]] = {}  # the same, less news of one's own ideas
    own = own_news()
    mails = select(Delivery.id, Delivery.person_id, Delivery.settled_at, Delivery.facts).where(Delivery.state == "sent")
    for row in db.session.execute(mails.order_by(Delivery.settled_at, Delivery.id)):
        passes = row.facts.get("rhythm") == "weekly" or row.id in own
        sent.setdefault(row.person_id, []).append((row.settled_at, passes))
        if row.id not in own:
            others.setdefault(row.person_id, []).append(row.settled_at)
    first_vote = {}
    for person, at in db.session.execute(select(Vote.person_id, Vote.cast_at)):
        first_vote[person] = min(at, first_vote.get(person, at))
    a_week, averages, most = Counter(), [], 0
    for person, since in first_vote.items():
        weeks = max(int((story.ends - since) / WEEK), 1)
        moments = [at for at, _ in sent.get(person, ())]
        counts = Counter(int((at - since) / WEEK) for at in moments if at >= since)
        a_week.update(counts.get(week, 0) for week in range(weeks))
        averages.append(len(moments) / weeks)
        most = max([most, *Counter(int((at - since) / WEEK) for at in others.get(person, ())).values()])
    spread = sorted(a_week.elements())
    broken = over_ceiling(sent.values(), Site.current().mails_a_week)
    reach = loop_reach(story.begins, story.ends)
    share = f"{100 * reach.share:.1f} % of {reach.entitled}" if reach.entitled else "-"
    digest = f"{reach.digest_told} of {reach.digest_entitled}" if reach.digest_entitled else "-"
    silent = sum(person not in sent for person in first_vote) / max(len(first_vote), 1)
    return Figures(
        play.box.mails,
        sum(averages) / max(len(averages), 1),
        percentile(averages, 0.5),
        percentile(spread, 0.95),
        most,
        a_week[0] / max(len(spread), 1),
        silent,
        share,
        digest,
        broken,
    )


def over_ceiling(people, limit: int) -> int:
    """How many mails went although so many had gone in the seven days before, and nothing let them pass."""
    broken = 0
    for gone in people:
        moments = [at for at, _ in gone]
        for number, (at, passes) in enumerate(gone):
            before = number - bisect_right(moments, at - WEEK, 0, number)
            broken += not passes and before >= limit
    return broken


def own_news() -> set[int]:
    """Deliveries with news of the reader's own ideas."""
    rows = select(Notification.delivery_id).join(Idea, Idea.id == Notification.idea_id)
    mine = (Notification.reason == "author") | (Idea.author_id == Notification.person_id)
    return set(db.session.execute(rows.where(mine)).scalars())


def main() -> int:
    parser = argparse.ArgumentParser(prog="simulate-year", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="with proposals.jsonl.gz and comments.jsonl.gz")
    parser.add_argument("--every", type=int, default=None, help="each so-many-th idea (default 4; 1 without a folder)")
    asked = parser.parse_args()
    every = asked.every or (4 if asked.folder else 1)
    story = story_of(asked.folder, every)
    votes = sum(len(idea.votes) for idea in story.ideas)
    comments = sum(len(idea.comments) for idea in story.ideas)
    print(f"{len(story.ideas)} ideas, {votes} votes, {comments} comments, {story.people} people (every {every})")
    print(f"| {COLUMNS} |\n|{'---|' * (COLUMNS.count('|') + 1)}", flush=True)
    runs = [(asked.folder, every, bundling, digests) for digests in (False, True) for bundling in (True, False)]
    held = True
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for (_, _, bundling, digests), found in zip(runs, pool.map(one_run, *zip(*runs, strict=True)), strict=True):
            words = [("off", "on")[bundling], ("off", "on")[digests], f"{found.mails:,}"]
            words += [f"{found.mean:.2f} (median voter {found.median_voter:.2f})", f"{found.p95:g}", str(found.most)]
            words += [
                f"{100 * found.quiet_weeks:.0f} %",
                f"{100 * found.without:.0f} %",
                found.reach,
                found.reach_digest,
            ]
            words += ["yes" if not found.ceiling_broken else f"NO, {found.ceiling_broken} times"]
            print(f"| {' | '.join(words)} |", flush=True)
            held = held and not found.ceiling_broken
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
