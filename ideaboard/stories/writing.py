"""Write, edit, correct and discard a story. A form sent twice is one story; one written against an older text is refused."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from ideaboard.extensions import db, gettext
from ideaboard.foundation import dialects_sql
from ideaboard.foundation.database import dialect_name, transaction
from ideaboard.foundation.refusals import Conflict, Forbidden, Missing
from ideaboard.models import Board, Person, Picture, Story
from ideaboard.models.vocabulary import StoryState
from ideaboard.permissions import allows
from ideaboard.stories.linking import checked_ideas, put_links
from ideaboard.stories.pictures import MOST_OF_A_STORY, Encoded, NotAPicture, salt_of
from ideaboard.stories.wording import Words


class NotYoursToWrite(Forbidden):
    """Staff of its board write a story, staff of any board one for the whole site."""


class WrittenMeanwhile(Conflict):
    """Somebody saved it after the form was opened; what was typed is kept and can be sent again on purpose."""


class PublishedAlready(Conflict):
    """It is out: it can be corrected or taken off its page, not discarded or moved."""


@dataclass(frozen=True)
class Edited:
    """`story` as it stands; `draft_again`: a colleague had read it, and what they read is no longer what it says."""

    story: Story
    draft_again: bool


def write_story(
    by: Person,
    now: datetime,
    *,
    board_id: int | None,
    words: Words,
    idea_ids: list[int],
    pictures: list[Encoded],
    form_token: str,
) -> Story:
    """A new draft with its links and pictures; the same form again is the story that is there.

    Raises NotAStory, NotForItsReaders, NotYoursToWrite, Missing.
    """
    try:
        with transaction():
            if (there := _of_form(form_token, by)) is not None:
                return there
            story = Story(
                board_id=_board(board_id, by), author_id=by.id, form_token=form_token, created_at=now, **words.columns()
            )
            db.session.add(story)
            ideas = checked_ideas(idea_ids, story.board_id, by)
            db.session.flush()
            put_links(story, ideas)
            _put_pictures(story, pictures, by, now)
            return story
    except IntegrityError:  # the other sending of the same form came first
        with transaction():
            if (there := _of_form(form_token, by)) is not None:
                return there
        raise


def edit_story(
    story_id: int,
    by: Person,
    now: datetime,
    *,
    version: int,
    board_id: int | None,
    words: Words,
    idea_ids: list[int],
    pictures: list[Encoded],
) -> Edited:
    """Change a story; one that was read or scheduled is a draft again, a published one is corrected, with the day.

    The same again changes nothing. Raises WrittenMeanwhile, and what write_story raises.
    """
    with transaction():
        story = locked(story_id, by, "story.edit")
        if story.version != version:
            raise WrittenMeanwhile(
                gettext("%(name)s saved this story meanwhile.", name=_editor(story) or gettext("Somebody"))
            )
        if story.state == StoryState.PUBLISHED and board_id != story.board_id:
            raise PublishedAlready(gettext("It is published: the board it belongs to stays."))
        moved = board_id != story.board_id
        if moved:
            story.board_id = _board(board_id, by)
        ideas = checked_ideas(idea_ids, story.board_id, by)
        linked = put_links(story, ideas)
        added = _put_pictures(story, pictures, by, now)
        written = (story.title, story.body) != (words.title, words.body)
        if not (moved or linked or written or added):
            return Edited(story, False)
        for column, value in words.columns().items():
            setattr(story, column, value)
        story.version += 1
        story.edited_at, story.edited_by_id = now, by.id
        draft_again = story.state in (StoryState.READ, StoryState.SCHEDULED)
        if draft_again:
            story.state, story.publish_at = StoryState.DRAFT, None
            story.read_by_id = story.read_at = story.asked_at = None
        return Edited(story, draft_again)


def discard_story(story_id: int, by: Person) -> None:
    """Remove a story that was never published, with its pictures. Raises PublishedAlready, Missing, NotYoursToWrite."""
    with transaction():
        story = locked(story_id, by, "story.edit")
        if story.state == StoryState.PUBLISHED:
            raise PublishedAlready(gettext("It is published: take it off its page instead."))
        # By statements: the database removes its links and pictures with it.
        db.session.execute(delete(Story).where(Story.id == story.id), execution_options={"synchronize_session": False})
        db.session.expunge(story)


def locked(story_id: int, by: Person, permission: str) -> Story:
    """Within an open transaction: the story as it stands now, its row locked. Raises Missing, NotYoursToWrite."""
    seen = or_(Story.board_id.is_(None), Story.board_id.in_(select(Board.id).where(Board.visible_to(by))))
    story = db.session.execute(
        select(Story)
        .where(Story.id == story_id, seen)
        .options(joinedload(Story.board))
        .with_for_update(of=Story, key_share=True),
        execution_options={"populate_existing": True},
    ).scalar_one_or_none()
    if story is None or not allows(by, "story.see_drafts", story):
        raise Missing(gettext("This story is not here."))
    if not allows(by, permission, story):
        raise NotYoursToWrite(gettext("This is for staff of the board that the story belongs to."))
    return story


def _board(board_id: int | None, by: Person) -> int | None:
    """The board's id when `by` may write for it. Raises Missing, NotYoursToWrite."""
    if board_id is None:
        return None
    board = db.session.execute(
        select(Board).where(Board.id == board_id, Board.visible_to(by)), execution_options={"populate_existing": True}
    ).scalar_one_or_none()
    if board is None:
        raise Missing(gettext("This board is not here."))
    if not allows(by, "story.write", board):
        raise NotYoursToWrite(gettext("Only staff of %(board)s write its stories.", board=board.name))
    return board.id


def _of_form(form_token: str, by: Person) -> Story | None:
    return db.session.execute(
        select(Story).where(Story.form_token == form_token, Story.author_id == by.id)
    ).scalar_one_or_none()


def _put_pictures(story: Story, pictures: list[Encoded], by: Person, now: datetime) -> int:
    """Store what is new; a file that the story has already is that picture. Returns how many were new."""
    added = 0
    for picture in pictures:
        added += db.session.execute(
            dialects_sql.insert_once(dialect_name(), Picture).values(
                story_id=story.id,
                digest=picture.of(salt_of(story)),
                content_type=picture.content_type,
                width=picture.width,
                height=picture.height,
                data=picture.data,
                uploaded_by_id=by.id,
                uploaded_at=now,
            )
        ).rowcount
    if added and db.session.scalar(select(func.count()).where(Picture.story_id == story.id)) > MOST_OF_A_STORY:
        raise NotAPicture(gettext("A story has room for %(most)s pictures.", most=MOST_OF_A_STORY))
    return added


def _editor(story: Story) -> str | None:
    editor = db.session.get(Person, story.edited_by_id or story.author_id or 0)
    return editor.display_name if editor is not None and not editor.erased_at else None
