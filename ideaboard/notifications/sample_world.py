"""Invented news for samples of mails: rows that no database ever holds, with texts in the language in force.

Every id is 0 or below, which no row has: a link in a sample leads nowhere, and its token mutes nobody's idea.
"""

from datetime import date, datetime, timedelta
from html import escape

from sqlalchemy import select

from ideaboard.events import kinds
from ideaboard.extensions import db, gettext
from ideaboard.foundation.markdown import render
from ideaboard.foundation.slugs import slugify
from ideaboard.models import Board, Comment, Event, Idea, Notification, Person, Status, StatusChange, Story
from ideaboard.models.vocabulary import Outcome, Stage, Topic
from ideaboard.notifications.entitlement import News


class World:
    """News as it would be told at `now`; later ones are newer."""

    def __init__(self, now: datetime):
        self.now = now
        self._told = 0
        self.board = Board(id=0, slug="sample", name=gettext("Drinks and food"))
        self.ada = Person(id=0, display_name="Ada", department=gettext("Store Design"))
        self.vera = Person(id=0, display_name="Vera")
        self.noor = Person(id=0, display_name="Noor")

    def _news(self, kind: str, idea: Idea, topic: Topic, reason: str, told_by: str | None, **found) -> News:
        self._told += 1
        event = Event(id=0, kind=kind, happened_at=self.now, idea_id=0, facts={}, story_id=found.pop("story_id", None))
        notification = Notification(id=self._told, topic=topic, reason=reason, created_at=self.now, told_by=told_by)
        return News(notification, event, idea, found.get("change"), found.get("comment"), found.get("story"))

    def idea(self, title: str, body: str = "", number: int = 0) -> Idea:
        """`number`: below 0, to tell the ideas of one letter apart."""
        return Idea(
            id=number,
            board_id=0,
            board=self.board,
            author_id=0,
            author=self.vera,
            title=title,
            slug=slugify(title),
            excerpt=body,
            created_at=self.now - timedelta(days=40),
            visible_at=self.now - timedelta(days=40),
        )

    def change(
        self,
        idea: Idea,
        stage: Stage,
        text: str,
        *,
        outcome: Outcome | None = None,
        promised_on: date | None = None,
        linked_url: str | None = None,
        reason: str = "voter",
        told_by: str | None = None,
    ) -> News:
        status = db.session.execute(
            select(Status).where(Status.stage == stage).order_by(Status.position, Status.id).limit(1)
        ).scalar()
        change = StatusChange(
            id=0,
            idea_id=0,
            stage=stage,
            outcome=outcome,
            text=text,
            html=render(text),
            actor=self.ada,
            changed_at=self.now - timedelta(hours=1),
            promised_on=promised_on,
            linked_url=linked_url,
            is_ready_sentence=False,
        )
        change.__dict__["status"] = status or Status(stage=stage, label="", colour="")
        return self._news(kinds.IDEA_STATUS_CHANGED, idea, Topic.STATUS, reason, told_by, change=change)

    def comment(self, idea: Idea, text: str, reason: str = "author", told_by: str | None = None) -> News:
        comment = Comment(id=0, idea_id=0, author=self.noor, body=text, html=render(text), posted_at=self.now)
        topic = Topic.MENTIONS if reason == "mentioned" else Topic.COMMENTS
        return self._news(kinds.COMMENT_POSTED, idea, topic, reason, told_by, comment=comment)

    def story(self, idea: Idea, title: str, text: str, told_by: str | None = None) -> News:
        story = Story(
            id=0,
            title=title,
            slug=slugify(title),
            excerpt=text,
            body=text,
            body_html=f"<p>{escape(text)}</p>",
            author=self.ada,
            published_at=self.now,
        )
        return self._news(kinds.STORY_PUBLISHED, idea, Topic.STORIES, "voter", told_by, story=story, story_id=0)

    def new(self, idea: Idea, told_by: str | None = None) -> News:
        return self._news(kinds.IDEA_SUBMITTED, idea, Topic.NEW_IDEAS, "board", told_by)
