"""Editing is free until others took part; from then on dated additions, so that nobody finds they voted for another
text. Staff may make a title clearer, visibly. What stood before is kept.
"""

from datetime import datetime

from sqlalchemy import select

from ideaboard.events.kinds import IDEA_ADDED_TO, IDEA_EDITED, IDEA_RETITLED
from ideaboard.events.record import record
from ideaboard.extensions import db, gettext
from ideaboard.foundation.database import transaction
from ideaboard.foundation.markdown import RENDERER_VERSION, render
from ideaboard.foundation.refusals import Conflict, Forbidden, Missing
from ideaboard.foundation.slugs import slugify
from ideaboard.ideas.wording import NotAnIdea, checked_body, checked_title, words_of
from ideaboard.models import Idea, IdeaAddition, IdeaRevision, Person
from ideaboard.permissions import allows
from ideaboard.search.indexing import index_idea
from ideaboard.similar.indexing import learn


class OthersTookPart(Conflict):
    """Somebody voted or commented: the text stands, its author can add to it."""


class NobodyTookPart(Conflict):
    """There is nobody to keep the text for: its author can still edit it."""


class NotYours(Forbidden):
    """Only the author, or for titles the board's staff, may."""


def edit_idea(idea_id: int, by: Person, now: datetime, *, title: str, body: str) -> Idea:
    """Change title and text while nobody else took part; the old ones are kept. The same words again change nothing.

    Raises NotAnIdea, Missing, NotYours, OthersTookPart.
    """
    words = words_of(title, body)
    with transaction():
        idea = locked(idea_id, by, "idea.edit")
        if idea.others_took_part_at is not None:
            raise OthersTookPart(
                gettext("Somebody voted or commented meanwhile, so the text stands as it is. You can add to it.")
            )
        if (idea.title, idea.body) != (words.title, words.body):
            _keep(idea, by, now)
            for column, value in words.columns().items():
                setattr(idea, column, value)
            idea.edited_at = now
            record(IDEA_EDITED, actor=by, at=now, idea=idea)
            index_idea(idea)
            learn([idea.id])
        return idea


def add_to_idea(idea_id: int, by: Person, now: datetime, *, text: str) -> IdeaAddition:
    """Add a dated paragraph once others took part; the same text again is the addition that is there.

    Raises NotAnIdea (`field` is 'body'), Missing, NotYours, NobodyTookPart.
    """
    text = checked_body(text)
    if not text:
        raise NotAnIdea(gettext("Nothing is written yet: say what you want to add."), field="body")
    html = render(text)
    with transaction():
        idea = locked(idea_id, by, "idea.add_to")
        if idea.others_took_part_at is None:
            raise NobodyTookPart(gettext("Nobody else took part yet, so you can edit the idea itself."))
        last = db.session.execute(
            select(IdeaAddition).where(IdeaAddition.idea_id == idea_id).order_by(IdeaAddition.id.desc()).limit(1)
        ).scalar_one_or_none()
        if last is not None and last.body == text:
            return last
        addition = IdeaAddition(idea_id=idea_id, body=text, html=html, renderer_version=RENDERER_VERSION, added_at=now)
        db.session.add(addition)
        record(IDEA_ADDED_TO, actor=by, at=now, idea=idea)
        index_idea(idea)
        return addition


def retitle_idea(idea_id: int, by: Person, now: datetime, *, title: str) -> Idea:
    """Staff make a title clearer; everybody sees what it was. Raises NotAnIdea, Missing, NotYours."""
    title = checked_title(title)
    with transaction():
        idea = locked(idea_id, by, "idea.retitle")
        if idea.title != title:
            _keep(idea, by, now)
            idea.title, idea.slug = title, slugify(title)
            record(IDEA_RETITLED, actor=by, at=now, idea=idea)
            index_idea(idea)
            learn([idea.id])
        return idea


def locked(idea_id: int, by: Person, permission: str) -> Idea:
    """Within an open transaction: the idea as it stands now, its row locked as a first vote locks it.

    Raises Missing (also when it was taken back), NotYours.
    """
    idea = db.session.execute(
        select(Idea)
        .where(Idea.id == idea_id, Idea.visible_to(by), Idea.taken_back_at.is_(None))
        .with_for_update(of=Idea, key_share=True),
        execution_options={"populate_existing": True},
    ).scalar_one_or_none()
    if idea is None:
        raise Missing(gettext("This idea is not here."))
    if not allows(by, permission, idea):
        raise NotYours(gettext("Only its author can do this."))
    return idea


def _keep(idea: Idea, by: Person, now: datetime) -> None:
    db.session.add(IdeaRevision(idea_id=idea.id, actor_id=by.id, title=idea.title, body=idea.body, revised_at=now))
