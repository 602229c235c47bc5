"""The demo's stories: one that is out, with its picture and whom it told, and one that waits to be read over."""

import hashlib
import tomllib
from datetime import datetime, timedelta

from sqlalchemy import insert
from sqlalchemy.orm import Session

from ideaboard.events.kinds import STORY_PUBLISHED
from ideaboard.foundation.markdown import RENDERER_VERSION, Shown, excerpt, render_with_pictures, without_pictures
from ideaboard.foundation.slugs import slugify
from ideaboard.models import Event, Picture, Story, StoryIdea
from ideaboard.models.vocabulary import Origin, StoryState, ToldBy, Topic
from ideaboard.site.demo.content import FOLDER
from ideaboard.site.demo.crowd import Moment
from ideaboard.site.demo.news import READ_AFTER_DAYS, REASONS
from ideaboard.stories.pictures import name_of_digest, path_of

READING = timedelta(hours=20)  # a colleague takes so long to read it
SIZE = (1200, 640)  # of the one picture


def story_rows() -> list[dict]:
    """The stories as stories.toml has them."""
    return tomllib.loads((FOLDER / "stories.toml").read_text(encoding="utf-8"))["story"]


def plant_stories(
    session: Session, follows: dict, ideas: dict[str, int], people: dict[str, int], moment: Moment
) -> list[dict]:
    """Within an open transaction. Returns the entries of those who were told, for plant_news to put in their order."""
    entries = []
    for row in story_rows():
        at = moment(row["days"])
        story_id = _plant_story(session, row, people, at)
        links = [{"story_id": story_id, "idea_id": ideas[key], "position": n} for n, key in enumerate(row["ideas"])]
        session.execute(insert(StoryIdea.__table__), links)
        if row["state"] == "published":
            entries += _plant_telling(session, row, story_id, follows, ideas, people, at, moment(READ_AFTER_DAYS))
    return entries


def _plant_story(session: Session, row: dict, people: dict[str, int], at: datetime) -> int:
    data = (FOLDER / row["picture"]).read_bytes() if "picture" in row else b""
    digest = hashlib.sha256(b"demo\0" + data).hexdigest()
    shown = {name_of_digest(digest): Shown(path_of(digest, "image/webp"), *SIZE)} if data else {}
    body = row["body"].strip().replace("{picture}", name_of_digest(digest))
    out = row["state"] == "published"
    story_id = session.scalar(
        insert(Story).returning(Story.id),
        {
            "title": row["title"], "slug": slugify(row["title"]), "author_id": people[row["by"]],
            "body": body, "body_html": render_with_pictures(body, shown), "renderer_version": RENDERER_VERSION,
            "excerpt": excerpt(without_pictures(body)), "state": StoryState.PUBLISHED if out else StoryState.DRAFT,
            "created_at": at - 3 * READING, "asked_at": at - 2 * READING if out else at,
            "read_by_id": people[row["read_by"]] if out else None, "read_at": at - READING if out else None,
            "published_at": at if out else None, "origin": Origin.DEMO,
        },
    )  # fmt: skip
    if data:
        session.execute(
            insert(Picture.__table__),
            {
                "story_id": story_id, "digest": digest, "content_type": "image/webp", "width": SIZE[0],
                "height": SIZE[1], "data": data, "uploaded_by_id": people[row["by"]], "uploaded_at": at - 3 * READING,
            },
        )  # fmt: skip
    return story_id


def _plant_telling(session: Session, row, story_id, follows, ideas, people, at, read_before) -> list[dict]:
    """Plants the Event; returns the entry of everybody who followed one of the ideas by then."""
    event_id = session.scalar(
        insert(Event).returning(Event.id),
        {
            "kind": STORY_PUBLISHED, "happened_at": at, "actor_id": people[row["by"]], "story_id": story_id,
            "origin": Origin.DEMO, "dispatched_at": at, "facts": {},
        },
    )  # fmt: skip
    entries = {
        who: {
            "event_id": event_id, "person_id": people[who], "idea_id": ideas[key], "topic": Topic.STORIES,
            "reason": next(word for bit, word in REASONS if why & bit), "created_at": at,
            "told_at": at, "told_by": ToldBy.INBOX, "read_at": at + READING if at < read_before else None,
            "delivery_id": None,
        }
        for key in row["ideas"]
        for who, (why, since) in follows[key].items()
        if why and since <= at and who != row["by"]
    }  # fmt: skip
    return list(entries.values())
